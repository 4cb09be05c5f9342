"""The totals of a document: the worked table, the laws that hold for every document, and what is refused."""

import random
from decimal import Decimal
from fractions import Fraction
from math import gcd
from typing import Any

import pytest
from hypothesis import assume, example, given, reject
from hypothesis import strategies as st

from fairlead.billing.domain.totals import DocumentAmount, Line, Terms, Totals, TotalsError, VatRow, compute
from tests.unit.totals_cases import Oracle, allowance, cents, charge, documents, line, terms

Document = tuple[list[Line], list[DocumentAmount], Terms]

WORKED = [
    ("half cents", [line(1, "0.125"), line(1, "0.135")], [], terms(), "0.13 0.14", "0.05", "0.32"),
    ("five small lines", [line(1, "0.10")] * 5, [], terms(), "0.10 0.10 0.10 0.10 0.10", "0.10", "0.60"),
    ("per 100", [line(250, "4.55", price_base=100)], [], terms(), "11.38", "2.16", "13.54"),
    (
        "discount and charge on the line",
        [line(3, "33.335", discount_amount=5, charge_amount="1.25")],
        [],
        terms(),
        "96.26",
        "18.29",
        "114.55",
    ),
    (
        "two rates, allowance and charge",
        [line("12.5", 120, discount_amount=75), line(3, "19.99", vat_rate=7)],
        [allowance(5, vat_rate=7), charge("12.50", vat_rate=19)],
        terms(),
        "1425.00 59.97",
        "273.13 3.85",
        "1769.45",
    ),
    (
        "standard, zero, exempt",
        [line(), line(1, 50, vat_category="Z"), line(1, 25, vat_category="E", exemption_reason="§ 4 UStG")],
        [],
        terms(),
        "100.00 50.00 25.00",
        "19.00 0.00 0.00",
        "194.00",
    ),
    ("reverse charge", [line(10, "95.50", vat_category="AE")], [], terms(), "955.00", "0.00", "955.00"),
    ("yen", [line(3, "333.4"), line(1, "99.5")], [], terms(10, 0), "1000 100", "110", "1210"),
    (
        "5.5 and 8.1 percent",
        [line(1, "99.99", vat_rate="5.5"), line(1, "99.99", vat_rate="8.1")],
        [],
        terms(),
        "99.99 99.99",
        "8.10 5.50",
        "213.58",
    ),
    ("ten half cents", [line(1, "0.005")] * 10, [], terms(), " ".join(["0.01"] * 10), "0.02", "0.12"),
    ("no tax", [line(80, "125.00")], [], terms(None), "10000.00", "0.00", "10000.00"),
    (
        "tax as an amount",
        [line(80, 125)],
        [],
        terms(None, tax_amount="1900.01"),
        "10000.00",
        "1900.01",
        "11900.01",
    ),
    ("dinar", [line(3, "0.3335")], [], terms(5, 3), "1.001", "0.050", "1.051"),
    ("a return", [line(2, 50), line(-1, "0.125")], [], terms(), "100.00 -0.13", "18.98", "118.85"),
]


@pytest.mark.parametrize(
    ("lines", "amounts", "how", "nets", "taxes", "total"),
    [row[1:] for row in WORKED],
    ids=[row[0] for row in WORKED],
)
def test_worked_table(lines: Any, amounts: Any, how: Terms, nets: str, taxes: str, total: str) -> None:
    totals = compute(lines, amounts, how)
    assert " ".join(str(one.net_amount) for one in totals.lines) == nets
    assert " ".join(str(row.tax_amount) for row in totals.vat_breakdown) == taxes
    assert str(totals.total_amount) == total


def computed(document: Document) -> Totals:
    """The totals of a document that hypothesis made; one that is rightly refused is left aside."""
    try:
        return compute(*document)
    except TotalsError as refused:
        if not is_rightly_refused(document, str(refused)):
            raise
        return reject()


def is_rightly_refused(document: Document, message: str) -> bool:
    oracle = Oracle(*document)
    return oracle.total < 0 or min(oracle.groups.values()) < 0 or "taxed in several ways" in message


@given(documents())
def test_equals_a_naive_computation(document: Document) -> None:
    totals, oracle = computed(document), Oracle(*document)
    unit = 10 ** document[2].currency_digits
    assert (totals.net_amount * unit, totals.tax_amount * unit, totals.total_amount * unit) == (
        oracle.net,
        oracle.tax,
        oracle.total,
    )


