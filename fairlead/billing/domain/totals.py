"""The totals of a document, exact to the cent, in the order of EN 16931.

    compute([Line(Decimal(80), Decimal(125))], [], Terms(currency_digits=2, tax_rate=Decimal(19))).total_amount
    # Decimal('11900.00')

`explain.explain` tells how each amount came about, `adjustment.adjust` reaches a total that is wanted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext

from fairlead.billing.domain import checks, tax
from fairlead.billing.domain.document import (
    ZERO,
    AmountResult,
    DocumentAmount,
    Line,
    LineResult,
    Terms,
    Totals,
    TotalsError,
    VatGroup,
    VatRow,
)
from fairlead.foundation.money import round_money

__all__ = [
    "AmountResult",
    "DocumentAmount",
    "Line",
    "LineResult",
    "Terms",
    "Totals",
    "TotalsError",
    "VatGroup",
    "VatRow",
    "compute",
]

# Figures have up to 15 digits, so a quotient that is no tie differs from one well before its 60th digit.
EXACT = Context(prec=60)


def compute(lines: Sequence[Line], amounts: Sequence[DocumentAmount], terms: Terms) -> Totals:
    """Price the lines, apply the document's allowances and charges, and tax each VAT group once.

    Amounts are rounded half away from zero, where `round_money` stands and nowhere else.
    Raises `TotalsError` naming every field that is against a rule.
    """
    with localcontext(EXACT):
        checks.refuse(checks.input_problems(lines, amounts, terms))
        totals = _compute(lines, amounts, terms)
        checks.refuse(checks.result_problems(lines, amounts, totals))
    return totals


@dataclass(frozen=True, slots=True)
class _Part:
    """A line, allowance or charge as its VAT group sees it. `price` is gross where prices include tax."""

    group: VatGroup
    price: Decimal  # an allowance counts below zero, so that every sum is a plain one
    is_line: bool
    fixed_tax: Decimal | None = None
    exemption_reason: str = ""


@dataclass(frozen=True, slots=True)
class _PricedLine:
    amount: Decimal
    discount: Decimal
    charge: Decimal

    @property
    def price(self) -> Decimal:
        return self.amount - self.discount + self.charge  # BR-CO-10 sums these


def _compute(lines: Sequence[Line], amounts: Sequence[DocumentAmount], terms: Terms) -> Totals:
    digits = terms.currency_digits
    priced = [_price(line, digits) for line in lines]
    price_total = _sum((line.price for line in priced), digits)
    shown = [_amount(amount, price_total, terms) for amount in amounts]
    groups = tax.groups(lines, amounts, terms)
    parts = _parts(lines, priced, amounts, shown, groups)
    rows, nets = _breakdown(parts, terms)
    line_results = [
        LineResult(
            group, one.amount, one.discount, one.charge, net, one.price if terms.prices_include_tax else None
        )
        for one, group, net in zip(priced, groups, nets, strict=False)
    ]
    amount_results = [
        AmountResult(amount.kind, group, one, -net if amount.kind == "allowance" else net)
        for amount, one, group, net in zip(
            amounts, shown, groups[len(lines) :], nets[len(lines) :], strict=True
        )
    ]
    return _total(line_results, amount_results, rows, digits)


def _price(line: Line, digits: int) -> _PricedLine:
    """Step 1: the amount of a line and what is taken off and put on it, each rounded."""
    amount = round_money(line.quantity * line.rate / line.price_base, digits)
    discount = line.discount_amount or ZERO
    if line.discount_percent is not None:
        discount = round_money(amount * line.discount_percent / 100, digits)
    return _PricedLine(amount, round_money(discount, digits), round_money(line.charge_amount or ZERO, digits))


def _amount(amount: DocumentAmount, price_total: Decimal, terms: Terms) -> Decimal:
    """Step 2: an allowance or charge; a percentage is of the sum of the lines."""
    if amount.percent is not None:
        return round_money(price_total * amount.percent / 100, terms.currency_digits)
    value = amount.amount or ZERO
    if terms.prices_include_tax and amount.tax_amount is not None:
        value += amount.tax_amount  # an adjustment made while prices were net
    return round_money(value, terms.currency_digits)


def _parts(
    lines: Sequence[Line],
    priced: Sequence[_PricedLine],
    amounts: Sequence[DocumentAmount],
    shown: Sequence[Decimal],
    groups: Sequence[VatGroup],
) -> list[_Part]:
    of_lines = [
        _Part(group, one.price, is_line=True, exemption_reason=line.exemption_reason)
        for line, one, group in zip(lines, priced, groups, strict=False)
    ]
    of_amounts = [
        _Part(group, amount.sign * one, is_line=False, fixed_tax=_signed(amount.tax_amount, amount.sign))
        for amount, one, group in zip(amounts, shown, groups[len(lines) :], strict=True)
    ]
    return of_lines + of_amounts


def _breakdown(parts: Sequence[_Part], terms: Terms) -> tuple[list[VatRow], list[Decimal]]:
    """Step 3: the rows of the VAT breakdown, and the net amount of every part."""
    nets = [ZERO] * len(parts)
    rows = []
    by_group: dict[VatGroup, list[int]] = {}
    for position, part in enumerate(parts):
        by_group.setdefault(part.group, []).append(position)
    for group in sorted(by_group, key=tax.breakdown_order):
        positions = by_group[group]
        members = [parts[position] for position in positions]
        taxable, tax_amount, group_nets = _tax_group(members, group.rate or ZERO, terms)
        reason = "; ".join(sorted({part.exemption_reason for part in members} - {""}))
        rows.append(VatRow(group.category, group.rate, taxable, tax_amount, reason))
        for position, net in zip(positions, group_nets, strict=True):
            nets[position] = net
    return rows, nets


def _tax_group(
    members: Sequence[_Part], rate: Decimal, terms: Terms
) -> tuple[Decimal, Decimal, list[Decimal]]:
    digits = terms.currency_digits
    price = _sum((part.price for part in members), digits)
    if terms.prices_include_tax:
        nets = _split_gross(members, price, rate, digits)
        taxable = _sum(nets, digits)
        return taxable, price - taxable, nets
    return price, _tax(members, rate, terms), [part.price for part in members]


def _tax(members: Sequence[_Part], rate: Decimal, terms: Terms) -> Decimal:
    """VAT of a group, rounded once (BR-CO-17); the tax of an adjustment is fixed and not computed again."""
    if terms.tax_amount is not None:
        return round_money(terms.tax_amount, terms.currency_digits)
    taxable = sum((part.price for part in members if part.fixed_tax is None), ZERO)
    fixed = sum((part.fixed_tax for part in members if part.fixed_tax is not None), ZERO)
    return round_money(taxable * rate / 100, terms.currency_digits) + round_money(
        fixed, terms.currency_digits
    )


def _split_gross(members: Sequence[_Part], gross: Decimal, rate: Decimal, digits: int) -> list[Decimal]:
    """Net amounts whose sum is the group's: cents left over go one each to the largest lines (then to the others).

    There are never more of them than parts: each part is off by half a cent at most, and so is the group.
    """
    nets = [round_money(part.price * 100 / (100 + rate), digits) for part in members]
    rest = round_money(gross * 100 / (100 + rate), digits) - sum(nets, ZERO)
    cent = Decimal(1).scaleb(-digits).copy_sign(rest)
    largest_first = sorted(
        (position for position, part in enumerate(members) if part.price),
        key=lambda position: (not members[position].is_line, -abs(members[position].price)),
    )
    for position in largest_first[: int(rest / cent)]:
        nets[position] += cent
    return nets


def _total(
    lines: Sequence[LineResult], amounts: Sequence[AmountResult], rows: Sequence[VatRow], digits: int
) -> Totals:
    """Step 4. BR-CO-10 to BR-CO-15."""
    line_total = _sum((line.net_amount for line in lines), digits)
    allowance_total = _sum((one.net_amount for one in amounts if one.kind == "allowance"), digits)
    charge_total = _sum((one.net_amount for one in amounts if one.kind == "charge"), digits)
    net_amount = line_total - allowance_total + charge_total
    tax_amount = _sum((row.tax_amount for row in rows), digits)
    return Totals(
        lines=tuple(lines),
        amounts=tuple(amounts),
        line_total=line_total,
        allowance_total=allowance_total,
        charge_total=charge_total,
        net_amount=net_amount,
        vat_breakdown=tuple(rows),
        tax_amount=tax_amount,
        total_amount=net_amount + tax_amount,
    )


def _sum(values: Iterable[Decimal], digits: int) -> Decimal:
    return sum(values, round_money(ZERO, digits))


def _signed(value: Decimal | None, sign: int) -> Decimal | None:
    return None if value is None else sign * value
