"""Totals through the API: the worked table of the design, wished-for totals, currencies, the explanation."""

from decimal import Decimal
from typing import Any

import pytest

from tests.invoicing import INVOICES, Json, body, lined, make, path, put, read, unchanged
from tests.world import World, api, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


def one(rate: str, vat_rate: str | None = "19", quantity: str = "1", **more: Any) -> Json:
    return {"quantity": quantity, "rate": rate, "vat_rate": vat_rate, **more}


EXEMPT = {"vat_category": "E", "vat_exemption_reason": "Training"}
REVERSE = {"vat_category": "AE", "vat_exemption_reason": "Reverse charge"}
LINE_OFF = {"discount_amount": "5.00", "charge_amount": "1.25"}
# Lines, more of the request, net amounts of the lines, tax, total: the table in money.md.
WORKED: dict[str, tuple[list[Json], Json, list[str], str, str]] = {
    "half cents": ([one("0.125"), one("0.135")], {}, ["0.13", "0.14"], "0.05", "0.32"),
    "tax by group": ([one("0.10")] * 5, {}, ["0.10"] * 5, "0.10", "0.60"),
    "per 100": ([one("4.55", quantity="250", price_base="100")], {}, ["11.38"], "2.16", "13.54"),
    "on the line": ([one("33.335", quantity="3", **LINE_OFF)], {}, ["96.26"], "18.29", "114.55"),
    "two rates": (
        [one("120", quantity="12.5", discount_amount="75"), one("19.99", "7", "3")],
        {
            "allowances": [{"reason": "Loyalty", "amount": "5", "vat_rate": "7"}],
            "charges": [{"reason": "Freight", "amount": "12.50", "vat_rate": "19"}],
        },
        ["1425.00", "59.97"],
        "276.98",
        "1769.45",
    ),
    "three categories": (
        [one("100"), one("50", "0"), one("25", None, **EXEMPT)],
        {},
        ["100.00", "50.00", "25.00"],
        "19.00",
        "194.00",
    ),
    "reverse charge": ([one("95.50", None, "10", **REVERSE)], {}, ["955.00"], "0.00", "955.00"),
    "yen": (
        [one("333.4", "10", "3"), one("99.5", "10")],
        {"currency": "JPY"},
        ["1000", "100"],
        "110",
        "1210",
    ),
    "odd rates": ([one("99.99", "5.5"), one("99.99", "8.1")], {}, ["99.99", "99.99"], "13.60", "213.58"),
    "half a cent ten times": ([one("0.005")] * 10, {}, ["0.01"] * 10, "0.02", "0.12"),
}


def agree(world: World, invoice: Json) -> None:
    """The parts add up, and the explanation ends in the same amounts."""
    net, tax, total = (Decimal(invoice[name]) for name in ("net_amount", "tax", "total_amount"))
    of_rows = {
        name: sum(Decimal(row[name]) for row in invoice["vat_breakdown"])
        for name in ("taxable_amount", "tax_amount")
    }
    assert (of_rows["taxable_amount"], of_rows["tax_amount"], net + tax) == (net, tax, total)
    explained = api(world.clerk).get(path(invoice, "explain")).json
    assert explained["total_amount"] == explained["steps"][-1]["result"] == invoice["total_amount"]
    results = {(step["of"], step["step"]): step["result"] for step in explained["steps"]}
    for position, line in enumerate(invoice["lines"]):
        assert results[f"lines.{position}", "net_amount"] == line["net_amount"]
    for position, row in enumerate(invoice["vat_breakdown"]):
        assert results[f"vat_breakdown.{position}", "tax_amount"] == row["tax_amount"]


@pytest.mark.parametrize("case", WORKED)
@pytest.mark.parametrize("status", ["Draft", "Sent"])
def test_the_worked_table(world: World, status: str, case: str) -> None:
    lines, more, nets, tax, total = WORKED[case]
    invoice = make(world.clerk, lined(*lines, **({"currency": "EUR", "status": status} | more)))
    assert [line["net_amount"] for line in invoice["lines"]] == nets
    assert (invoice["tax"], invoice["total_amount"], invoice["amount_due"]) == (tax, total, total)
    agree(world, invoice)


TAXES: dict[str, Json] = {
    "none": {},
    "a rate": {"tax_rate": "19"},
    "an odd rate": {"tax_rate": "8.1"},
    "an amount": {"tax": "100.00"},
    "in the prices": {"tax_rate": "19", "prices_include_tax": True},
}


@pytest.mark.parametrize("taxes", TAXES)
@pytest.mark.parametrize("wanted", ["25000.00", "23999.99", "24000.00", "100.01", "29999.97"])
def test_a_total_that_is_wished_for_is_hit(world: World, taxes: str, wanted: str) -> None:
    invoice = make(world.clerk, body(**TAXES[taxes], total_amount=wanted))
    assert invoice["total_amount"] == wanted
    parts = invoice["allowances"] + invoice["charges"]
    assert {(part["reason"], part["is_adjustment"]) for part in parts} <= {("Adjustment", True)}
    agree(world, invoice)
    assert put(world.clerk, invoice, total_amount=None)["allowances"] == []


