"""Searching records of all kinds at once."""

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import AfterValidator, Field, WithJsonSchema

from fairlead.api import outputs
from fairlead.api.access import may
from fairlead.api.types import Between, Line, refuse
from fairlead.records import kinds, search, visibility
from fairlead.records.kinds import Kind
from fairlead.tenancy import policy
from fairlead.tenancy.context import Actor, current_actor

router = Router()

# So many of each kind are ranked: who types two letters does not wait for a hundred thousand records. What is named so,
# or begins so, is among them.
MOST_OF_A_KIND = 200
MOST_WORDS = 8
_NAMES = [kind.name for kind in kinds.every()]


def _known(name: str) -> str:
    if name not in _NAMES:
        raise refuse(f"Give one of {', '.join(_NAMES)}.")
    return name


KindName = Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": _NAMES})]


class SearchQuery(Schema):
    """What is looked for."""

    q: Annotated[
        Annotated[str, Line(100, filled=True)],
        Field(
            description="Words, or parts of them, of which each must be found. A single letter or two find what "
            "begins with them."
        ),
    ]
    kind: Annotated[KindName | None, Field(description="Of this kind only.")] = None
    limit: Annotated[int, Between(1, 100, in_query=True), Field(description="How many at most.")] = 20


class Hit(Schema):
    """A record that was found. `rank` is 0 where its title is what was looked for, and grows to 3."""

    kind: KindName
    id: UUID
    title: str
    rank: int
    url: str = Field(description="Where the API has the record.")


class Hits(Schema):
    """What was found, the best first."""

    results: list[Hit]


@router.get("", response=Hits, summary="Search all records")
@may("search.read")
def find(request: HttpRequest, query: Query[SearchQuery]) -> HttpResponse:
    """Of what you see: first what is named so, then what begins so, where a word begins so, where it is a part."""
    sql, values = _statement(query.q.lower().split()[:MOST_WORDS], [*_looked_in(query.kind)])
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, query.limit])
        found = [row[0] for row in cursor.fetchall()]
    return outputs.json_text(f'{{"results": [{", ".join(found)}]}}')


def _looked_in(name: str | None) -> Iterator[Kind]:
    for kind in kinds.every():
        if name in (None, kind.name) and policy.may_look(kind.plural, current_actor()):
            yield kind


_NOTHING = "SELECT '' AS kind, '' AS plural, NULL::uuid AS id, '' AS title, now() AS updated_on, 0 AS rank WHERE false"


def _statement(words: list[str], looked_in: list[Kind]) -> tuple[str, list[Any]]:
    actor = current_actor()
    parts = [(_NOTHING, list[Any]()), *(_part(actor, words, kind) for kind in looked_in)]
    sql = f"""SELECT json_build_object('kind', kind, 'id', id, 'title', title, 'rank', rank,
            'url', '/api/' || plural || '/' || id || '/')::text
        FROM ({" UNION ALL ".join(sql for sql, _ in parts)}) AS hits ORDER BY rank, updated_on DESC, id LIMIT %s"""
    return sql, [value for _, values in parts for value in values]


def _part(actor: Actor, words: list[str], kind: Kind) -> tuple[str, list[Any]]:
    seen, seen_values = visibility.condition(actor)
    sql = f"""SELECT '{kind.name}' AS kind, '{kind.plural}' AS plural, r.id, {kind.label} AS title, r.updated_on,
            CASE WHEN lower({kind.label}) = %s THEN 0 WHEN starts_with(lower({kind.label}), %s) THEN 1
                WHEN strpos(' ' || lower({kind.words}), %s) > 0 THEN 2 ELSE 3 END AS rank
        FROM {search.function(kind)}(%s, %s, %s, %s) AS found(id)
        JOIN {kind.table} r ON r.org_id = %s AND r.id = found.id WHERE {seen}"""
    whole, parts = " ".join(words), sorted(words, key=len, reverse=True)
    return sql, [
        whole,
        whole,
        f" {whole}",
        parts,
        whole if len(parts[0]) >= search.LEAST else parts[0],
        None if actor.is_admin else actor.user_id,
        MOST_OF_A_KIND,
        actor.org_id,
        *seen_values,
    ]
