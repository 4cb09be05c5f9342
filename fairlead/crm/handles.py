"""Handles: by what records are taken for the same person or company, and which are likely to be.

A kind says in `of_kind` which handles its records have. `keep` stores them, whenever a record is stored; `likely` asks.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection

from fairlead.crm.models import Handle
from fairlead.foundation.errors import Conflict
from fairlead.records import kinds, visibility
from fairlead.records.kinds import Kind
from fairlead.tenancy import rows
from fairlead.tenancy.context import current_actor

MOST = 20
LONGEST = 300
# The form (one of `models.handle.FORMS`) and the value of each handle; an empty value is none.
Found = Iterator[tuple[str, str]]

of_kind: dict[str, Callable[[Any], Found]] = {}

_HELD = """
        SELECT h.form, h.value, h.record_id, h.record_id AS stands FROM crm_handle h
        WHERE h.org_id = %s AND h.kind = %s AND (h.form, h.value) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"""
_LED_ON = """
        UNION ALL
        SELECT held.form, held.value, held.record_id, m.merged_into_id FROM held
        JOIN {table} m ON m.org_id = %s AND m.id = held.stands AND m.merged_into_id IS NOT NULL"""


class Duplicate(Conflict):
    """There seems to be such a record already"""

    slug = "duplicate"


def keep(kind: Kind, record: Any) -> None:
    """Store the handles that a record has now, in place of those it had."""
    wanted = set(_of(kind, record))
    stored = Handle.objects.filter(org_id=record.org_id, record_id=record.id)
    before = set(stored.values_list("form", "value"))
    for form, value in before - wanted:
        stored.filter(form=form, value=value).delete()
    rows.insert(
        *(
            Handle(org_id=record.org_id, kind=kind.name, record_id=record.id, form=form, value=value)
            for form, value in sorted(wanted - before)
        )
    )


def forget(record_ids: Iterable[Any]) -> None:
    """Let go of the handles of records."""
    Handle.objects.filter(org_id=current_actor().org_id, record_id__in=list(record_ids)).delete()


def likely(kind: Kind, record: Any, among: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Records that this one, stored or not, may be the same as, of those that who acts sees and that are not archived.

    Of its own kind, or of the kinds named in `among`. Each is `id`, `kind`, `name` and `matches`, the forms that are
    equal; those with most come first. What leads to a merged record leads to what it was merged into.
    """
    wanted = sorted(set(_of(kind, record)))
    found = [one for name in among or [kind.name] for one in _alike(kinds.named(name), wanted, record.id)]
    return sorted(found, key=lambda one: (-len(one["matches"]), one["kind"], one["id"]))[:MOST]


def require_new(kind: Kind, record: Any, among: Iterable[str] | None = None) -> None:
    """Raise `Duplicate` with the candidates where there are some."""
    candidates = likely(kind, record, among)
    if candidates:
        message = f"There may be such {kind.article} already: use it, or create it anyway with ?force=true."
        raise Duplicate(message, extra={"candidates": candidates})


def _of(kind: Kind, record: Any) -> Iterator[tuple[str, str]]:
    for form, value in of_kind[kind.name](record):
        tidy = " ".join(value.casefold().split())[:LONGEST]
        if tidy:
            yield form, tidy


def _alike(kind: Kind, wanted: list[tuple[str, str]], but: Any) -> Iterator[dict[str, Any]]:
    if not wanted:
        return
    actor = current_actor()
    held = _HELD + (_LED_ON.format(table=kind.table) if kind.merges else "")
    sql = f"""WITH RECURSIVE held AS ({held})
        SELECT r.id::text, {kind.label}, array_agg(DISTINCT held.form ORDER BY held.form)
        FROM held JOIN {kind.table} r ON r.org_id = %s AND r.id = held.stands
        WHERE r.id <> %s AND {kind.is_listed} AND {visibility.seen("r")} GROUP BY r.id ORDER BY r.id LIMIT {MOST}"""
    forms, values = [form for form, _ in wanted], [value for _, value in wanted]
    asked = [actor.org_id, kind.name, forms, values, *[actor.org_id] * kind.merges, actor.org_id, but]
    with connection.cursor() as cursor:
        cursor.execute(*visibility.for_actor(sql, asked, actor))
        for record_id, name, matches in cursor.fetchall():
            yield {"id": record_id, "kind": kind.name, "name": name, "matches": matches}