@given(documents())
def test_parts_add_up(document: Document) -> None:
    totals, digits = computed(document), document[2].currency_digits
    assert sum(one.net_amount for one in totals.lines) == totals.line_total
    assert totals.line_total - totals.allowance_total + totals.charge_total == totals.net_amount
    assert sum(row.taxable_amount for row in totals.vat_breakdown) == totals.net_amount
    assert sum(row.tax_amount for row in totals.vat_breakdown) == totals.tax_amount
    assert totals.net_amount + totals.tax_amount == totals.total_amount
    for kind, total in (("allowance", totals.allowance_total), ("charge", totals.charge_total)):
        assert sum(one.net_amount for one in totals.amounts if one.kind == kind) == total
    for row in totals.vat_breakdown:
        signed = [
            one.net_amount
            for one in totals.lines
            if (one.group.category, one.group.rate) == (row.category, row.rate)
        ]
        signed += [
            -one.net_amount if one.kind == "allowance" else one.net_amount
            for one in totals.amounts
            if (one.group.category, one.group.rate) == (row.category, row.rate)
        ]
        assert sum(signed) == row.taxable_amount
    for amount in (
        totals.total_amount,
        totals.tax_amount,
        totals.line_total,
        *(one.net_amount for one in totals.lines),
    ):
        assert amount.as_tuple().exponent == -digits


@given(documents(), st.randoms(use_true_random=False))
def test_order_does_not_matter(document: Document, rng: random.Random) -> None:
    lines, amounts, how = document
    before = computed(document)
    after = compute(rng.sample(lines, len(lines)), rng.sample(amounts, len(amounts)), how)
    assert after.vat_breakdown == before.vat_breakdown
    assert (after.net_amount, after.tax_amount, after.total_amount) == (
        before.net_amount,
        before.tax_amount,
        before.total_amount,
    )


@given(documents(gross=True))
def test_gross_prices_are_hit_exactly(document: Document) -> None:
    lines, _, how = document
    totals = computed(document)
    grosses = [one.gross_amount for one in totals.lines if one.gross_amount is not None]
    assert len(grosses) == len(lines)
    signed = [-one.amount if one.kind == "allowance" else one.amount for one in totals.amounts]
    assert sum(grosses) + sum(signed) == totals.total_amount
    cent = Decimal(1).scaleb(-how.currency_digits)
    for one in totals.lines:
        exact = Fraction(one.gross_amount or 0) / (1 + Fraction(one.group.rate or 0) / 100)
        assert abs(Fraction(one.net_amount) - exact) <= Fraction(cent) * 3 / 2


