"""Cursors, and the order that they walk in."""

import sqlite3
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.foundation.errors import MalformedRequest
from fairlead.foundation.pages import Cursors, Key, Order, Step, parse_order

ID = Key("id", "uuid")
KNOWN = {
    "name": Key("name", "text"),
    "due_date": Key("due", "date", nullable=True),
    "total": Key("total", "numeric"),
}
cursors = Cursors(b"a key")
values = st.lists(st.none() | st.text(), min_size=2, max_size=4)


def order(text: str) -> Order:
    return parse_order(text, KNOWN, ID)


@given(values)
def test_a_cursor_comes_back_as_it_was(keys: list[str | None]) -> None:
    written = cursors.write(order("name"), keys)
    assert written.isascii()
    assert written.replace("-", "").replace("_", "").isalnum()
    assert cursors.read(written, order("name")) == keys


@given(values, st.integers(min_value=0), st.characters(codec="ascii"))
def test_a_cursor_that_was_changed_is_refused(keys: list[str | None], place: int, letter: str) -> None:
    written = cursors.write(order("name"), keys)
    changed = written[: place % len(written)] + letter + written[place % len(written) + 1 :]
    with suppress(MalformedRequest):
        assert cursors.read(changed, order("name")) == keys  # the last letter may bear bits that mean nothing


@given(st.text())
def test_anything_else_is_no_cursor(text: str) -> None:
    with pytest.raises(MalformedRequest):
        cursors.read(text, order("name"))


def test_a_cursor_of_another_key_or_order_is_refused() -> None:
    written = cursors.write(order("name"), ["a", "1"])
    with pytest.raises(MalformedRequest):
        Cursors(b"another").read(written, order("name"))
    with pytest.raises(MalformedRequest, match="in the order name"):
        cursors.read(written, order("-name"))


def test_ties_go_by_id_in_the_first_direction() -> None:
    assert order("-name,total").sql() == "name DESC, total ASC, id DESC"
    assert order("due_date").sql() == "due ASC NULLS LAST, id ASC"


def test_one_direction_is_one_comparison_of_rows() -> None:
    assert order("-name,-total").after(["b", "2", "x"]) == (
        "(name, total, id) < (%s::text, %s::numeric, %s::uuid)",
        ["b", "2", "x"],
    )


@pytest.mark.parametrize(
    "text", ["", "nope", "name,", ",name", "name,name", "name,-name", "+name", " name", "name asc"]
)
def test_an_order_that_is_none_is_named(text: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        order(text)
    assert [*refused.value.errors] == ["ordering"]


rows = st.lists(
    st.tuples(st.sampled_from("abc"), st.none() | st.sampled_from("xyz"), st.sampled_from("12")),
    min_size=1,
    max_size=12,
)
directions = st.tuples(st.booleans(), st.booleans(), st.booleans())


@given(rows, directions)
def test_what_comes_after_a_row_is_the_rest_of_the_list(
    table: list[tuple[Any, ...]], descending: tuple[bool, ...]
) -> None:
    """Tried on a database, with keys that repeat and keys that are missing."""
    columns = (Key("name", "text"), Key("due", "text", nullable=True), Key("id", "text"))
    ordering = Order("x", tuple(Step(key, down) for key, down in zip(columns, descending, strict=True)))
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE t (name, due, total, id)")
        database.executemany(
            "INSERT INTO t VALUES (?, ?, ?, ?)", [(*row, str(n)) for n, row in enumerate(table)]
        )
        select = "SELECT name, due, id FROM t"
        whole = database.execute(f"{select} ORDER BY {ordering.sql()}").fetchall()
        for place, row in enumerate(whole):
            condition, given_values = ordering.after(row)
            lite = condition.replace("%s::text", "?")
            rest = database.execute(
                f"{select} WHERE {lite} ORDER BY {ordering.sql()}", given_values
            ).fetchall()
            assert rest == whole[place + 1 :]
