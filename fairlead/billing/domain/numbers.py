"""The pattern of a number series: literal text with `{year}`, `{month}` and one `{number}` or `{number:03d}`."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

DEFAULT_PATTERN = "INV-{number:03d}"
MAX_LENGTH = 40
MAX_WIDTH = 12

_FIELD = re.compile(r"\{(?P<name>year|month|number)(?::0(?P<width>[0-9]{1,2})d)?\}")


class Restart(StrEnum):
    """When a series begins again at 1."""

    YEARLY = "yearly"
    NEVER = "never"


class PatternError(ValueError):
    """The pattern can't be used; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that has been checked. `width` is the least number of digits of the number."""

    text: str
    width: int

    @property
    def has_year(self) -> bool:
        return "{year}" in self.text


def parse(text: str) -> Pattern:
    """Check a pattern. Raises `PatternError`."""
    fields = list(_FIELD.finditer(text))
    literal = _FIELD.sub("", text)
    if "{" in literal or "}" in literal:
        raise PatternError(
            "Between braces stand year, month and number, or number:03d with its least number of digits."
        )
    if not literal.isprintable() or text != text.strip():
        raise PatternError("Use printable characters, and no space at either end.")
    numbers = [field for field in fields if field["name"] == "number"]
    if len(numbers) != 1:
        raise PatternError("Write {number} once: it is what tells one document from the next.")
    if any(field["width"] for field in fields if field["name"] != "number"):
        raise PatternError("{year} and {month} have a width of their own (2026, 03): leave theirs out.")
    width = int(numbers[0]["width"] or 0)
    if width > MAX_WIDTH:
        raise PatternError(f"A number is padded to {MAX_WIDTH} digits at most.")
    pattern = Pattern(text, width)
    if len(format(pattern, 10**MAX_WIDTH - 1, date.max)) > MAX_LENGTH:
        raise PatternError(
            f"A number of {MAX_WIDTH} digits would be longer than {MAX_LENGTH} characters: shorten it."
        )
    return pattern


def check_series(text: str, restart: Restart) -> Pattern:
    """Check a pattern together with its restart. Raises `PatternError`."""
    pattern = parse(text)
    if restart is Restart.YEARLY and not pattern.has_year:
        raise PatternError("A series that restarts yearly needs {year}, else its numbers would repeat.")
    return pattern


def format(pattern: Pattern | str, number: int, on: date) -> str:  # noqa: A001
    """The number of a document taken on that day (in the organization's zone); it outgrows its width by itself.

    `number` counts from 1. Two different ones of the same `period` never give the same text.
    """
    if isinstance(pattern, str):
        pattern = parse(pattern)
    if number < 1:
        raise ValueError("Numbers count from 1.")
    values = {"year": f"{on.year:04d}", "month": f"{on.month:02d}", "number": f"{number:0{pattern.width}d}"}
    return _FIELD.sub(lambda field: values[field["name"]], pattern.text)


def period(restart: Restart, on: date) -> int:
    """What a counter counts within: the year, or 0 for a series that never restarts."""
    return on.year if restart is Restart.YEARLY else 0
