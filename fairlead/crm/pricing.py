"""What the lines of an opportunity come to: by the engine of the invoices, which billing lends at start."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

Lines = Sequence[Mapping[str, Any]]
# `price(lines, digits)` gives the net amount of each line and their sum, rounded as on an invoice, of lines by the
# names of a request. Raises `InvalidInput` by path, such as `lines.0.rate`.
Price = Callable[[Lines, int], tuple[list[Decimal], Decimal]]

_engines: list[Price] = []


def lend(price: Price) -> None:
    """Let lines be priced by this."""
    _engines[:] = [price]


def price(lines: Lines, digits: int) -> tuple[list[Decimal], Decimal]:
    """The net amount of each line, and their sum."""
    return _engines[0](lines, digits)
