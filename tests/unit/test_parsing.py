"""Reading JSON, and the kinds of value that a body may hold."""

import json
from contextlib import suppress
from decimal import Decimal
from typing import Annotated, Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from fairlead.api.parsing import JsonNumber, canonical, read_json
from fairlead.api.types import Between, Clearable, Day, DecimalText, Email, Id, Line, Prose, Truth
from fairlead.foundation.errors import MalformedRequest, UnsupportedMediaType

scalars = st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text()
# Small ones: it is the shapes that count, and large ones take all the time.
documents = st.dictionaries(
    st.text(),
    st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8),
    max_size=5,
)


def read(body: bytes, kind: str = "application/json") -> Any:
    return read_json(RequestFactory().post("/", body, kind))


@given(documents)
def test_what_was_written_is_read(document: dict[str, Any]) -> None:
    assert read(json.dumps(document).encode()) == document
    assert read(json.dumps(document, ensure_ascii=False).encode()) == document


@given(documents)
def test_spacing_and_order_do_not_tell_bodies_apart(document: dict[str, Any]) -> None:
    turned = dict(reversed([*document.items()]))
    assert canonical(read(json.dumps(document).encode())) == canonical(
        read(json.dumps(turned, indent=3).encode())
    )


@pytest.mark.parametrize("text", ["1.10", "1e5", "0.1", "12345678901234567890", "-0.0"])
def test_a_number_keeps_its_digits(text: str) -> None:
    assert read(f'{{"a": {text}}}'.encode()) == {"a": JsonNumber(text)}


@pytest.mark.parametrize("body", [b"", b"  ", b"\n"])
def test_nothing_is_an_empty_object_whatever_its_kind(body: bytes) -> None:
    assert read(body, "text/plain") == {}


@pytest.mark.parametrize(
    "kind", ["text/json", "application/x-json", "application/json-seq", "multipart/form-data"]
)
def test_json_says_that_it_is_json(kind: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        read(b"{}", kind)


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_refused(body: bytes) -> None:
    with suppress(MalformedRequest):
        read(body)


def value(kind: Any, given_value: Any) -> Any:
    return TypeAdapter(kind).validate_python(given_value)


def refused(kind: Any, given_value: Any) -> bool:
    try:
        value(kind, given_value)
    except ValidationError:
        return True
    return False


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**10), max_value=10**10))
def test_a_decimal_is_taken_as_it_is_written(number: Decimal) -> None:
    assert value(DecimalText, format(number, "f")) == number
    assert value(DecimalText, JsonNumber(format(number, "f"))) == number


@given(st.text())
def test_only_plain_digits_are_a_decimal(text: str) -> None:
    plain = text.removeprefix("-").replace(".", "", 1)
    if not (plain.isascii() and plain.isdigit()):
        assert refused(DecimalText, text)


@pytest.mark.parametrize(
    "text",
    [
        "1_0",
        "１",
        "1e2",
        "NaN",
        "Infinity",
        "0x1",
        "+1",
        " 1",
        "1 ",
        "1\n",
        ".5",
        "1.",
        "",
        "1.12345678901",
        "9" * 16,
    ],
)
def test_these_are_no_decimals(text: str) -> None:
    assert refused(DecimalText, text)
    assert refused(DecimalText, JsonNumber(text))


@pytest.mark.parametrize("wrong", [1.5, True, None, [], {}, b"1"])
def test_a_decimal_is_not_made_of_other_things(wrong: Any) -> None:
    assert refused(DecimalText, wrong)


def test_there_is_no_negative_zero() -> None:
    assert str(value(DecimalText, "-0.00")) == "0.00"


@pytest.mark.parametrize(
    "wrong",
    [
        "2024-2-1",
        "2024-02-30",
        "20240201",
        "2024-02-01T00:00",
        "２０２４-02-01",
        86400,
        "1899-12-31",
        "0000-01-01",
    ],
)
def test_these_are_no_days(wrong: Any) -> None:
    assert refused(Day, wrong)


@pytest.mark.parametrize(
    "wrong",
    ["{01980a3c-7f52-7c1e-9a41-5f0c2b7d9e10}", "01980a3c7f527c1e9a415f0c2b7d9e10", "１" * 36, 5, None],
)
def test_these_are_no_ids(wrong: Any) -> None:
    assert refused(Id, wrong)


@pytest.mark.parametrize("wrong", [0, 1, "true", "yes", None])
def test_true_and_false_are_not_made_of_other_things(wrong: Any) -> None:
    assert refused(Truth, wrong)


@pytest.mark.parametrize(
    ("wrong", "is_refused"),
    [(0, True), (1, False), (9, False), (10, True), ("5", True), (True, True), (5.0, True)],
)
def test_a_whole_number_has_bounds(wrong: Any, is_refused: bool) -> None:
    assert refused(Annotated[int, Between(1, 9)], wrong) is is_refused


@given(st.text(max_size=30))
def test_a_line_is_kept_or_refused_and_never_changed(text: str) -> None:
    if not refused(Annotated[str, Line(30)], text):
        assert value(Annotated[str, Line(30)], text) == text
        assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in text)


def test_lines_end_in_a_newline_and_in_nothing_else() -> None:
    assert value(Annotated[str, Prose(30)], "a\n\tb") == "a\n\tb"
    assert refused(Annotated[str, Prose(30)], "a\r\nb")
    assert refused(Annotated[str, Line(30)], "a\nb")


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\t"])
def test_what_must_be_filled_is_not_blank(blank: str) -> None:
    assert refused(Annotated[str, Line(30, filled=True)], blank)


def test_null_clears_a_text_that_may_be_empty() -> None:
    assert value(Clearable[Annotated[str, Line(30)]], None) == ""
    assert refused(Annotated[str, Line(30)], None)


@pytest.mark.parametrize(
    "address", ["a@b", "a b@c.de", "a@b..de", "@b.de", "a@-b.de", "a@b.de\n", "ä@b.de", "a@b.de,c@d.de"]
)
def test_these_are_no_addresses(address: str) -> None:
    assert refused(Email, address)
