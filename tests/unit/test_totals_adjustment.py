"""A wanted total is hit exactly, and the adjustment stays as an amount when lines change."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fairlead.billing.domain.adjustment import adjust
from fairlead.billing.domain.document import DocumentAmount
from fairlead.billing.domain.totals import Line, Terms, TotalsError, compute
from tests.unit.totals_cases import allowance, charge, documents, line, terms


@given(documents(one_group=True), st.integers(0, 10**7))
def test_the_wanted_total_is_hit(
    document: tuple[list[Line], list[DocumentAmount], Terms], cents: int
) -> None:
    lines, amounts, how = document
    wanted = Decimal(cents).scaleb(-how.currency_digits)
    try:
        before = compute(lines, amounts, how)
    except TotalsError:
        assume(False)
    assume(how.tax_amount is None or wanted >= how.tax_amount)
    adjustment = adjust(lines, amounts, how, wanted)
    if adjustment is None:
        assert before.total_amount == wanted
        return
    after = compute(lines, [*amounts, adjustment], how)
    assert after.total_amount == wanted
    assert after.net_amount + after.tax_amount == wanted
    assert len(after.vat_breakdown) == 1
    assert adjustment.is_adjustment
    assert adjustment.reason == "Adjustment"
    assert adjust(lines, [*amounts, adjustment], how, wanted) == adjustment
    assert adjust(lines, [*amounts, adjustment], how, before.total_amount) is None


def test_the_example_of_the_contract() -> None:
    adjustment = adjust([line(80, "125.00")], [], terms(None), Decimal("6500.00"))
    assert adjustment is not None
    assert adjustment == DocumentAmount(
        "allowance", "Adjustment", Decimal(3500), vat_category="O", is_adjustment=True
    )


def test_net_and_tax_of_an_adjustment() -> None:
    adjustment = adjust([line()], [], terms(), Decimal("119.05"))
    assert adjustment is not None
    assert (adjustment.kind, str(adjustment.amount), str(adjustment.tax_amount)) == ("charge", "0.04", "0.01")
    totals = compute([line()], [adjustment], terms())
    assert (str(totals.net_amount), str(totals.tax_amount), str(totals.total_amount)) == (
        "100.04",
        "19.01",
        "119.05",
    )


def test_the_net_of_an_adjustment_is_the_difference_without_tax() -> None:
    adjustment = adjust([line(10)], [], terms(), Decimal(1000))
    assert adjustment is not None
    assert (adjustment.kind, str(adjustment.amount), str(adjustment.tax_amount)) == (
        "allowance",
        "159.66",
        "30.34",
    )


def test_it_stays_as_an_amount_when_lines_change() -> None:
    adjustment = adjust([line()], [], terms(), Decimal(100))
    assert adjustment is not None
    totals = compute([line(2)], [adjustment], terms())
    assert totals.total_amount == 219


def test_gross_prices_take_a_gross_adjustment() -> None:
    how = terms(prices_include_tax=True)
    adjustment = adjust([line()], [], how, Decimal(90))
    assert adjustment is not None
    assert adjustment.amount == 10
    assert adjustment.tax_amount is None
    net_made = adjust([line()], [], terms(), Decimal(100))
    assert net_made is not None
    assert compute([line()], [net_made], how).total_amount == 81


def test_with_tax_as_an_amount_all_of_it_is_net() -> None:
    how = terms(None, tax_amount=20)
    adjustment = adjust([line()], [], how, Decimal(150))
    assert adjustment is not None
    totals = compute([line()], [adjustment], how)
    assert [totals.net_amount, totals.tax_amount, totals.total_amount] == [130, 20, 150]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("-1", "0 or more"),
        ("1.005", "2 decimals"),
        ("NaN", "Give a number"),
        ("1E+15", "15 digits"),
        ("0.1E-40", "15 digits"),
    ],
)
def test_wanted_totals_that_are_refused(wanted: str, words: str) -> None:
    with pytest.raises(TotalsError) as caught:
        adjust([line()], [], terms(), Decimal(wanted))
    [(path, message)] = caught.value.problems
    assert path == "total_amount"
    assert words in message


def test_several_rates_are_refused() -> None:
    lines = [line(), line(vat_rate=7)]
    with pytest.raises(TotalsError, match=r"total_amount: .*19 %, 7 %.*vat_rate instead"):
        adjust(lines, [], terms(), Decimal(200))
    assert adjust(lines, [], terms(), Decimal(226)) is None
    with pytest.raises(TotalsError, match="several ways"):
        adjust([line()], [charge(5, vat_category="E")], terms(), Decimal(200))


def test_less_than_the_tax_amount_is_refused() -> None:
    with pytest.raises(TotalsError, match=r"total_amount: Give at least 20"):
        adjust([line()], [], terms(None, tax_amount=20), Decimal(19))


def test_an_adjustment_that_outlived_its_rate_or_its_lines_is_refused() -> None:
    adjustment = adjust([line()], [], terms(), Decimal(50))
    assert adjustment is not None
    with pytest.raises(TotalsError, match=r"total_amount: .*give it again, or null"):
        compute([line()], [adjustment], terms(7))
    with pytest.raises(TotalsError, match=r"total_amount: .*above"):
        compute([line(1, 10)], [adjustment], terms())
    with pytest.raises(TotalsError, match=r"allowances\.0\.amount: .*above"):
        compute([line()], [allowance(100), adjustment], terms())


def test_the_total_that_it_has_needs_no_adjustment_though_it_is_below_the_tax() -> None:
    returned, how = [line(-1, "1.00")], replace(terms(None), tax_amount=Decimal("1.00"))
    assert compute(returned, [], how).total_amount == 0
    assert adjust(returned, [], how, Decimal("0.00")) is None
    with pytest.raises(TotalsError, match="the tax alone"):
        adjust(returned, [], how, Decimal("0.50"))
