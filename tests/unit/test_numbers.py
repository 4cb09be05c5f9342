"""Patterns of number series: what they give, what is refused, and that two numbers are never the same text."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.billing.domain import numbers
from fairlead.billing.domain.numbers import PatternError, Restart

DAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("pattern", "number", "text"),
    [
        (numbers.DEFAULT_PATTERN, 1, "INV-001"),
        (numbers.DEFAULT_PATTERN, 999, "INV-999"),
        (numbers.DEFAULT_PATTERN, 1000, "INV-1000"),
        ("{number}", 7, "7"),
        ("{number:00d}", 7, "7"),
        ("{number:012d}", 7, "000000000007"),
        ("RE {year}/{month}-{number:04d} é", 12, "RE 2026/03-0012 é"),
        ("{year}{year}{number}", 1, "202620261"),
    ],
)
def test_patterns(pattern: str, number: int, text: str) -> None:
    assert numbers.format(pattern, number, DAY) == text
    assert numbers.format(numbers.parse(pattern), number, DAY) == text


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "number"),
        ("INV-", "once"),
        ("{number}{number}", "once"),
        ("{number:013d}", "12 digits at most"),
        ("{number:3d}", "Between braces"),
        ("{number:03x}", "Between braces"),
        ("{number!r}", "Between braces"),
        ("{number.real}", "Between braces"),
        ("{number:0٣d}", "Between braces"),
        ("{day}{number}", "Between braces"),
        ("{}{number}", "Between braces"),
        ("{{number}}", "Between braces"),
        ("{number", "Between braces"),
        ("{year:05d}{number}", "width of their own"),
        (" {number}", "no space at either end"),
        ("{number} ", "no space at either end"),
        ("A\n{number}", "printable"),
        ("A\x00{number}", "printable"),
        ("A\u202e{number}", "printable"),
        ("A\ud800{number}", "printable"),
        ("X" * 29 + "{number}", "40 characters"),
        ("X" * 25 + "{year}{number}", "40 characters"),
    ],
)
def test_refused(pattern: str, words: str) -> None:
    with pytest.raises(PatternError, match=words):
        numbers.parse(pattern)


def test_the_longest_pattern_fits() -> None:
    assert len(numbers.format("X" * 28 + "{number}", 10**12 - 1, DAY)) == 40


def test_yearly_restart_needs_the_year() -> None:
    with pytest.raises(PatternError, match=r"needs \{year\}"):
        numbers.check_series("INV-{month}-{number}", Restart.YEARLY)
    assert numbers.check_series("{year}-{number}", Restart.YEARLY).width == 0
    assert numbers.check_series("INV-{number:03d}", Restart.NEVER).width == 3


def test_numbers_count_from_one() -> None:
    with pytest.raises(ValueError, match="from 1"):
        numbers.format("{number}", 0, DAY)


def test_period() -> None:
    assert numbers.period(Restart.YEARLY, DAY) == 2026
    assert numbers.period(Restart.NEVER, DAY) == 0


PIECES = st.sampled_from(["{year}", "{month}", "0", "7", "-", "R"])
TAKEN = st.tuples(st.integers(1, 10**6), st.dates(date(2020, 1, 1), date(2035, 12, 31)))


@given(
    st.lists(PIECES, max_size=3),
    st.integers(0, 6),
    st.lists(PIECES, max_size=3),
    st.sampled_from(Restart),
    TAKEN,
    TAKEN,
)
def test_two_numbers_of_a_series_are_two_texts(
    before: list[str],
    width: int,
    after: list[str],
    restart: Restart,
    one: tuple[int, date],
    other: tuple[int, date],
) -> None:
    pattern = "".join([*before, f"{{number:0{width}d}}", *after])
    try:
        series = numbers.check_series(pattern, restart)
    except PatternError:
        return
    keys = [(numbers.period(restart, on), number) for number, on in (one, other)]
    texts = [numbers.format(series, number, on) for number, on in (one, other)]
    assert (texts[0] == texts[1]) <= (keys[0] == keys[1])
