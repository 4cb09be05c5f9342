"""What any record answers, as SQL that gives JSON already. Each function takes the alias of the record's row."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from fairlead.api.outputs import instant_sql
from fairlead.foundation.errors import NotFound
from fairlead.records import visibility
from fairlead.records.kinds import Kind
from fairlead.tenancy.context import Actor

NEWEST = 50


def person(column: str) -> str:
    """A user as an object, or null."""
    return f"""(SELECT json_build_object('id', u.id, 'name', u.name, 'email', u.email)
        FROM tenancy_user u WHERE u.id = {column})"""


def quantity(column: str) -> str:
    """A quantity is a number where it is whole, and a text otherwise."""
    return f"""CASE WHEN {column} = trunc({column}) THEN to_json(trunc({column}))
        ELSE to_json(trim_scale({column})::text) END"""


def referred(kind: Kind, row: str) -> str:
    """The record of this kind that a row refers to, or null. Its name is for who sees it, by `visibility.for_actor`."""
    name = f"CASE WHEN {visibility.seen('n', kind.plural)} THEN n.label END"
    return f"""(SELECT json_build_object('id', n.id, 'name', {name}) FROM {kind.table} n
        WHERE n.org_id = {row}.org_id AND n.id = {row}.{kind.name}_id)"""


def primary(column: str, name: str) -> str:
    """What a list of ways to reach somebody names as the primary one, or ''."""
    return f"coalesce(jsonb_path_query_first({column}, '$[*] ? (@.is_primary == true)') ->> '{name}', '')"


def link_ids(row: str) -> str:
    """Assignees, teams and tags as ids, for a row of a list."""
    return f"""ARRAY(SELECT a.user_id FROM records_assignee a
            WHERE a.org_id = {row}.org_id AND a.record_id = {row}.id ORDER BY a.user_id) AS assigned_to,
        ARRAY(SELECT t.team_id FROM records_assignedteam t
            WHERE t.org_id = {row}.org_id AND t.record_id = {row}.id ORDER BY t.team_id) AS teams,
        ARRAY(SELECT g.tag_id FROM records_tagging g
            WHERE g.org_id = {row}.org_id AND g.record_id = {row}.id ORDER BY g.tag_id) AS tags"""


def people(row: str) -> str:
    """Assignees, as objects."""
    return f"""(SELECT coalesce(json_agg({person("a.user_id")} ORDER BY a.user_id), '[]') FROM records_assignee a
        WHERE a.org_id = {row}.org_id AND a.record_id = {row}.id)"""


def tags(row: str) -> str:
    """Tags, as objects."""
    return f"""(SELECT coalesce(json_agg(json_build_object('id', m.id, 'name', m.name, 'color', m.color) ORDER BY m.id),
            '[]')
        FROM records_tagging g JOIN records_tag m ON m.org_id = g.org_id AND m.id = g.tag_id
        WHERE g.org_id = {row}.org_id AND g.record_id = {row}.id)"""


def links(row: str) -> str:
    """Assignees, teams and tags as objects, for a detail."""
    return f"""{people(row)} AS assigned_to,
        (SELECT coalesce(json_agg(json_build_object('id', m.id, 'name', m.name) ORDER BY m.id), '[]')
            FROM records_assignedteam t JOIN tenancy_team m ON m.org_id = t.org_id AND m.id = t.team_id
            WHERE t.org_id = {row}.org_id AND t.record_id = {row}.id) AS teams,
        {tags(row)} AS tags"""


def owned(row: str) -> str:
    """Who made it, where and when."""
    return f"""{person(f"{row}.created_by_id")} AS created_by,
        (SELECT json_build_object('id', o.id, 'name', o.name)
            FROM tenancy_organization o WHERE o.id = {row}.org_id) AS org,
        {instant_sql(f"{row}.created_on")} AS created_on, {instant_sql(f"{row}.updated_on")} AS updated_on"""


def assigned_to(row: str) -> str:
    """The condition that a record is given to a member, whose id it takes."""
    return f"""EXISTS (SELECT FROM records_assignee a
        WHERE a.org_id = {row}.org_id AND a.record_id = {row}.id AND a.user_id = %s)"""


def of_team(row: str) -> str:
    """The condition that a record is given to a team, whose id it takes."""
    return f"""EXISTS (SELECT FROM records_assignedteam t
        WHERE t.org_id = {row}.org_id AND t.record_id = {row}.id AND t.team_id = %s)"""


def tagged(row: str) -> str:
    """The condition that a record bears a tag, whose id it takes."""
    return f"""EXISTS (SELECT FROM records_tagging g
        WHERE g.org_id = {row}.org_id AND g.record_id = {row}.id AND g.tag_id = %s)"""


HISTORY = f"""json_build_object('id', h.id, 'record', h.record_id, 'updated_by', {person("h.updated_by_id")},
    'updated_on', {instant_sql("h.updated_on")}, 'action', h.action, 'status_changed_from', h.status_changed_from,
    'status_changed_to', h.status_changed_to, 'changes', h.changes)"""
COMMENT = f"""json_build_object('id', c.id, 'comment', c.text, 'commented_by', {person("c.commented_by_id")},
    'commented_on', {instant_sql("c.commented_on")})"""


def attachment(kind: Kind) -> str:
    """A file on a record of this kind."""
    return f"""json_build_object('id', f.id, 'file_name', f.file_name, 'content_type', f.content_type,
        'size', f.size, 'sha256', f.sha256, 'url', '/api/{kind.plural}/attachment/' || f.id || '/',
        'uploaded_by', {person("f.uploaded_by_id")}, 'uploaded_on', {instant_sql("f.uploaded_on")})"""


def sub_lists(kind: Kind, row: str) -> dict[str, tuple[str, str, str]]:
    """Table and alias, row and condition of each list that hangs on a record."""
    about = f"{{0}}.org_id = {row}.org_id AND {{0}}.kind = '{kind.name}' AND {{0}}.record_id = {row}.id"
    told = f"h.org_id = {row}.org_id AND h.kind = '{kind.name}' AND h.record_id {_and_merged(kind, row)}"
    return {
        "history": ("records_historyentry h", HISTORY, told),
        "comments": ("records_comment c", COMMENT, about.format("c")),
        "attachments": ("records_attachment f", attachment(kind), about.format("f")),
    }


def _and_merged(kind: Kind, row: str) -> str:
    """Equal to the record's id, or to that of one that was merged into it: history stays where it was written."""
    if not kind.merges:
        return f"= {row}.id"
    return f"""= ANY (ARRAY(WITH RECURSIVE one AS (
        SELECT {row}.id UNION ALL
        SELECT m.id FROM one JOIN {kind.table} m ON m.org_id = {row}.org_id AND m.merged_into_id = one.id
    ) SELECT id FROM one))"""


