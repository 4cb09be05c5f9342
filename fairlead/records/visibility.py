"""Which records a member sees, and how they stand to each: the same for every kind."""

from typing import Any
from uuid import UUID

from django.db import connection

from fairlead.foundation.errors import NotFound
from fairlead.records.kinds import Kind
from fairlead.tenancy import policy
from fairlead.tenancy.context import Actor, current_actor
from fairlead.tenancy.policy import Relation


def _assigned(row: str) -> str:
    return f"""EXISTS (SELECT FROM records_assignee a
        WHERE a.org_id = {row}.org_id AND a.record_id = {row}.id AND a.user_id = %s)"""


def _in_team(row: str) -> str:
    return f"""EXISTS (SELECT FROM records_assignedteam t JOIN tenancy_teammember m
        ON m.org_id = t.org_id AND m.team_id = t.team_id AND m.user_id = %s
        WHERE t.org_id = {row}.org_id AND t.record_id = {row}.id)"""


def condition(actor: Actor, row: str = "r") -> tuple[str, list[UUID]]:
    """The SQL condition on a record's row for what a member sees, and its parameters."""
    if actor.is_admin:
        return "true", []
    return f"({row}.created_by_id = %s OR {_assigned(row)} OR {_in_team(row)})", [actor.user_id] * 3


def relation(kind: Kind, record_id: UUID) -> Relation:
    """How who acts stands to a record. Raises `NotFound` where they may not see it."""
    actor = current_actor()
    sql = f"""SELECT CASE WHEN r.created_by_id = %s THEN 'creator' WHEN {_assigned("r")} THEN 'assignee'
            WHEN {_in_team("r")} THEN 'team' END
        FROM {kind.table} r WHERE r.org_id = %s AND r.id = %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*[actor.user_id] * 3, actor.org_id, record_id])
        row = cursor.fetchone()
    if row is None or (row[0] is None and not actor.is_admin):
        raise NotFound
    return Relation.ADMIN if actor.is_admin else Relation(row[0])


def require(kind: Kind, verb: str, record_id: UUID) -> None:
    """Raise `NotFound` or `NotPermitted` unless who acts may do this to the record."""
    policy.require(kind.action(verb), current_actor(), relation(kind, record_id))


def lock(kind: Kind, verb: str, record_id: UUID) -> Any:
    """The record, locked for a change that who acts may make. Raises `NotFound`, `NotPermitted`."""
    record = (
        kind.model._default_manager.select_for_update(no_key=True)
        .filter(org_id=current_actor().org_id, id=record_id)
        .first()
    )
    if record is None:
        raise NotFound
    require(kind, verb, record_id)
    return record
