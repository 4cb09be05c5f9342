"""What totals are computed from (lines, allowances and charges, terms) and what comes out.

Amounts are `Decimal` in the document's currency; a field named `percent` or `vat_rate` is in percent (19, not 0.19).
Names are those of EN 16931: a document *allowance* lowers, a *charge* raises.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["allowance", "charge"]
Problem = tuple[str, str]
ZERO = Decimal(0)
ONE = Decimal(1)


class TotalsError(Exception):
    """The document is refused. `problems`: (path such as `lines.0.rate`, what to do about it), at least one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{path}: {message}" for path, message in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class VatGroup:
    """The key of a row of the VAT breakdown. `rate` is None for category O and for tax given as an amount."""

    category: str
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class Line:
    """`quantity` of something at `rate` per `price_base` pieces; a negative quantity is a return."""

    quantity: Decimal
    rate: Decimal
    price_base: Decimal = ONE
    discount_percent: Decimal | None = None
    discount_amount: Decimal | None = None
    charge_amount: Decimal | None = None
    vat_category: str | None = None
    vat_rate: Decimal | None = None
    exemption_reason: str = ""


@dataclass(frozen=True, slots=True)
class DocumentAmount:
    """An allowance or charge on the whole document, by `amount` or by `percent` of the sum of the lines.

    `tax_amount` is set on an adjustment only: its VAT is that and no percentage of it (see `adjustment.adjust`).
    """

    kind: Kind
    reason: str
    amount: Decimal | None = None
    percent: Decimal | None = None
    vat_category: str | None = None
    vat_rate: Decimal | None = None
    tax_amount: Decimal | None = None
    is_adjustment: bool = False

    @property
    def sign(self) -> int:
        return -1 if self.kind == "allowance" else 1


@dataclass(frozen=True, slots=True)
class Terms:
    """How the document is computed.

    `prices_include_tax`: rates, discounts, allowances and charges are gross. `tax_rate`: the rate of lines without
    their own. `tax_amount`: the tax as one amount, instead of any rate.
    """

    currency_digits: int
    prices_include_tax: bool = False
    tax_rate: Decimal | None = None
    tax_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LineResult:
    """`amount` is quantity × rate ÷ price base; gross, as are `discount` and `charge`, where prices include tax."""

    group: VatGroup
    amount: Decimal
    discount: Decimal
    charge: Decimal
    net_amount: Decimal
    gross_amount: Decimal | None


@dataclass(frozen=True, slots=True)
class AmountResult:
    """`amount` as it is shown (gross where prices include tax), `net_amount` without tax.

    Both count up for an allowance too, and are below zero only as a percentage of lines that are.
    """

    kind: Kind
    group: VatGroup
    amount: Decimal
    net_amount: Decimal


@dataclass(frozen=True, slots=True)
class VatRow:
    """A row of the VAT breakdown (BG-23)."""

    category: str
    rate: Decimal | None
    taxable_amount: Decimal
    tax_amount: Decimal
    exemption_reason: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """The result; `lines` and `amounts` in the order of the input. Every amount has the currency's digits.

    line_total − allowance_total + charge_total = net_amount = Σ taxable; net_amount + tax_amount = total_amount.
    """

    lines: tuple[LineResult, ...]
    amounts: tuple[AmountResult, ...]
    line_total: Decimal
    allowance_total: Decimal
    charge_total: Decimal
    net_amount: Decimal
    vat_breakdown: tuple[VatRow, ...]
    tax_amount: Decimal
    total_amount: Decimal


def paths(amounts: Sequence[DocumentAmount]) -> list[str]:
    """Where each stands in the two lists of the API: `allowances.0`, `charges.0`."""
    seen: dict[Kind, int] = {"allowance": 0, "charge": 0}
    result = []
    for amount in amounts:
        result.append(f"{amount.kind}s.{seen[amount.kind]}")
        seen[amount.kind] += 1
    return result
