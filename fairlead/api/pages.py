"""Lists: the page that a caller asks for, and the envelope that it comes in.

A list is one SQL statement whose rows are JSON texts already; they are joined here and never parsed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from ninja import Schema
from pydantic import BaseModel, Field

from fairlead.api import outputs
from fairlead.api.types import Between
from fairlead.foundation.errors import MalformedRequest
from fairlead.foundation.pages import Cursors, Key, Order, parse_order

MOST = 500
FARTHEST = 10_000_000

_ORDERING = (
    "Names joined by commas, with a minus in front for the other way round; see the description for which."
)


class Page(BaseModel):
    """The part of a list that is asked for. Filters of a list are fields of a class derived from this."""

    limit: Annotated[int, Between(1, MOST, in_query=True), Field(description="How many rows at most.")] = 10
    offset: Annotated[
        int, Between(0, FARTHEST, in_query=True), Field(description="How many rows to skip.")
    ] = 0
    cursor: Annotated[
        str | None,
        Field(
            max_length=2000,
            description="Walk by key instead of offset: empty to begin, then as `next` has it.",
        ),
    ] = None
    ordering: Annotated[
        str | None, Field(max_length=200, description=_ORDERING, examples=["-created_on"])
    ] = None


class Listed[Row](Schema):
    """The envelope of every list."""

    count: int = Field(description="How many rows there are in all.")
    next: str | None = Field(description="Path and query of the next page, or null.")
    previous: str | None = Field(description="Path and query of the page before, or null.")
    results: list[Row]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as SQL. `row` is an expression that gives one row as JSON; `where` has its values in `values`.

    `narrowed` is what a request asks for beyond that. It is not asked again of each row that is shown.
    """

    source: str
    row: str
    keys: Mapping[str, Key]
    tie: Key
    default: str = "-created_on"
    where: str = "true"
    values: Sequence[Any] = field(default_factory=list)
    narrowed: str = "true"
    narrowed_values: Sequence[Any] = field(default_factory=list)
    row_values: Sequence[Any] = field(default_factory=list)


def contains(sql: str) -> str:
    """The condition that a text has a part, in any case of letters; it takes the part."""
    return f"strpos(lower({sql}), lower(%s)) > 0"


def answer(request: HttpRequest, page: Page, listing: Listing) -> HttpResponse:
    """The page of this list that was asked for, by one statement."""
    order = parse_order(page.ordering or listing.default, listing.keys, listing.tie)
    after, after_values = position(page, order)
    where, wheres = f"{listing.where} AND {listing.narrowed}", [*listing.values, *listing.narrowed_values]
    # The page's ids first, in their order: a row that is skipped over costs a step in the index and nothing else.
    sql = f"""
        SELECT total.count, one.row, one.keys
        FROM (SELECT count(*) FROM {listing.source} WHERE {where}) AS total
        LEFT JOIN (
            SELECT tie, row_number() OVER () AS place FROM (
                SELECT {listing.tie.expression} AS tie FROM {listing.source}
                WHERE {where} AND {after} ORDER BY {order.sql()} LIMIT %s OFFSET %s
            ) AS found
        ) AS page ON true
        LEFT JOIN LATERAL (
            SELECT ({listing.row})::text AS row, {order.keys_sql()} AS keys
            FROM {listing.source} WHERE {listing.where} AND {listing.tie.expression} = page.tie
        ) AS one ON true
        ORDER BY page.place"""
    values = [*wheres, *wheres, *after_values, page.limit + 1, page.offset]
    values += [*listing.row_values, *listing.values]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    found = [(row, keys) for _, row, keys in rows if row is not None]
    next_cursor = cursor_after(page, order, found)
    return envelope(request, rows[0][0], page, [row for row, _ in found[: page.limit]], next_cursor)


def position(page: Page, order: Order) -> tuple[str, list[str]]:
    """The condition that a cursor sets, and its values; `true` without one. Raises `MalformedRequest`."""
    if page.cursor is None:
        return "true", []
    if page.offset:
        message = "Walk by cursor or by offset, not by both."
        raise MalformedRequest(f"offset: {message}", errors={"offset": [message]})
    return order.after(_cursors().read(page.cursor, order)) if page.cursor else ("true", [])


def cursor_after(page: Page, order: Order, found: Sequence[tuple[Any, Sequence[str | None]]]) -> str | None:
    """The cursor behind this page, of `found` rows with their keys, one more than the limit if there are more."""
    if page.cursor is None or len(found) <= page.limit:
        return None
    return _cursors().write(order, found[page.limit - 1][1])


def envelope(
    request: HttpRequest, count: int, page: Page, rows: Sequence[str | bytes], next_cursor: str | None = None
) -> HttpResponse:
    """The answer for one page; `rows` are JSON texts. `next_cursor` stands for the next page in a walk by cursor."""
    head = {
        "count": count,
        "next": _next(request, count, page, next_cursor),
        "previous": _previous(request, page),
    }
    joined = b",".join(row.encode() if isinstance(row, str) else row for row in rows)
    body = outputs.dump(head).encode()[:-1] + b', "results": [' + joined + b"]}"
    return HttpResponse(body, content_type="application/json")


def _next(request: HttpRequest, count: int, page: Page, next_cursor: str | None) -> str | None:
    if page.cursor is not None:
        return _address(request, cursor=next_cursor) if next_cursor else None
    beyond = page.offset + page.limit
    return (
        _address(request, limit=page.limit, offset=beyond) if beyond < count and beyond <= FARTHEST else None
    )


def _previous(request: HttpRequest, page: Page) -> str | None:
    if page.cursor is not None or not page.offset:
        return None
    return _address(request, limit=page.limit, offset=max(0, page.offset - page.limit))


def _address(request: HttpRequest, **changes: Any) -> str:
    """The request's own path and query with some parameters changed; filters stay as they are."""
    query = request.GET.dict() | {name: str(value) for name, value in changes.items()}
    return f"{request.path}?{urlencode(query)}"


@cache
def _cursors() -> Cursors:
    return Cursors(hashlib.sha256(f"fairlead.cursors:{settings.SECRET_KEY}".encode()).digest())
