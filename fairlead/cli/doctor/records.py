"""Records that people keep: what hangs on one leads to it, and of two that were merged one leads to the other."""

from collections.abc import Iterator

from django.db import connection

from fairlead.cli.doctor.rule import Rule
from fairlead.records import kinds
from fairlead.tenancy import isolation
from fairlead.tenancy.context import current_org_id
from fairlead.tenancy.models import OrganizationOwned

# A deleted invoice leaves its history behind, and the journal of mails what was sent about it.
_OUTLAST = ("records_historyentry", "messaging_outboundemail")
_RESTORE = "Rows were removed by the owner's role: restore the latest backup whose doctor is green."

_LOST = """
    SELECT format('%%s: a row about the %%s %%s', %(table)s, t.kind, t.record_id) FROM {table} AS t
    WHERE t.org_id = %(org)s AND t.kind = %(kind)s
        AND NOT EXISTS (SELECT FROM {records} AS r WHERE r.org_id = t.org_id AND r.id = t.record_id)"""
_LED_ASTRAY = """
    SELECT format('%%s %%s leads to %%s, by the journal to %%s', %(kind)s, coalesce(r.id, m.other_id),
        coalesce(r.merged_into_id::text, 'nothing'), coalesce(m.survivor_id::text, 'nothing'))
    FROM (SELECT id, merged_into_id FROM {records} WHERE org_id = %(org)s AND merged_into_id IS NOT NULL) AS r
    FULL JOIN (SELECT other_id, survivor_id FROM crm_merge
        WHERE org_id = %(org)s AND kind = %(kind)s AND undone_at IS NULL) AS m ON m.other_id = r.id
    WHERE r.merged_into_id IS DISTINCT FROM m.survivor_id"""


def _about() -> list[type[OrganizationOwned]]:
    """Tables whose rows are about a record of any kind."""
    named = [(model, {one.name for one in model._meta.concrete_fields}) for model in isolation.owned_models()]
    return [
        model
        for model, names in named
        if {"kind", "record_id"} <= names and model._meta.db_table not in _OUTLAST
    ]


def _lost() -> Iterator[str]:
    for model in _about():
        table = model._meta.db_table
        for kind in kinds.every():
            yield from _rows(_LOST.format(table=table, records=kind.table), table=table, kind=kind.name)


def _led_astray() -> Iterator[str]:
    for kind in kinds.every():
        if kind.merges:
            yield from _rows(_LED_ASTRAY.format(records=kind.table), kind=kind.name)


def _rows(sql: str, **values: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY 1", {"org": current_org_id(), **values})
        yield from (row[0] for row in cursor.fetchall())


RULES = (
    Rule(
        name="records.held",
        means="What hangs on a record, such as a comment, an assignee or a handle, leads to a record that is there.",
        do=_RESTORE,
        query=_lost,
    ),
    Rule(
        name="records.merged",
        means="Each record that was merged away leads where the journal of merges says, and no other leads anywhere.",
        do="Undo the merge where the journal has it; else restore the latest backup whose doctor is green.",
        query=_led_astray,
    ),
    Rule(
        name="records.handles",
        means="Each contact is found by each of its e-mail addresses.",
        do="Save the named contacts again, each with its addresses: what they are found by is made anew.",
        query="""
            SELECT format('contact %%s has an address without a handle', c.id)
            FROM crm_contact AS c CROSS JOIN LATERAL jsonb_array_elements(c.emails) AS e
            WHERE c.org_id = %(org)s AND NOT EXISTS (
                SELECT FROM crm_handle AS h WHERE h.org_id = c.org_id AND h.record_id = c.id AND h.form = 'email'
                    AND h.value = e ->> 'email')
            ORDER BY c.id""",
    ),
    Rule(
        name="records.primary",
        means="One of a contact's e-mail addresses, of its telephone numbers and of its addresses is the primary one.",
        do="Save the list again, with one of it as the primary one.",
        query="""
            SELECT format('contact %%s: %%s of %%s are primary', c.id, l.primaries, l.name)
            FROM crm_contact AS c CROSS JOIN LATERAL (
                SELECT name, count(*) FILTER (WHERE (e ->> 'is_primary')::boolean) AS primaries
                FROM (VALUES ('emails', c.emails), ('phones', c.phones), ('addresses', c.addresses)) AS v (name, list),
                    jsonb_array_elements(v.list) AS e
                GROUP BY name
            ) AS l
            WHERE c.org_id = %(org)s AND l.primaries <> 1 ORDER BY c.id""",
    ),
)