def test_an_adjustment_stays_as_an_amount(world: World) -> None:
    invoice = make(world.clerk, body(total_amount="25000.00"))
    assert [charge["amount"] for charge in invoice["charges"]] == ["1000.00"]
    assert put(world.clerk, invoice, quantity=10)["total_amount"] == "3000.00"
    assert put(world.clerk, invoice, lines=[{"description": "x", "rate": "5"}])["total_amount"] == "1005.00"
    assert put(world.clerk, invoice, total_amount="1000.00")["charges"][0]["amount"] == "995.00"
    lower = put(world.clerk, invoice, total_amount="1.50")
    assert ([one["amount"] for one in lower["allowances"]], lower["charges"]) == (["3.50"], [])
    assert put(world.clerk, invoice, total_amount=None)["total_amount"] == "5.00"


def test_another_total_in_what_was_read_makes_another_adjustment(world: World) -> None:
    invoice = make(world.clerk, body(charges=[{"reason": "Freight", "amount": "5"}], total_amount="1.00"))
    for total in ("2.00", "24006.00", "3.00", "24005.00"):
        invoice = put(world.clerk, invoice, **(invoice | {"total_amount": total}))
        assert invoice["total_amount"] == total
        agree(world, invoice)
    assert (invoice["allowances"], len(invoice["charges"])) == ([], 1)


def test_several_groups_have_no_total_to_wish_for(world: World) -> None:
    given = lined(one("100"), one("50", "7"))
    invoice = make(world.clerk, given)
    with unchanged(world.acme.id):
        created = api(world.clerk).post(INVOICES, json={**given, "total_amount": "100.00"})
        changed = api(world.clerk).put(path(invoice), json={"total_amount": "100.00"})
    assert [(one.status, [*one.json["errors"]]) for one in (created, changed)] == [
        (422, ["total_amount"])
    ] * 2
    assert put(world.clerk, invoice, total_amount=invoice["total_amount"])["charges"] == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"total_amount": "-1"}, "total_amount"),
        ({"total_amount": "1.001"}, "total_amount"),
        ({"rate": "-1"}, "rate"),
        ({"quantity": "-1"}, "quantity"),
        ({"tax_rate": "101"}, "tax_rate"),
        ({"tax_rate": "-1"}, "tax_rate"),
        ({"tax": "-1"}, "tax"),
        ({"tax": "1.001"}, "tax"),
        ({"quantity": "99999999999", "rate": "99999999999"}, "rate"),
        ({"allowances": [{"reason": "x", "amount": "24000.01"}]}, "allowances.0.amount"),
        ({"allowances": [{"reason": "x", "percent": "100.01"}]}, "allowances.0.percent"),
        ({"charges": [{"reason": "x", "amount": "-1"}]}, "charges.0.amount"),
        ({"charges": [{"reason": "x", "amount": "1", "percent": "1"}]}, "charges.0"),
        ({"charges": [{"reason": "x"}]}, "charges.0"),
        ({"tax": "5", "charges": [{"reason": "x", "amount": "1", "vat_rate": "7"}]}, "charges.0.vat_rate"),
    ],
)
def test_amounts_against_a_rule_are_refused_by_name(world: World, given: Json, field: str) -> None:
    invoice = make(world.clerk)
    with unchanged(world.acme.id):
        answers = [
            api(world.clerk).post(INVOICES, json=body(**given)),
            api(world.clerk).put(path(invoice), json=given),
        ]
    assert [(one.status, next(iter(one.json["errors"]))) for one in answers] == [(422, field)] * 2


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"rate": "-1"}, "rate"),
        ({"price_base": "0"}, "price_base"),
        ({"discount_amount": "10.01"}, "discount_amount"),
        ({"discount_amount": "1", "discount_percent": "1"}, "discount_amount"),
        ({"discount_percent": "101"}, "discount_percent"),
        ({"charge_amount": "0.001"}, "charge_amount"),
        ({"vat_rate": "100.5"}, "vat_rate"),
        ({"vat_category": "S"}, "vat_rate"),
        ({"vat_category": "AE", "vat_rate": "19"}, "vat_rate"),
        ({"vat_rate": "19", "vat_exemption_reason": "None"}, "vat_exemption_reason"),
    ],
)
def test_a_line_against_a_rule_is_refused_by_its_path(world: World, line: Json, field: str) -> None:
    with unchanged(world.acme.id):
        answer = api(world.clerk).post(INVOICES, json=lined({}, line))
    assert (answer.status, [*answer.json["errors"]]) == (422, [f"lines.1.{field}"])


