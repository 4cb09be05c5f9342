"""Whom a record is given to, and its tags: lists of ids under the names that requests have for them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from fairlead.foundation.errors import InvalidInput
from fairlead.records.models import AssignedTeam, Assignee, Link, Tagging
from fairlead.tenancy import rows
from fairlead.tenancy.context import current_org_id

Links = dict[str, list[UUID]]

# The table of each, and the column of the other end.
TABLES: Mapping[str, tuple[type[Link], str]] = {
    "assigned_to": (Assignee, "user_id"),
    "teams": (AssignedTeam, "team_id"),
    "tags": (Tagging, "tag_id"),
}
NAMES = tuple(TABLES)
_UNKNOWN = {
    "assigned_to": "Nobody with this id is a member of the organization.",
    "teams": "The organization has no team with this id.",
    "tags": "The organization has no tag with this id.",
}
_KNOWN = """
    SELECT ARRAY(SELECT user_id FROM tenancy_membership
                 WHERE org_id = %(org)s AND removed_at IS NULL AND user_id = ANY(%(assigned_to)s)),
           ARRAY(SELECT id FROM tenancy_team WHERE org_id = %(org)s AND id = ANY(%(teams)s)),
           ARRAY(SELECT id FROM records_tag WHERE org_id = %(org)s AND id = ANY(%(tags)s))"""
_READ = "SELECT " + ", ".join(
    f"ARRAY(SELECT {column} FROM {model._meta.db_table} WHERE org_id = %(org)s AND record_id = %(id)s ORDER BY 1)"
    for model, column in TABLES.values()
)


def none() -> Links:
    """Of a record that nobody has."""
    return {name: [] for name in NAMES}


def read(record_id: UUID) -> Links:
    """What a stored record has, sorted."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"org": current_org_id(), "id": record_id})
        found = cursor.fetchone()
    return dict(zip(NAMES, map(list, found), strict=True))


def edited(before: Links, given: Mapping[str, Any]) -> Links:
    """What it has once the lists given replace those before. Raises `InvalidInput` for one new and unknown."""
    after = {name: sorted(set(given[name] or [])) if name in given else before[name] for name in NAMES}
    new = {name: set(after[name]) - set(before[name]) for name in NAMES}
    if any(new.values()):
        _refuse_unknown(given, new)
    return after


def insert(kind: str, record_id: UUID, links: Links, names: Iterable[str] = NAMES) -> None:
    """Store what a record has, where there was nothing."""
    org_id = current_org_id()
    for name in names:
        model, column = TABLES[name]
        rows.insert(
            *(model(org_id=org_id, kind=kind, record_id=record_id, **{column: one}) for one in links[name])
        )


def replace(kind: str, record_id: UUID, links: Links, names: Collection[str]) -> None:
    """Store what a record has now, of these names."""
    for name in TABLES.keys() & names:
        model, _ = TABLES[name]
        model._default_manager.filter(org_id=current_org_id(), record_id=record_id).delete()
        insert(kind, record_id, links, [name])


def remove(record_id: UUID) -> None:
    """Let go of a record that is deleted."""
    for model, _ in TABLES.values():
        model._default_manager.filter(org_id=current_org_id(), record_id=record_id).delete()


def known(links: Links) -> Links:
    """Without who has left the organization since."""
    found = _known({name: set(ids) for name, ids in links.items()})
    return {name: sorted(found[name]) for name in NAMES}


def plain(links: Links) -> dict[str, list[str]]:
    """As JSON has them."""
    return {name: [str(one) for one in ids] for name, ids in links.items()}


def _refuse_unknown(given: Mapping[str, Any], new: Mapping[str, set[UUID]]) -> None:
    found = _known(new)
    errors = {
        f"{name}.{position}": [message]
        for name, message in _UNKNOWN.items()
        for position, one in enumerate(given.get(name) or [])
        if one in new[name] - found[name]
    }
    if errors:
        path, messages = next(iter(errors.items()))
        raise InvalidInput(f"{path}: {messages[0]}", errors=errors)


def _known(ids: Mapping[str, set[UUID]]) -> dict[str, set[UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"org": current_org_id(), **{name: list(ids[name]) for name in NAMES}})
        found = cursor.fetchone()
    return {name: set(one) for name, one in zip(NAMES, found, strict=True)}
