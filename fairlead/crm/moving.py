"""What refers to a record, derived from the models, given to another and back again."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, models

from fairlead.crm.models import Handle, Merge
from fairlead.foundation import clock
from fairlead.records import keeping
from fairlead.records.keeping import ManagedKind
from fairlead.records.models import ManagedRecord
from fairlead.tenancy import isolation
from fairlead.tenancy.context import current_org_id
from fairlead.tenancy.models import OrganizationOwned, OrgForeignKey

# Rows that were moved: `table`, `column`, and the `keys` of each, {column: value} of what tells it from others.
Moved = list[dict[str, Any]]
# Handles follow from the record's own fields; the journal tells of records as they were.
_STAY = (Handle, Merge)


@dataclass(frozen=True, slots=True)
class Place:
    """A column that holds the ids of records of a kind. `where` narrows it to that kind."""

    model: type[OrganizationOwned]
    column: str
    where: str = "true"

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def key(self) -> list[str]:
        """The columns that tell a row from the others of the organization, beside this one."""
        return [
            one for one in _columns(self.model, _primary(self.model)) if one not in ("org_id", self.column)
        ]

    @property
    def stamp(self) -> str:
        """What makes a row that is a record of its own the next version."""
        names = {one.name for one in self.model._meta.concrete_fields}
        return ", version = t.version + 1, updated_on = %(now)s" if {"version", "updated_on"} <= names else ""

    @property
    def other_ends(self) -> dict[str, type[ManagedRecord]]:
        """Of a row that links two records, the column of the other one, and what it holds the id of."""
        ends = {
            one.column: one.related_model
            for one in self.model._meta.concrete_fields
            if isinstance(one, OrgForeignKey)
            and one.column != self.column
            and issubclass(one.related_model, ManagedRecord)
        }
        return {} if self.stamp else ends

    @property
    def collision(self) -> str:
        """The condition that row `t` cannot be moved, for the new holder has its like."""
        once = [names for names in _once(self.model) if self.column in names]
        same = [
            " AND ".join(f"h.{name} = t.{name}" for name in names if name != self.column) for names in once
        ]
        held = " OR ".join(
            f"EXISTS (SELECT FROM {self.table} h WHERE h.{self.column} = %(to)s AND {one})" for one in same
        )
        return held or "false"


def places(kind: ManagedKind) -> Iterator[Place]:
    """Every column of any table that holds ids of this kind's records, and that can be changed."""
    for model in isolation.owned_models():
        names = {one.name for one in model._meta.concrete_fields}
        if model in _STAY:
            continue
        for one in model._meta.concrete_fields:
            if (
                isinstance(one, OrgForeignKey)
                and one.related_model is kind.model
                and one.name != "merged_into"
            ):
                yield Place(model, one.column)
        if {"kind", "record_id"} <= names and _may_change(model, "record_id"):
            yield Place(model, "record_id", f"t.kind = '{kind.name}'")


def move(kind: ManagedKind, before: UUID, after: UUID) -> Moved:
    """Give all that refers to one record to another; returns what that was."""
    done = [_move(place, before, after) for place in places(kind)]
    return [one for one in done if one["keys"]]


def move_back(moved: Moved, holder: UUID, other: UUID) -> None:
    """Give it back, as far as it is still with its holder."""
    by_table = {model._meta.db_table: model for model in isolation.owned_models()}
    for one in moved:
        # A table may be gone since.
        if one["table"] in by_table:
            place = Place(by_table[one["table"]], one["column"])
            same = " AND ".join(f"t.{name} = k.{name}" for name in place.key)
            keyed = f"""EXISTS (SELECT FROM jsonb_populate_recordset(NULL::{place.table}, %(keys)s::jsonb) k
                WHERE {same})"""
            _update(place, keyed, {"from": holder, "to": other, "keys": json.dumps(one["keys"])})


def shared(moved: Moved, later: Moved) -> tuple[Moved, Moved]:
    """Of rows that were moved those that a later merge moved on, and the rest of the later one's."""
    ours = {(one["table"], one["column"]): one["keys"] for one in moved}
    both, rest = list[dict[str, Any]](), list[dict[str, Any]]()
    for one in later:
        keys = ours.get((one["table"], one["column"]), [])
        both.append(one | {"keys": [key for key in one["keys"] if key in keys]})
        rest.append(one | {"keys": [key for key in one["keys"] if key not in keys]})
    return [one for one in both if one["keys"]], [one for one in rest if one["keys"]]


def _move(place: Place, before: UUID, after: UUID) -> dict[str, Any]:
    keys = _update(place, place.where, {"from": before, "to": after})
    return {"table": place.table, "column": place.column, "keys": keys}


def _update(place: Place, where: str, values: dict[str, Any]) -> list[Any]:
    """The key of each row that was moved. What shows another record now, or is shown by one, has a new version."""
    key, ends = (
        ", ".join(f"'{name}', t.{name}" for name in names) for names in (place.key, place.other_ends)
    )
    sql = f"""UPDATE {place.table} t SET {place.column} = %(to)s {place.stamp}
        WHERE t.org_id = %(org)s AND t.{place.column} = %(from)s AND {where} AND NOT ({place.collision})
        RETURNING jsonb_build_object({key})::text, jsonb_build_object({ends})::text"""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"org": current_org_id(), "now": clock.now(), **values})
        moved = [(json.loads(key), json.loads(others)) for key, others in cursor.fetchall()]
    for column, model in place.other_ends.items():
        if moved:
            keeping.touch(model, {UUID(others[column]) for _, others in moved})
    return [key for key, _ in moved]


def _may_change(model: type[OrganizationOwned], name: str) -> bool:
    return "update" in model.app_may or name in model.app_may_update


def _primary(model: type[OrganizationOwned]) -> tuple[str, ...]:
    key = model._meta.pk
    return (
        tuple(one.name for one in key.fields) if isinstance(key, models.CompositePrimaryKey) else (key.name,)
    )


def _once(model: type[OrganizationOwned]) -> Iterator[list[str]]:
    yield _columns(model, _primary(model))
    for one in model._meta.constraints:
        if isinstance(one, models.UniqueConstraint) and one.fields and one.condition is None:
            yield _columns(model, one.fields)


def _columns(model: type[OrganizationOwned], names: Iterable[str]) -> list[str]:
    return [str(model._meta.get_field(name).column) for name in names]  # type: ignore[union-attr]
