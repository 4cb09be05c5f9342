"""Documents for the tests of totals: short constructors, strategies, and a naive second computation as their oracle."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from fairlead.billing.domain.document import Kind
from fairlead.billing.domain.totals import DocumentAmount, Line, Terms


def dec(value: str | float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def line(quantity: str | float = 1, rate: str | float = 100, **more: Any) -> Line:
    """A line whose numbers are given as text or ints."""
    return Line(Decimal(str(quantity)), Decimal(str(rate)), **_decimals(more))


def allowance(amount: str | float | None = None, kind: Kind = "allowance", **more: Any) -> DocumentAmount:
    return DocumentAmount(kind, "Loyalty", dec(amount), **_decimals(more))


def charge(amount: str | float | None = None, **more: Any) -> DocumentAmount:
    return allowance(amount, "charge", **more)


def terms(tax_rate: str | float | None = 19, digits: int = 2, **more: Any) -> Terms:
    return Terms(digits, tax_rate=dec(tax_rate), tax_amount=dec(more.pop("tax_amount", None)), **more)


def _decimals(fields: dict[str, Any]) -> dict[str, Any]:
    texts = ("vat_category", "exemption_reason")
    return {name: value if name in texts else dec(value) for name, value in fields.items()}


def numbers(low: int, high: int, decimals: int) -> st.SearchStrategy[Decimal]:
    scale = 10**decimals
    return st.integers(low * scale, high * scale).map(lambda n: Decimal(n).scaleb(-decimals))


RATES = st.sampled_from(
    [None, Decimal(0), Decimal("5.5"), Decimal(7), Decimal("8.1"), Decimal(19), Decimal(100)]
)


@st.composite
def lines_of(draw: st.DrawFn, digits: int) -> Line:
    return Line(
        quantity=draw(st.one_of(numbers(0, 50, 0), numbers(-3, 20, 3))),
        rate=draw(
            st.one_of(
                numbers(0, 1, 3), numbers(0, 500, 4), st.sampled_from([Decimal("0.005"), Decimal("0.125")])
            )
        ),
        price_base=draw(st.sampled_from([Decimal(1), Decimal(1), Decimal(3), Decimal(100)])),
        discount_percent=draw(st.one_of(st.none(), numbers(0, 100, 2))),
        charge_amount=draw(st.one_of(st.none(), numbers(0, 5, digits))),
        vat_rate=draw(RATES),
    )


@st.composite
def documents(
    draw: st.DrawFn, *, one_group: bool = False, gross: bool | None = None
) -> tuple[list[Line], list[DocumentAmount], Terms]:
    """Mostly sound documents; a few are refused, for a negative total or an allowance above its base."""
    digits = draw(st.sampled_from([0, 2, 3]))
    default = draw(RATES)
    lines = draw(st.lists(lines_of(digits), min_size=1, max_size=12))
    if one_group:
        lines = [
            Line(one.quantity, one.rate, one.price_base, charge_amount=one.charge_amount) for one in lines
        ]
    rates = st.none() if one_group else st.sampled_from([one.vat_rate for one in lines])
    amount = st.builds(
        DocumentAmount,
        kind=st.sampled_from(["allowance", "charge"]),
        reason=st.just("Loyalty"),
        amount=numbers(0, 20, digits),
        vat_rate=rates,
    )
    percent = st.builds(
        DocumentAmount,
        kind=st.sampled_from(["allowance", "charge"]),
        reason=st.just("Loyalty"),
        percent=numbers(0, 20, 2),
        vat_rate=rates,
    )
    amounts = draw(st.lists(st.one_of(amount, percent), max_size=4))
    prices_include_tax = draw(st.booleans()) if gross is None else gross
    if not prices_include_tax and draw(st.integers(0, 5)) == 0:
        bare = [Line(one.quantity, one.rate, one.price_base, one.discount_percent) for one in lines]
        untaxed = [DocumentAmount(one.kind, one.reason, one.amount, one.percent) for one in amounts]
        return bare, untaxed, Terms(digits, tax_amount=draw(numbers(0, 50, digits)))
    return lines, amounts, Terms(digits, prices_include_tax, default)


def cents(value: Fraction) -> int:
    """Half away from zero, by integers only."""
    sign = -1 if value < 0 else 1
    return sign * ((2 * abs(value.numerator) + value.denominator) // (2 * value.denominator))


class Oracle:
    """The totals in whole cents, by fractions and plain loops; it shares no code with the engine."""

    def __init__(self, lines: Sequence[Line], amounts: Sequence[DocumentAmount], terms: Terms) -> None:
        self.unit = 10**terms.currency_digits
        self.terms = terms
        prices = [self._price(one) for one in lines]
        total = sum(prices)
        rates = [self._rate(one.vat_rate) for one in lines]
        extras = [self._extra(one, total) for one in amounts]
        self.groups: dict[Fraction | None, int] = {}
        for rate, price in zip(rates, prices, strict=True):
            self.groups[rate] = self.groups.get(rate, 0) + price
        for one, extra in zip(amounts, extras, strict=True):
            rate = rates[0] if one.vat_rate is None and len(set(rates)) == 1 else self._rate(one.vat_rate)
            self.groups[rate] = self.groups.get(rate, 0) + extra
        self.tax = sum(self._tax(rate, price) for rate, price in self.groups.items())
        if terms.tax_amount is not None:
            self.tax = cents(Fraction(terms.tax_amount) * self.unit)
        gross = sum(self.groups.values())
        self.net = gross - self.tax if terms.prices_include_tax else gross
        self.total = self.net + self.tax

    def _price(self, one: Line) -> int:
        amount = cents(Fraction(one.quantity) * Fraction(one.rate) / Fraction(one.price_base) * self.unit)
        off = cents(Fraction(one.discount_amount or 0) * self.unit)
        if one.discount_percent is not None:
            off = cents(Fraction(amount) * Fraction(one.discount_percent) / 100)
        return amount - off + cents(Fraction(one.charge_amount or 0) * self.unit)

    def _extra(self, one: DocumentAmount, total: int) -> int:
        value = cents(Fraction(one.amount or 0) * self.unit)
        if one.percent is not None:
            value = cents(Fraction(total) * Fraction(one.percent) / 100)
        return -value if one.kind == "allowance" else value

    def _rate(self, own: Decimal | None) -> Fraction | None:
        rate = self.terms.tax_rate if own is None else own
        return None if rate is None else Fraction(rate)

    def _tax(self, rate: Fraction | None, price: int) -> int:
        share = (rate or Fraction(0)) / 100
        if self.terms.prices_include_tax:
            return price - cents(Fraction(price) / (1 + share))
        return cents(Fraction(price) * share)