def newest(sub_list: tuple[str, str, str]) -> str:
    """The newest rows of such a list, as an array."""
    table, row, where = sub_list
    alias = table.split()[1]
    inner = f"SELECT {row} AS row FROM {table} WHERE {where} ORDER BY {alias}.id DESC LIMIT {NEWEST}"
    return f"(SELECT coalesce(json_agg(x.row), '[]') FROM ({inner}) AS x)"


def array(sql: str) -> str:
    """The rows of a query, as an array of objects."""
    return f"(SELECT coalesce(json_agg(x), '[]') FROM ({sql}) AS x)"


def json_object(columns: Sequence[str], source: str = "") -> str:
    """A row of these columns, as an object."""
    return f"(SELECT row_to_json(x) FROM (SELECT {', '.join(columns)} {source}) AS x)"


def sub_row(sub_list: tuple[str, str, str], actor: Actor, row_id: UUID) -> str:
    """One row of such a list as JSON, for an answer to a write. The caller has made sure that it may be seen."""
    table, row, _ = sub_list
    alias = table.split()[1]
    sql = f"SELECT 0, ({row})::text FROM {table} WHERE {alias}.org_id = %s AND {alias}.id = %s"
    return one(sql, [actor.org_id, row_id])[1]


def one(sql: str, values: Sequence[Any]) -> tuple[int, str]:
    """The version and the JSON that a statement gives. Raises `NotFound` where it gives no row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    return row[0], row[1]
