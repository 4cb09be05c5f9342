"""Which records a member sees, and how they stand to each: the same for every kind."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from fairlead.foundation.errors import NotFound
from fairlead.records.kinds import Kind
from fairlead.tenancy import policy
from fairlead.tenancy.context import ORGANIZATION, Actor, current_actor
from fairlead.tenancy.policy import Relation


def _assigned(row: str, who: str = "%s") -> str:
    # Names that no row asked about has.
    return f"""EXISTS (SELECT FROM records_assignee given
        WHERE given.org_id = {row}.org_id AND given.record_id = {row}.id AND given.user_id = {who})"""


def _in_team(row: str, who: str = "%s") -> str:
    return f"""EXISTS (SELECT FROM records_assignedteam team JOIN tenancy_teammember mate
        ON mate.org_id = team.org_id AND mate.team_id = team.team_id AND mate.user_id = {who}
        WHERE team.org_id = {row}.org_id AND team.record_id = {row}.id)"""


def seen_by(row: str, who: str = "%s") -> str:
    """The SQL condition on a record's row for what a member who is no admin sees; `who` is SQL for their id."""
    return f"({row}.created_by_id = {who} OR {_assigned(row, who)} OR {_in_team(row, who)})"


def seen_among_many(kind: Kind, row: str, who: str) -> str:
    """The same condition, for where many rows of a kind are asked about of which the member may see none.

    Whether they have been given any record of this kind, and whether they are in any team, is looked up once. The order
    makes it the first entry in an index: without, the planner may trust to meet one soon in the whole table.
    """
    given = f"""(SELECT true FROM records_assignee one WHERE one.org_id = {ORGANIZATION} AND one.user_id = {who}
        AND one.kind = '{kind.name}' ORDER BY one.record_id LIMIT 1) IS NOT NULL"""
    mate = f"""(SELECT true FROM tenancy_teammember one
        WHERE one.org_id = {ORGANIZATION} AND one.user_id = {who} ORDER BY one.team_id LIMIT 1) IS NOT NULL"""
    return f"({row}.created_by_id = {who} OR {given} AND {_assigned(row, who)} OR {mate} AND {_in_team(row, who)})"


def condition(actor: Actor, row: str = "r") -> tuple[str, list[UUID]]:
    """The SQL condition on a record's row for what a member sees, and its parameters."""
    if actor.is_admin:
        return "true", []
    return seen_by(row), [actor.user_id] * 3


_MARK = re.compile(r"%%|%s|<seen (\w+)(?: of (\w+))?>")


def seen(row: str, plural: str = "") -> str:
    """The place in an SQL text for the condition on a row that who asks sees it; `for_actor` fills it in.

    `plural` is the resource, where it may be closed to them as a whole.
    """
    return f"<seen {row} of {plural}>" if plural else f"<seen {row}>"


def for_actor(sql: str, values: Iterable[Any], actor: Actor) -> tuple[str, list[Any]]:
    """An SQL text with what `seen` has marked in it, and its values in their order."""
    rest, all_values = iter(values), list[Any]()

    def fill(mark: "re.Match[str]") -> str:
        if mark[1] is None:
            all_values.extend([next(rest)] if mark[0] == "%s" else [])
            return mark[0]
        is_open = mark[2] is None or policy.is_open(mark[2], actor)
        text, more = condition(actor, mark[1]) if is_open else ("false", [])
        all_values.extend(more)
        return text

    return _MARK.sub(fill, sql), all_values


def relation(kind: Kind, record_id: UUID) -> Relation:
    """How who acts stands to a record. Raises `NotFound` where they may not see it."""
    actor = current_actor()
    sql = f"""SELECT CASE WHEN r.created_by_id = %s THEN 'creator' WHEN {_assigned("r")} THEN 'assignee'
            WHEN {_in_team("r")} THEN 'team' END
        FROM {kind.table} r WHERE r.org_id = %s AND r.id = %s AND {kind.stands}"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*[actor.user_id] * 3, actor.org_id, record_id])
        row = cursor.fetchone()
    if row is None or (row[0] is None and not actor.is_admin):
        raise NotFound
    return Relation.ADMIN if actor.is_admin else Relation(row[0])


def require(kind: Kind, verb: str, record_id: UUID) -> None:
    """Raise `NotFound` or `NotPermitted` unless who acts may do this to the record."""
    policy.require(kind.action(verb), current_actor(), relation(kind, record_id))


def hold(kind: Kind, record_id: UUID) -> None:
    """Let nobody merge a record away before a row about it is committed. Raises `NotFound` where somebody has."""
    if not kind.merges:
        return
    sql = f"SELECT FROM {kind.table} r WHERE r.org_id = %s AND r.id = %s AND {kind.stands} FOR SHARE"
    with connection.cursor() as cursor:
        cursor.execute(sql, [current_actor().org_id, record_id])
        if not cursor.rowcount:
            raise NotFound


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
