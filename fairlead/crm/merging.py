"""Two records that are one: merged, and taken apart again at any time.

The other record stays as it was, led on to the survivor by `merged_into`. What refers to it moves, derived from the
models: foreign keys of any floor, and rows about it. A row that the survivor has already stays with the other. History
cannot be changed and stays, too; it is read with that of the survivor. The journal (`Merge`) names what was moved, so
that undoing it leaves alone what came, changed or moved on since.
"""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from django.db import connection

from fairlead.crm.models import Merge, Mergeable
from fairlead.crm.moving import move, move_back, shared
from fairlead.foundation import clock, versions
from fairlead.foundation.errors import Conflict, InvalidInput, NotFound, NotPermitted
from fairlead.foundation.versions import Expected
from fairlead.records import history, keeping, links, values, visibility
from fairlead.records.keeping import ManagedKind
from fairlead.records.models import Assignee
from fairlead.tenancy import rows
from fairlead.tenancy.context import current_org_id

Side = Literal["this", "other"]

_CHAIN = """
    WITH RECURSIVE chain AS (
        SELECT id, merged_into_id, 0 AS step FROM {table} WHERE org_id = %(org)s AND id = %(id)s
        UNION ALL
        SELECT m.id, m.merged_into_id, step + 1 FROM chain
        JOIN {table} m ON m.org_id = %(org)s AND m.id = chain.merged_into_id
    )
    SELECT id FROM chain ORDER BY step"""

_ABSORBED = """
    WITH RECURSIVE one AS (
        SELECT id FROM {table} WHERE org_id = %(org)s AND id = %(id)s
        UNION ALL
        SELECT m.id FROM one JOIN {table} m ON m.org_id = %(org)s AND m.merged_into_id = one.id
    )
    SELECT id FROM one"""


def merge(
    kind: ManagedKind,
    this_id: UUID,
    other_id: UUID,
    winners: Mapping[str, Side],
    *,
    version: Expected = None,
) -> UUID:
    """Make one record of two: this one stays, of which `version` is. Returns the id by which it can be undone.

    A field is that of this record where it is not empty, and the other's else, unless `winners` names a side. Raises
    `NotFound`, `NotPermitted`, `StaleVersion`, `Conflict` (one already), `InvalidInput`.
    """
    _refuse_unknown(kind, winners)
    this, other = _lock_both(kind, this_id, other_id, version)
    fields = _win(kind, this, other, winners)
    moved = move(kind, other_id, this_id)
    added = _keep_in_sight(kind, this, other)
    other.merged_into_id = this_id
    keeping.store(other)
    keeping.put_back(kind, this, {name: after for name, (_, after) in fields.items()})
    kept = Merge(
        org_id=this.org_id,
        kind=kind.name,
        survivor_id=this_id,
        other_id=other_id,
        fields=fields,
        moved=moved,
        added=added,
    )
    rows.insert(kept)
    told = {"merged": [None, {"id": str(other_id), "merge_id": str(kept.id)}]}
    history.write(kind.name, this_id, "merged", {**fields, **told})
    return kept.id


def undo(kind: ManagedKind, record_id: UUID, merge_id: UUID, *, version: Expected = None) -> UUID:
    """Take two records apart again; returns the id of the one that comes back.

    `record_id` is that of the survivor, or of what it was merged into since, and `version` is of it. What moved goes
    back unless it was moved elsewhere since, a field unless it was changed since. Raises `NotFound`, `NotPermitted`,
    `StaleVersion`, `InvalidInput`.
    """
    visibility.require(kind, "merge", record_id)
    present = kind.model._default_manager.values_list("version", flat=True).get(
        org_id=current_org_id(), id=record_id
    )
    versions.require(present, version)
    kept = _standing(kind, record_id, merge_id)
    locked = _lock_rows(kind, [record_id, kept.survivor_id, kept.other_id])
    keeping.lock(kind, "merge", record_id, version=version)
    kept = _standing(kind, record_id, merge_id)
    one, other = locked[kept.survivor_id], locked[kept.other_id]
    fields = _unchanged(kind, one, kept)
    _give_back(kind, kept)
    other.merged_into_id = None
    keeping.store(other)
    _require_may(kind, other)
    keeping.put_back(kind, one, {name: before for name, (before, _) in fields.items()})
    kept.undone_at = clock.now()
    kept.save(update_fields=["undone_at"])
    changes = {name: [after, before] for name, (before, after) in fields.items()}
    told = {"unmerged": [{"id": str(other.id), "merge_id": str(kept.id)}, None]}
    history.write(kind.name, record_id, "unmerged", {**changes, **told})
    history.write(kind.name, other.id, "unmerged", {"unmerged": [{"id": str(record_id)}, None]})
    return kept.other_id


def survivor(kind: ManagedKind, record_id: UUID) -> UUID | None:
    """What a record was merged into, in the end, if who acts sees that; None for one that was not merged."""
    chain = _chain(kind, record_id)
    if len(chain) < 2:
        return None
    try:
        visibility.require(kind, "read", chain[-1])
    except (NotFound, NotPermitted):
        return None
    return chain[-1]


def lock_with_merged(kind: ManagedKind, record_id: UUID) -> dict[UUID, Any]:
    """A record and all that was merged into it, by id, locked."""
    with connection.cursor() as cursor:
        cursor.execute(_ABSORBED.format(table=kind.table), {"org": current_org_id(), "id": record_id})
        return _lock_rows(kind, [row[0] for row in cursor.fetchall()])


