"""Records that people keep: made, changed, archived and restored, by the same few commands for every kind.

A kind says which of its model's columns a request may set, which lists it keeps in tables of their own (`parts`) and
what else must hold (`settle`). Errors are those of `foundation.errors`; `version` is what the caller last read, None
where any will do.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast
from uuid import UUID

from django.db.models import F, ForeignKey

from fairlead.foundation import clock, versions
from fairlead.foundation.errors import InvalidInput, NotFound, NotPermitted
from fairlead.foundation.versions import Expected
from fairlead.records import history, kinds, links, values, visibility
from fairlead.records.kinds import Kind
from fairlead.records.models.managed import LONGEST_LABEL, ManagedRecord
from fairlead.tenancy import rows
from fairlead.tenancy.context import actor_id, current_org_id
from fairlead.tenancy.policy import Relation


class Part(Protocol):
    """A list that belongs to a record and has rows of its own."""

    def read(self, record: Any) -> list[Any]:
        """What is stored, as JSON has it."""

    def write(self, record: Any, given: list[Any]) -> None:
        """Store this in its place. Raises `InvalidInput` by path."""


Settle = Callable[[Any, Mapping[str, Any]], None]


def _nothing(record: Any, given: Mapping[str, Any]) -> None:
    """Most kinds have no rule beyond their fields."""


def _nobody_asks(record: Any) -> None:
    """Most kinds have nothing to do beside their rows."""


@dataclass(frozen=True, slots=True)
class ManagedKind(Kind):
    """`fields` are the columns that requests set, by the same names; a reference's is that of its model's field.

    `shown` are further ones that change by what the kind does itself: history tells of them, too.
    `settle` sees the record with the given fields in it before it is stored: it tidies them and raises `InvalidInput`.
    `stored` is told of each record that was made or changed. `require_new`, where there is one, raises a `Conflict` for
    a new record that seems to be there already. `together` are columns that mean something only with one another;
    `merged` those beyond `fields` that a merge decides about.
    """

    model: type[ManagedRecord]
    verbs: Mapping[str, frozenset[Relation]] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    parts: Mapping[str, Part] = field(default_factory=dict)
    settle: Settle = _nothing
    stored: Callable[[Any], None] = _nobody_asks
    require_new: Callable[[Any], None] | None = None
    together: tuple[tuple[str, ...], ...] = ()
    merged: tuple[str, ...] = ()


def create(kind: ManagedKind, given: Mapping[str, Any], *, force: bool = True, **own: Any) -> UUID:
    """Make a record of the given fields, and of columns of its own that no request sets; returns its id.

    Without `force`, one that seems to be there already is refused.
    """
    record = kind.model(org_id=current_org_id(), created_by_id=actor_id(), **own)
    _put(kind, record, given)
    if kind.require_new and not force:
        kind.require_new(record)
    linked = links.edited(links.none(), given)
    _describe(record)
    rows.insert(record)
    for name in kind.parts.keys() & given.keys():
        kind.parts[name].write(record, given[name] or [])
    links.insert(kind.name, record.id, linked)
    kind.stored(record)
    history.write(kind.name, record.id, "created", {})
    return record.id


def change(kind: ManagedKind, record_id: UUID, given: Mapping[str, Any], *, version: Expected = None) -> None:
    """Change the fields given. Without a difference nothing happens."""
    record = lock(kind, "change", record_id, version=version)
    edit(kind, record, given)


def edit(
    kind: ManagedKind, record: Any, given: Mapping[str, Any], action: str = "changed"
) -> dict[str, list[Any]]:
    """Change the fields of a record that is locked already; returns what differs, by name."""
    linked = links.read(record.id)
    before = _snapshot(kind, record, given, linked)
    _put(kind, record, given)
    linked = links.edited(linked, given)
    for name in kind.parts.keys() & given.keys():
        kind.parts[name].write(record, given[name] or [])
    changes = values.differences(before, _snapshot(kind, record, given, linked))
    if changes:
        links.replace(kind.name, record.id, linked, changes.keys())
        _describe(record)
        store(record)
        kind.stored(record)
        history.write(kind.name, record.id, action, changes, status=_status(changes))
    return changes


def lock(kind: Kind, verb: str, record_id: UUID, *, version: Expected = None) -> Any:
    """The record, locked for a change. Raises `NotFound`, `NotPermitted`, `StaleVersion`, `InvalidInput` (archived)."""
    record = visibility.lock(kind, verb, record_id)
    versions.require(record.version, version)
    if record.archived_at is not None:
        raise InvalidInput("It is archived: restore it before you change it.")
    return record


def archive(kind: Kind, record_id: UUID, *, version: Expected = None) -> None:
    """Put a record away; it may come back. Raises `InvalidInput` with the reason where something depends on it."""
    record = visibility.lock(kind, "archive", record_id)
    versions.require(record.version, version)
    if record.archived_at is not None:
        raise NotFound("It is archived already: see it by ?archived=true, or restore it.")
    reasons = [reason for holder in kinds.holders if (reason := holder(kind, record_id))]
    if reasons:
        raise InvalidInput(" ".join(reasons))
    record.archived_at = clock.now()
    store(record)
    history.write(kind.name, record.id, "archived", {})


def restore(kind: Kind, record_id: UUID, *, version: Expected = None) -> None:
    """Take an archived record back. One that is not archived stays as it is."""
    record = visibility.lock(kind, "restore", record_id)
    versions.require(record.version, version)
    if record.archived_at is None:
        return
    record.archived_at = None
    store(record)
    history.write(kind.name, record.id, "restored", {})


def store(record: ManagedRecord) -> None:
    """Save a changed record as its next version."""
    stamp(record)
    record.save(force_update=True)


def stamp(record: ManagedRecord) -> None:
    """Make it the next version, to be saved."""
    record.version += 1
    record.updated_on = clock.now()


def touch(model: type[ManagedRecord], ids: Iterable[UUID]) -> None:
    """Make these records the next version: another record has changed what they show."""
    rows_of = model._default_manager.filter(org_id=current_org_id(), id__in=ids)
    # In the order of their ids, as everywhere: two that meet wait for one another.
    [*rows_of.order_by("id").select_for_update(no_key=True).values_list("id")]
    rows_of.update(version=F("version") + 1, updated_on=clock.now())


def put_back(kind: ManagedKind, record: Any, plain: Mapping[str, Any]) -> None:
    """Store columns of a locked record as history has them. No history is written: whoever calls tells of it."""
    for name, value in plain.items():
        column = kind.model._meta.get_field(name)
        setattr(record, column.attname, column.to_python(value))  # type: ignore[union-attr]
    kind.settle(record, {})
    _describe(record)
    store(record)
    kind.stored(record)


def _put(kind: ManagedKind, record: Any, given: Mapping[str, Any]) -> None:
    for name in kind.fields:
        if name not in given:
            continue
        column = kind.model._meta.get_field(name)
        if isinstance(column, ForeignKey):
            _refer(record, column, given[name])
        else:
            setattr(record, name, given[name])
    kind.settle(record, given)


def _refer(record: Any, column: "ForeignKey[Any, Any]", other: UUID | None) -> None:
    """Let a record refer to another that who acts sees. What it refers to already need not be seen."""
    if getattr(record, column.attname) == other:
        return
    if other is not None:
        require_usable(column.name, kinds.of_model(column.related_model), other)
    setattr(record, column.attname, other)


def require_usable(path: str, kind: Kind, record_id: UUID) -> None:
    """Raise `InvalidInput` by path unless this is a record that who acts sees, and which is not archived."""
    try:
        visibility.require(kind, "read", record_id)
    except (NotFound, NotPermitted):
        raise InvalidInput.of(path, f"There is no {kind.name} with this id that you may see.") from None
    model = cast(type[ManagedRecord], kind.model)
    if (
        model._default_manager.filter(org_id=current_org_id(), id=record_id)
        .exclude(archived_at=None)
        .exists()
    ):
        raise InvalidInput.of(path, f"This {kind.name} is archived: restore it, or give another.")


def _snapshot(
    kind: ManagedKind, record: Any, given: Mapping[str, Any], linked: links.Links
) -> dict[str, Any]:
    """What could change by this request: every column, for `settle` may touch any, and the lists that are given."""
    names = (*kind.fields, *kind.shown)
    columns = {name: getattr(record, kind.model._meta.get_field(name).attname) for name in names}  # type: ignore[union-attr]
    return {
        **{name: values.plain(value) for name, value in columns.items()},
        **{name: kind.parts[name].read(record) for name in kind.parts.keys() & given.keys()},
        **links.plain(linked),
    }


def _status(changes: Mapping[str, list[Any]]) -> tuple[str, str] | None:
    before, after = changes.get("status", (None, None))
    return (str(before), str(after)) if before and after else None


def _describe(record: ManagedRecord) -> None:
    label, others = record.describe()
    record.label = label[:LONGEST_LABEL]
    record.words = " ".join(filter(None, [label, *others]))
