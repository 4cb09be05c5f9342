"""Walking a long list: by offset, or by key with a cursor. Pure: it makes SQL fragments and runs none.

A cursor names the last row that was given by its ordering's keys and its id, so a walk under writes neither repeats
nor drops a row that did not change.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from fairlead.foundation.errors import MalformedRequest

Fragment = tuple[str, list[str]]
_SIGNATURE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Key:
    """Something to order by: an SQL expression, and the type that its text is cast back to."""

    expression: str
    kind: str
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One key in one direction. Rows without a value come last either way."""

    key: Key
    descending: bool

    def sql(self) -> str:
        return (
            f"{self.key.expression} {'DESC' if self.descending else 'ASC'}{' NULLS LAST' * self.key.nullable}"
        )

    def beyond(self, value: str | None) -> Fragment:
        """The rows that come strictly after this value."""
        if value is None:
            return "false", []
        sql = f"{self.key.expression} {'<' if self.descending else '>'} %s::{self.key.kind}"
        return (f"({sql} OR {self.key.expression} IS NULL)" if self.key.nullable else sql), [value]

    def equal(self, value: str | None) -> Fragment:
        if value is None:
            return f"{self.key.expression} IS NULL", []
        return f"{self.key.expression} = %s::{self.key.kind}", [value]


@dataclass(frozen=True, slots=True)
class Order:
    """A total order of rows; its last step is the id. `text` is how the caller wrote it."""

    text: str
    steps: tuple[Step, ...]

    def sql(self) -> str:
        """What follows ORDER BY."""
        return ", ".join(step.sql() for step in self.steps)

    def keys_sql(self) -> str:
        """An expression for the keys of a row, as an array of text: what `Cursors.write` takes."""
        return f"ARRAY[{', '.join(f'({step.key.expression})::text' for step in self.steps)}]"

    def after(self, values: Sequence[str | None]) -> Fragment:
        """The condition for the rows after the one with these keys, and its parameters."""
        if self._is_one_way() and None not in values:
            names = ", ".join(step.key.expression for step in self.steps)
            marks = ", ".join(f"%s::{step.key.kind}" for step in self.steps)
            return f"({names}) {'<' if self.steps[0].descending else '>'} ({marks})", [
                v for v in values if v is not None
            ]
        return _after(self.steps, values)

    def _is_one_way(self) -> bool:
        """Whether PostgreSQL can compare whole rows, for which it uses an index."""
        return len({step.descending for step in self.steps}) == 1 and not any(
            s.key.nullable for s in self.steps
        )


def parse_order(text: str, known: Mapping[str, Key], tie: Key) -> Order:
    """The order that `-created_on,due_date` means; ties go by id in the direction of the first key.

    Raises `MalformedRequest` that names `ordering`.
    """
    steps: dict[str, Step] = {}
    for part in text.split(","):
        name = part.removeprefix("-")
        if name not in known:
            raise _refuse_order(
                f"Order by one of {', '.join(known)}, with a minus in front for the other way round."
            )
        if name in steps:
            raise _refuse_order(f"Name {name} once.")
        steps[name] = Step(known[name], descending=part.startswith("-"))
    return Order(text, (*steps.values(), Step(tie, descending=text.startswith("-"))))


class Cursors:
    """Cursors as clients hold them: opaque, good in an address, and not to be made up (they are signed)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, order: Order, keys: Sequence[str | None]) -> str:
        """The cursor after the row with these keys."""
        body = json.dumps([order.text, *keys], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._sign(body) + body).rstrip(b"=").decode()

    def read(self, cursor: str, order: Order) -> list[str | None]:
        """The keys in a cursor. Raises `MalformedRequest` where it is not ours or was made for another order."""
        signature, body = self._split(cursor)
        if not hmac.compare_digest(signature, self._sign(body)):
            raise _refuse_cursor("This is no cursor that was given here: begin with an empty one.")
        text, *keys = cast(list[str], json.loads(body))
        if text != order.text:
            raise _refuse_cursor(
                f"This cursor walks in the order {text}: keep it, or begin with an empty cursor."
            )
        return [*keys]

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_SIGNATURE_BYTES]

    def _split(self, cursor: str) -> tuple[bytes, bytes]:
        try:
            raw = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        except (binascii.Error, UnicodeEncodeError):
            return b"", b""
        return raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]


def _after(steps: Sequence[Step], values: Sequence[str | None]) -> Fragment:
    beyond, values_beyond = steps[0].beyond(values[0])
    if len(steps) == 1:
        return beyond, values_beyond
    equal, values_equal = steps[0].equal(values[0])
    rest, values_rest = _after(steps[1:], values[1:])
    return f"({beyond} OR ({equal} AND {rest}))", [*values_beyond, *values_equal, *values_rest]


def _refuse_order(message: str) -> MalformedRequest:
    return MalformedRequest(f"ordering: {message}", errors={"ordering": [message]})


def _refuse_cursor(message: str) -> MalformedRequest:
    return MalformedRequest(f"cursor: {message}", errors={"cursor": [message]})