def _refuse_unknown(kind: ManagedKind, winners: Mapping[str, Side]) -> None:
    for name in winners:
        if name not in kind.fields:
            raise InvalidInput.of(f"winners.{name}"[:200], f"Name a field, one of {', '.join(kind.fields)}.")
    for names in kind.together:
        if len({winners[name] for name in names if name in winners}) > 1:
            raise InvalidInput.of(
                f"winners.{names[0]}", f"{' and '.join(names)} go together: take both of one."
            )


def _lock_both(kind: ManagedKind, this_id: UUID, other_id: UUID, version: Expected) -> tuple[Any, Any]:
    if this_id == other_id:
        raise InvalidInput.of("other", "Name another record: this one is to be merged with it.")
    # By id, whichever is which: two that meet wait for one another in the same order.
    _lock_rows(kind, [this_id, other_id])
    this = keeping.lock(kind, "merge", this_id, version=version)
    if _chain(kind, other_id)[-1:] == [this_id]:
        raise Conflict("They are one already.")
    try:
        return this, keeping.lock(kind, "merge", other_id)
    except NotFound:
        raise InvalidInput.of("other", f"There is no {kind.name} with this id that you may see.") from None
    except InvalidInput:
        raise InvalidInput.of("other", "It is archived: restore it before you merge it.") from None


def _lock_rows(kind: ManagedKind, ids: list[UUID]) -> dict[UUID, Any]:
    found = kind.model._default_manager.select_for_update(no_key=True).filter(
        org_id=current_org_id(), id__in=ids
    )
    return {record.id: record for record in found.order_by("id")}


def _win(kind: ManagedKind, this: Any, other: Any, winners: Mapping[str, Side]) -> dict[str, list[Any]]:
    """{field: [before, after]} of what the other wins."""
    alone = set(kind.fields + kind.merged).difference(*kind.together)
    groups = [*kind.together, *((name,) for name in kind.fields + kind.merged if name in alone)]
    taken: dict[str, list[Any]] = {}
    for names in groups:
        side = next((winners[name] for name in names if name in winners), None)
        by_default = "other" if _is_empty(_stored(this, names[0])) else "this"
        if (side or by_default) == "other" and (side or not _is_empty(_stored(other, names[0]))):
            taken |= {name: [_stored(this, name), _stored(other, name)] for name in names}
    return {name: pair for name, pair in taken.items() if pair[0] != pair[1]}


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {})


def _stored(record: Any, name: str) -> Any:
    return values.plain(getattr(record, record._meta.get_field(name).attname))


def _keep_in_sight(kind: ManagedKind, this: Any, other: Any) -> list[str]:
    """Who made the other sees it by that alone: let them work on what it has become."""
    creator = other.created_by_id
    if creator in (None, this.created_by_id, *links.read(this.id)["assigned_to"]):
        return []
    theirs = links.known({**links.none(), "assigned_to": [creator]})  # none of somebody who has left
    links.insert(kind.name, this.id, theirs)
    return links.plain(theirs)["assigned_to"]


def _give_back(kind: ManagedKind, kept: Merge) -> None:
    """From the survivor, and from what that was merged into since, as far as the later merge took it along."""
    moved, holder = kept.moved, kept.survivor_id
    Assignee.objects.filter(org_id=kept.org_id, record_id=holder, user_id__in=kept.added).delete()
    while moved:
        move_back(moved, holder, kept.other_id)
        later = Merge.objects.filter(
            org_id=kept.org_id, kind=kind.name, other_id=holder, undone_at=None
        ).first()
        if later is None:
            return
        moved, rest = shared(moved, later.moved)
        Merge.objects.filter(org_id=kept.org_id, id=later.id).update(moved=rest)
        holder = later.survivor_id


def _standing(kind: ManagedKind, record_id: UUID, merge_id: UUID) -> Merge:
    kept = (
        Merge.objects.select_for_update()
        .filter(org_id=current_org_id(), kind=kind.name, id=merge_id, undone_at=None)
        .first()
    )
    if kept is None or _chain(kind, kept.survivor_id)[-1] != record_id:
        raise InvalidInput.of("merge_id", f"No merge with this id stands in this {kind.name}.")
    return kept


def _require_may(kind: ManagedKind, other: Mergeable) -> None:
    """Whom it is given to is known only once that is given back."""
    try:
        visibility.require(kind, "merge", other.id)
    except NotFound:
        raise NotPermitted(f"The {kind.name} that would come back is none that you may change.") from None


def _unchanged(kind: ManagedKind, record: Any, kept: Merge) -> dict[str, list[Any]]:
    """The fields that still have what the merge gave them; of those that go together all or none."""
    same = {name for name, (_, after) in kept.fields.items() if _stored(record, name) == after}
    for names in kind.together:
        if not same.issuperset(kept.fields.keys() & set(names)):
            same -= set(names)
    return {name: pair for name, pair in kept.fields.items() if name in same}


def _chain(kind: ManagedKind, record_id: UUID) -> list[UUID]:
    """This record and what it was merged into, one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN.format(table=kind.table), {"org": current_org_id(), "id": record_id})
        return [row[0] for row in cursor.fetchall()]
