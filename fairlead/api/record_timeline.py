"""All that happened to a record, in one list: changes, comments, files, mails, and what stands beside it.

What a kind has beyond the common is a line in `MORE`. Each branch gives id, kind of entry, time, who and the facts; ids
are made in the order of time, so the branches are merged by their indexes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from fairlead.api import pages
from fairlead.api import record_reading as reading
from fairlead.api.access import may
from fairlead.api.naming import named_after
from fairlead.api.outputs import Person, instant_sql
from fairlead.api.pages import Listed, Page
from fairlead.foundation.pages import Key, parse_order
from fairlead.records import visibility
from fairlead.records.kinds import Kind
from fairlead.tenancy.context import Actor, current_actor

EntryType = Literal["change", "comment", "attachment", "email", "stage", "invoice"]
_ID = Key("e.id", "uuid")
_ROW = f"""json_build_object('id', e.id, 'type', e.type, 'at', {instant_sql("e.at")}, 'by', {reading.person("e.by")},
    'record', e.record_id, 'facts', e.facts)"""
# What has an entry of its own is not told twice.
_CHANGES = """SELECT h.id, 'change' AS type, h.updated_on AS at, h.updated_by_id AS by, h.record_id,
        json_build_object('action', h.action, 'status_changed_from', h.status_changed_from,
            'status_changed_to', h.status_changed_to, 'changes', h.changes) AS facts
    FROM records_historyentry h WHERE h.org_id = %s AND h.record_id = %s
        AND h.action NOT IN ('commented', 'attached', 'mailed', 'moved')"""
_COMMENTS = """SELECT c.id, 'comment' AS type, c.commented_on AS at, c.commented_by_id AS by, c.record_id,
        json_build_object('comment', c.text) AS facts
    FROM records_comment c WHERE c.org_id = %s AND c.record_id = %s"""
_FILES = """SELECT f.id, 'attachment' AS type, f.uploaded_on AS at, f.uploaded_by_id AS by, f.record_id,
        json_build_object('file_name', f.file_name, 'content_type', f.content_type, 'size', f.size) AS facts
    FROM records_attachment f WHERE f.org_id = %s AND f.record_id = %s"""
_MAILS = """SELECT m.id, 'email' AS type, m.queued_at AS at, m.created_by_id AS by, m.record_id,
        json_build_object('subject', m.subject, 'recipients', m.recipients, 'state', m.state) AS facts
    FROM messaging_outboundemail m WHERE m.org_id = %s AND m.record_id = %s"""
_COMMON = (_CHANGES, _COMMENTS, _FILES, _MAILS)


@dataclass(frozen=True, slots=True)
class Branch:
    """Entries of other records that belong to this one: `sql` takes the organization and the record.

    `row` is the alias of the record that has to be seen.
    """

    sql: str
    row: str


def invoices_of(column: str) -> Branch:
    """The invoices that refer to the record by this column."""
    return Branch(
        f"""SELECT i.id, 'invoice' AS type, i.created_on AS at, i.created_by_id AS by, i.id AS record_id,
            json_build_object('invoice_number', i.number, 'invoice_title', i.title, 'status', i.status,
                'total_amount', i.total_amount::text, 'currency', i.currency) AS facts
        FROM billing_invoice i WHERE i.org_id = %s AND i.{column} = %s""",
        "i",
    )


def stages_of(column: str) -> Branch:
    """The stages that opportunities which refer to the record by this column came into."""
    return Branch(
        f"""SELECT s.id, 'stage' AS type, s.created_on AS at, s.changed_by_id AS by, o.id AS record_id,
            json_build_object('opportunity', o.label, 'from', s.from_name, 'to', s.to_name, 'seconds', s.seconds)
                AS facts
        FROM crm_opportunity o JOIN crm_stagechange s ON s.org_id = o.org_id AND s.opportunity_id = o.id
        WHERE o.org_id = %s AND o.{column} = %s""",
        "o",
    )


# By the name of a kind.
MORE: dict[str, tuple[Branch, ...]] = {
    "account": (invoices_of("account_id"), stages_of("account_id")),
    "contact": (invoices_of("contact_id"),),
    "opportunity": (invoices_of("opportunity_id"), stages_of("id")),
}


class TimelineEntry(Schema):
    """One thing that happened. `record` is what it happened to; `facts` depend on the type."""

    id: UUID
    type: EntryType
    at: datetime
    by: Person | None
    record: UUID
    facts: dict[str, Any]


def router(kind: Kind) -> Router:
    """The operation at `/<resource>/<id>/timeline/`."""
    made = Router()
    place = named_after(f"{kind.name}_timeline")

    @made.get("{uuid:record_id}/timeline/", response=Listed[TimelineEntry], summary="Read the timeline")
    @may(kind.action("read"))
    @place
    def timeline(request: HttpRequest, record_id: UUID, page: Query[Page]) -> HttpResponse:
        """Changes, comments, files, mails and what stands beside it, newest first. Order by created_on."""
        visibility.require(kind, "read", record_id)
        return answer(request, page, kind, record_id)

    return made


def _of_merged(kind: Kind) -> Iterator[str]:
    """What was told of the records that were merged into this one: history stays where it was written."""
    if kind.merges:
        yield _CHANGES.replace(
            "h.org_id = %s AND h.record_id = %s",
            f"""h.org_id = %s AND h.record_id = ANY (ARRAY(WITH RECURSIVE one AS (SELECT %s AS id UNION ALL
                SELECT m.id FROM one JOIN {kind.table} m ON m.merged_into_id = one.id) SELECT id FROM one OFFSET 1))""",
        )


def answer(request: HttpRequest, page: Page, kind: Kind, record_id: UUID) -> HttpResponse:
    """A page of the timeline, of what who asks sees, by one statement: no branch gives more than the page needs."""
    order = parse_order(page.ordering or "-created_on", {"created_on": _ID}, _ID)
    after, after_values = pages.position(page, order)
    branches = [*_branches(kind, record_id, current_actor())]
    counts = " + ".join(f"(SELECT count(*) FROM ({sql}) AS e)" for sql, _ in branches)
    most = page.offset + page.limit + 1
    parts = " UNION ALL ".join(
        f"(SELECT * FROM ({sql}) AS e WHERE {after} ORDER BY {order.sql()} LIMIT {most})"
        for sql, _ in branches
    )
    sql = f"""SELECT {counts}, page.row, page.keys FROM (SELECT) AS one LEFT JOIN (
            SELECT ({_ROW})::text AS row, {order.keys_sql()} AS keys,
                row_number() OVER (ORDER BY {order.sql()}) AS place
            FROM ({parts}) AS e ORDER BY place LIMIT %s OFFSET %s
        ) AS page ON true ORDER BY page.place"""
    values = [value for _, given in branches for value in given]
    values += [value for _, given in branches for value in (*given, *after_values)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, page.limit + 1, page.offset])
        rows = cursor.fetchall()
    found = [(row, keys) for _, row, keys in rows if row is not None]
    shown = [row for row, _ in found[: page.limit]]
    return pages.envelope(request, rows[0][0], page, shown, pages.cursor_after(page, order, found))


def _branches(kind: Kind, record_id: UUID, actor: Actor) -> Iterator[tuple[str, list[Any]]]:
    """The SQL of each branch, and its values."""
    for sql in (*_COMMON, *_of_merged(kind)):
        yield sql, [actor.org_id, record_id]
    for branch in MORE.get(kind.name, ()):
        seen, seen_values = visibility.condition(actor, branch.row)
        yield f"{branch.sql} AND {seen}", [actor.org_id, record_id, *seen_values]