@given(quantity=st.integers(1, 10**12), base=st.integers(10**14, 10**15 // 2 - 1), above=st.booleans())
@example(quantity=10**12 - 11, base=499999999999999, above=False)
def test_a_quotient_next_to_a_tie_is_rounded_once(quantity: int, base: int, *, above: bool) -> None:
    """quantity × rate ÷ base is 1 ÷ (200 × base) off half a cent: as near as figures of 15 digits come."""
    base = 2 * base + 1
    assume(gcd(base, 10 * quantity) == 1)
    rate = pow(200 * quantity, -1, base)
    rate = rate if above else base - rate
    totals = compute([Line(Decimal(quantity), Decimal(rate), Decimal(base))], [], Terms(2))
    assert totals.total_amount * 100 == cents(Fraction(quantity * rate * 100, base))


def test_cents_left_over_go_one_each_to_the_largest_lines() -> None:
    lines = [line(1, "0.99"), line(1, "1.99"), *[line(1, "0.99")] * 9]
    totals = compute(lines, [], terms(prices_include_tax=True))
    assert [str(one.net_amount) for one in totals.lines] == ["0.84", "1.68", *["0.83"] * 9]
    assert (str(totals.net_amount), str(totals.tax_amount), str(totals.total_amount)) == (
        "9.99",
        "1.90",
        "11.89",
    )


def test_cents_left_over_go_to_lines_before_charges() -> None:
    totals = compute([line(1, "0.99")], [charge("2.18")] * 4, terms(prices_include_tax=True))
    assert str(totals.lines[0].net_amount) == "0.84"
    assert {str(one.net_amount) for one in totals.amounts} == {"1.83"}


def test_many_tiny_gross_lines_never_turn_negative() -> None:
    totals = compute([line(1, "0.01")] * 100, [], terms(prices_include_tax=True))
    assert {str(one.net_amount) for one in totals.lines} == {"0.00", "0.01"}
    assert str(totals.net_amount) == "0.84"


def test_categories_follow_from_the_rate() -> None:
    lines = [line(), line(vat_rate=0), line(vat_rate=7), line(vat_category="O"), line(vat_category="K")]
    totals = compute(lines, [], terms())
    assert [(row.category, row.rate) for row in totals.vat_breakdown] == [
        ("S", 19),
        ("S", 7),
        ("Z", 0),
        ("K", 0),
        ("O", None),
    ]
    assert compute([line()], [], terms(None)).vat_breakdown[0].category == "O"


def test_tax_as_an_amount_is_one_row_without_a_rate() -> None:
    [row] = compute([line(), line(2)], [allowance(10)], terms(None, tax_amount=20)).vat_breakdown
    assert row == VatRow("S", None, Decimal(290), Decimal(20))
    [row] = compute([line()], [], terms(None, tax_amount=0)).vat_breakdown
    assert row == VatRow("O", None, Decimal(100), Decimal(0))


def test_an_allowance_without_a_rate_goes_where_all_lines_are() -> None:
    [row] = compute([line(vat_rate=7)], [allowance(percent=10)], terms()).vat_breakdown
    assert row == VatRow("S", Decimal(7), Decimal(90), Decimal("6.30"))
    [high, _] = compute([line(), line(vat_rate=7)], [allowance(10)], terms()).vat_breakdown
    assert high == VatRow("S", Decimal(19), Decimal(90), Decimal("17.10"))


def test_a_percentage_of_returns_lowers_them() -> None:
    """Lines of −16.00, a charge of 20.00, and 5 % less of the lines."""
    totals = compute([line(-1, 16)], [charge(20), allowance(percent=5)], terms(None))
    assert (str(totals.allowance_total), str(totals.net_amount)) == ("-0.80", "4.80")


def test_exemption_reasons_stand_in_their_row() -> None:
    reasons = [line(vat_category="E", exemption_reason=reason) for reason in ("b", "a", "b", "")]
    assert compute(reasons, [], terms()).vat_breakdown[0].exemption_reason == "a; b"


def test_the_largest_figures_are_exact() -> None:
    totals = compute([line("999999999999999", "0.01")], [], terms(None))
    assert str(totals.total_amount) == "9999999999999.99"


LONG = "1234567890123456"
REFUSED: list[tuple[list[Line], list[DocumentAmount], Terms, str, str]] = [
    ([], [], terms(), "lines", "at least one line"),
    ([line(1, -5)], [], terms(), "lines.0.rate", "negative quantity"),
    ([line(), line(LONG)], [], terms(), "lines.1.quantity", "15 digits"),
    ([line(1, LONG)], [], terms(), "lines.0.rate", "15 digits"),
    ([line(1, "0.12345678901")], [], terms(), "lines.0.rate", "10 of them decimals"),
    ([line("1E+15")], [], terms(), "lines.0.quantity", "15 digits"),
    ([line("NaN")], [], terms(), "lines.0.quantity", "Give a number"),
    ([line("sNaN", vat_rate="sNaN")], [], terms(), "lines.0.vat_rate", "Give a number"),
    ([line("Infinity")], [], terms(), "lines.0.quantity", "Give a number"),
    ([line(1, "-Infinity")], [], terms(), "lines.0.rate", "Give a number"),
    ([line(price_base=0)], [], terms(), "lines.0.price_base", "above 0"),
    ([line(price_base=-1)], [], terms(), "lines.0.price_base", "above 0"),
    ([line(vat_rate="100.01")], [], terms(), "lines.0.vat_rate", "0 to 100"),
    ([line(vat_rate=-1)], [], terms(), "lines.0.vat_rate", "0 to 100"),
    ([line(discount_percent=101)], [], terms(), "lines.0.discount_percent", "0 to 100"),
    ([line(discount_percent=1, discount_amount=1)], [], terms(), "lines.0.discount_amount", "either"),
    ([line(discount_amount="0.005")], [], terms(), "lines.0.discount_amount", "2 decimals"),
    ([line(discount_amount="0.5")], [], terms(10, 0), "lines.0.discount_amount", "0 decimals"),
    ([line(discount_amount=-1)], [], terms(), "lines.0.discount_amount", "0 or more"),
    ([line(discount_amount="100.01")], [], terms(), "lines.0.discount_amount", "(100.00)"),
    ([line(), line(-1, 10, discount_amount=1)], [], terms(), "lines.1.discount_amount", "percentage"),
    ([line(charge_amount=-1)], [], terms(), "lines.0.charge_amount", "0 or more"),
    ([line(vat_category="X")], [], terms(), "lines.0.vat_category", "S, Z, E, AE, K, G, O"),
    ([line(vat_category="S")], [], terms(None), "lines.0.vat_rate", "above 0"),
    ([line(vat_category="S", vat_rate=0)], [], terms(), "lines.0.vat_rate", "above 0"),
    *[
        ([line(vat_category=code, vat_rate=7)], [], terms(None), "lines.0.vat_rate", "has no tax")
        for code in ("Z", "E", "AE", "K", "G", "O")
    ],
    ([line(exemption_reason="why")], [], terms(), "lines.0.vat_exemption_reason", "leave it out"),
    ([line(exemption_reason="why")], [], terms(0), "lines.0.vat_exemption_reason", "leave it out"),
    ([line()], [], terms(101), "tax_rate", "0 to 100"),
    ([line()], [], terms(19, tax_amount=19), "tax", "either"),
    ([line()], [], terms(None, tax_amount=19, prices_include_tax=True), "tax", "tax_rate instead"),
    ([line()], [], terms(None, tax_amount=-1), "tax", "0 or more"),
    ([line()], [], terms(None, tax_amount="0.001"), "tax", "2 decimals"),
    ([line(vat_rate=19)], [], terms(None, tax_amount=19), "lines.0.vat_rate", "leave out"),
    ([line(vat_category="AE")], [], terms(None, tax_amount=19), "lines.0.vat_category", "leave out"),
    ([line()], [allowance(5, vat_rate=19)], terms(None, tax_amount=19), "allowances.0.vat_rate", "leave out"),
    ([line()], [allowance()], terms(), "allowances.0.amount", "either"),
    ([line()], [charge(5), allowance(5), charge(5, percent=5)], terms(), "charges.1.amount", "either"),
    ([line()], [allowance(percent=101)], terms(), "allowances.0.percent", "0 to 100"),
    ([line()], [allowance(-1)], terms(), "allowances.0.amount", "0 or more"),
    ([line()], [allowance("100.01")], terms(), "allowances.0.amount", "0.01 above"),
    (
        [line(vat_rate=7, rate=5), line()],
        [allowance(percent=10, vat_rate=7)],
        terms(),
        "allowances.0.percent",
        "5.50 above",
    ),
    ([line()], [allowance("100.01")], terms(prices_include_tax=True), "allowances.0.amount", "0.01 above"),
    ([line()], [allowance(1, vat_rate=7)], terms(), "allowances.0.amount", "at 7 %"),
    (
        [line(vat_rate=7), line(vat_rate=19)],
        [allowance(1)],
        terms(None),
        "allowances.0.vat_rate",
        "several ways",
    ),
    ([line()], [allowance(1, vat_category="Q")], terms(), "allowances.0.vat_category", "one of"),
    ([line(-1)], [], terms(), "lines", "-119.00"),
    ([line("99999999999", "99999999999")], [], terms(), "lines.0.rate", "15 digits"),
    ([line("999999999999999", "0.01")] * 2, [], terms(), "lines", "15 digits"),
]


@pytest.mark.parametrize(("lines", "amounts", "how", "path", "words"), REFUSED)
def test_refused_by_name(lines: Any, amounts: Any, how: Terms, path: str, words: str) -> None:
    with pytest.raises(TotalsError) as caught:
        compute(lines, amounts, how)
    assert [message for at, message in caught.value.problems if at == path and words in message], (
        caught.value.problems
    )


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(TotalsError) as caught:
        compute([line(1, -1), line(vat_rate=200)], [allowance(-1)], terms(-1))
    assert [path for path, _ in caught.value.problems] == [
        "tax_rate",
        "lines.0.rate",
        "lines.1.vat_rate",
        "allowances.0.amount",
    ]


def test_zeros_at_the_end_do_not_count() -> None:
    totals = compute([line("1.000000000000000", "10.00000000000", discount_amount="1.000")], [], terms())
    assert str(totals.net_amount) == "9.00"
