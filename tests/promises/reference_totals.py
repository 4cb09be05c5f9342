"""What an invoice comes to: a second opinion, written from the design alone, which shares no code with the product."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Given = dict[str, Any]
Rate = Decimal | None
# Signed: the amount before tax (or with it, where prices include it), the tax where it is fixed, the rate.
Adjustment = tuple[Decimal, Decimal | None, Rate]
DIGITS = {"JPY": 0, "EUR": 2, "KWD": 3}
ZERO = Decimal(0)


class Refused(Exception):
    """The API answers this status, and nothing has changed."""

    def __init__(self, status: int = 422) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class Sums:
    """`rows` is the VAT breakdown: taxable amount and tax by rate; `lines` the amounts of the lines as priced."""

    lines: tuple[Decimal, ...] = ()
    rows: tuple[tuple[Rate, Decimal, Decimal], ...] = ()

    @property
    def net(self) -> Decimal:
        return sum((taxable for _, taxable, _ in self.rows), ZERO)

    @property
    def tax(self) -> Decimal:
        return sum((tax for _, _, tax in self.rows), ZERO)

    @property
    def total(self) -> Decimal:
        return self.net + self.tax


def rounded(value: Decimal, places: int) -> Decimal:
    """Half away from zero; never a zero below zero."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0


def price(fields: Given, adjustment: Adjustment | None) -> Sums:
    """The sums of an invoice of these fields. Raises `Refused` for what the design refuses."""
    places = DIGITS[fields["currency"]]
    if fields["tax"] is not None:
        _check_tax_alone(fields)
    lines = tuple(_line(one, places) for one in fields["lines"])
    rates = [_rate(one.get("vat_rate"), fields) for one in fields["lines"]]
    parts: list[tuple[Rate, Decimal, Decimal | None]] = [
        (rate, amount, None) for rate, amount in zip(rates, lines, strict=True)
    ]
    parts += [(rate, amount, None) for rate, amount in _extras(fields, rates, sum(lines, ZERO))]
    allowances = _extras(fields, rates, sum(lines, ZERO), ("allowances",))
    lowering = {rate for rate, amount in allowances if amount}
    if adjustment:
        parts.append((adjustment[2], adjustment[0], adjustment[1]))
        lowering |= {adjustment[2]} if adjustment[0] < 0 else set()
    groups = dict.fromkeys(rate for rate, _, _ in parts)
    rows = tuple(_row(rate, [part for part in parts if part[0] == rate], fields) for rate in groups)
    sums = Sums(lines, rows)
    if sums.total < 0 or any(taxable < 0 and rate in lowering for rate, taxable, _ in rows):
        raise Refused
    return sums


def adjust(fields: Given, wanted: Decimal) -> Adjustment | None:
    """What makes the total the wanted one; None where nothing is missing."""
    computed, tax = price(fields, None), fields["tax"] or ZERO
    if wanted < tax or wanted != rounded(wanted, DIGITS[fields["currency"]]):
        raise Refused
    missing = wanted - computed.total
    if not missing:
        return None
    if len(computed.rows) > 1:
        raise Refused
    rate = computed.rows[0][0]
    if rate is None or fields["prices_include_tax"]:
        return missing, None, rate
    net = rounded(missing * 100 / (100 + rate), DIGITS[fields["currency"]])
    return net, missing - net, rate


def _line(line: Given, places: int) -> Decimal:
    quantity, rate = Decimal(line.get("quantity", "1")), Decimal(line["rate"])
    amount = rounded(quantity * rate / Decimal(line.get("price_base", "1")), places)
    off = _money(line.get("discount_amount"), places)
    if off > max(amount, ZERO):
        raise Refused
    off += rounded(amount * Decimal(line.get("discount_percent") or 0) / 100, places)
    return amount - off + _money(line.get("charge_amount"), places)


def _extras(
    fields: Given, rates: list[Rate], base: Decimal, kinds: tuple[str, ...] = ("allowances", "charges")
) -> Iterator[tuple[Rate, Decimal]]:
    """The rate and the signed amount of each allowance and charge; without a rate it goes where all lines are."""
    places = DIGITS[fields["currency"]]
    for kind in kinds:
        for one in fields[kind]:
            amount = _money(one.get("amount"), places)
            amount += rounded(base * Decimal(one.get("percent") or 0) / 100, places)
            rate = _rate(one.get("vat_rate"), fields)
            if one.get("vat_rate") is None and len(set(rates)) == 1:
                rate = rates[0]
            elif one.get("vat_rate") is None and fields["tax_rate"] is None:
                raise Refused
            yield rate, -amount if kind == "allowances" else amount


def _row(
    rate: Rate, parts: list[tuple[Rate, Decimal, Decimal | None]], fields: Given
) -> tuple[Rate, Decimal, Decimal]:
    """Taxed once for all that bears this rate; where prices include tax, the tax is what is left of them."""
    places, percent = DIGITS[fields["currency"]], rate or ZERO
    whole = sum((amount for _, amount, _ in parts), ZERO)
    if fields["tax"] is not None:
        return rate, whole, fields["tax"]
    if fields["prices_include_tax"]:
        net = rounded(whole * 100 / (100 + percent), places)
        return rate, net, whole - net
    fixed = sum((tax for _, _, tax in parts if tax is not None), ZERO)
    taxed = sum((amount for _, amount, tax in parts if tax is None), ZERO)
    return rate, whole, rounded(taxed * percent / 100, places) + fixed


def _check_tax_alone(fields: Given) -> None:
    """An amount of tax stands instead of any rate, and beside net prices only."""
    parts = (*fields["lines"], *fields["allowances"], *fields["charges"])
    has_rate = fields["tax_rate"] is not None or any(one.get("vat_rate") is not None for one in parts)
    if has_rate or fields["prices_include_tax"]:
        raise Refused
    _money(fields["tax"], DIGITS[fields["currency"]])


def _rate(own: str | None, fields: Given) -> Rate:
    text = fields["tax_rate"] if own is None else own
    return None if text is None else Decimal(text)


def _money(text: str | Decimal | None, places: int) -> Decimal:
    value = Decimal(text or 0)
    if value < 0 or value != rounded(value, places):
        raise Refused
    return value