def test_tax_as_an_amount_or_as_a_rate(world: World) -> None:
    with unchanged(world.acme.id):
        answer = api(world.clerk).post(INVOICES, json=body(tax="5", tax_rate="7"))
    assert (answer.status, {*answer.json["errors"]}) == (422, {"tax", "tax_rate"})
    invoice = make(world.clerk, body(tax="100"))
    assert (invoice["tax"], invoice["tax_rate"], invoice["total_amount"]) == ("100.00", None, "24100.00")
    row = {"vat_category": "S", "vat_rate": None, "taxable_amount": "24000.00", "tax_amount": "100.00"}
    assert invoice["vat_breakdown"] == [row | {"exemption_reason": ""}]
    by_rate = put(world.clerk, invoice, tax_rate="10")
    assert (by_rate["tax"], by_rate["tax_rate"]) == ("2400.00", "10")
    by_amount = put(world.clerk, invoice, tax="1.5")
    assert (by_amount["tax"], by_amount["tax_rate"]) == ("1.50", None)
    assert put(world.clerk, invoice, tax=None)["tax"] == "0.00"


def test_a_tax_of_nothing_can_be_taken_away(world: World) -> None:
    invoice = make(world.clerk, lined({}, {}, tax="0"))
    free = put(world.clerk, invoice, tax=None)
    assert (free["tax"], free["history"][0]["changes"]) == ("0.00", {"tax": ["0.00", "0.00"]})
    lines = [{"description": "x", "rate": "10", "vat_rate": "19"}]
    assert put(world.clerk, invoice, lines=lines)["tax"] == "1.90"


def test_the_rate_is_that_of_lines_without_their_own(world: World) -> None:
    invoice = make(world.clerk, lined({}, {"vat_rate": "7"}, {"vat_category": "Z"}, tax_rate="19"))
    assert [line["vat_rate"] for line in invoice["lines"]] == ["19", "7", "0"]
    changed = put(world.clerk, invoice, tax_rate="20")
    assert [line["vat_rate"] for line in changed["lines"]] == ["20", "7", "0"]
    whole = changed | {"tax_rate": "21"}
    assert [line["vat_rate"] for line in put(world.clerk, invoice, **whole)["lines"]] == ["21", "7", "0"]


@pytest.mark.parametrize(
    ("currency", "rate", "total"), [("JPY", "333", "999"), ("KWD", "333.000", "999.000")]
)
def test_amounts_bear_the_currencys_digits(world: World, currency: str, rate: str, total: str) -> None:
    line = {"quantity": 3, "rate": "333", "discount_amount": "0", "charge_amount": "0"}
    invoice = make(world.clerk, lined(line, currency=currency))
    zero = f"{0:.{len(rate) - 4 if '.' in rate else 0}f}"
    assert (invoice["rate"], invoice["total_amount"], invoice["net_amount"]) == (rate, total, total)
    assert (invoice["amount_paid"], invoice["tax"], invoice["lines"][0]["discount_amount"]) == (zero,) * 3
    assert invoice["lines"][0]["charge_amount"] == zero


def test_another_currency_gives_other_digits(world: World) -> None:
    invoice = make(world.clerk, lined({"quantity": 3, "rate": "9.5", "discount_amount": "5"}, currency="EUR"))
    assert (invoice["rate"], invoice["total_amount"]) == ("9.50", "23.50")
    yen = put(world.clerk, invoice, currency="JPY")
    assert (yen["rate"], yen["total_amount"], yen["amount_paid"]) == ("9.50", "24", "0")
    assert yen["lines"][0]["discount_amount"] == "5"
    dinar = put(world.clerk, invoice, currency="KWD")
    assert (dinar["rate"], dinar["total_amount"], dinar["lines"][0]["discount_amount"]) == (
        "9.500",
        "23.500",
        "5.000",
    )
    agree(world, read(world.clerk, invoice))
    with unchanged(world.acme.id):
        answer = api(world.clerk).put(path(invoice), json={"currency": "XXX"})
    assert (answer.status, [*answer.json["errors"]]) == (422, ["currency"])


@pytest.mark.parametrize(
    ("given", "quantity", "rate"),
    [
        ({"quantity": 40, "rate": 150}, 40, "150.00"),
        ({"quantity": "40", "rate": "150"}, 40, "150.00"),
        ({"quantity": "40.000", "rate": "150.5"}, 40, "150.50"),
        ({"quantity": 12.5, "rate": 0.1}, "12.5", "0.10"),
        ({"quantity": "0.3333333333", "rate": "0.0000000001"}, "0.3333333333", "0.0000000001"),
        (
            {"quantity": "12345.0123456789", "rate": "99999.9999999999"},
            "12345.0123456789",
            "99999.9999999999",
        ),
        ({"quantity": 0, "rate": "1.10"}, 0, "1.10"),
        ({"quantity": "1.50", "rate": "1.1000"}, "1.5", "1.1000"),
    ],
)
def test_quantity_and_rate_keep_what_was_given(world: World, given: Json, quantity: Any, rate: str) -> None:
    invoice = make(world.clerk, body(**given))
    assert (invoice["quantity"], invoice["rate"]) == (quantity, rate)
    line = invoice["lines"][0]
    assert (line["quantity"], line["rate"]) == (quantity, rate)
    assert api(world.clerk).put(path(invoice), json=invoice).json == invoice
