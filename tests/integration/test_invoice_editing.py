"""Any edits in any order: refused by a rule, or the parts add up and what is read may be sent back."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.invoicing import INVOICES, Json, body, path
from tests.world import World, api, make_world

CURRENCIES = {"EUR": 2, "JPY": 0, "KWD": 3}
amounts = st.sampled_from(["0", "0.01", "1", "4.90", "12.345", "99.99", "1000"])
figures = st.sampled_from(["0", "1", "-1", "0.5", "3", "12.5", "33.335", "0.0000000001"])
rates = st.sampled_from([None, "0", "5.5", "7", "19"])


def fields(**optional: Any) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries({}, optional=optional)


lines = st.builds(
    lambda fixed, more: fixed | more,
    st.fixed_dictionaries({"description": st.just("Work"), "rate": figures}),
    fields(
        quantity=figures,
        price_base=st.sampled_from(["1", "100", "3"]),
        discount_percent=st.sampled_from(["10", "33.3333"]),
        discount_amount=amounts,
        charge_amount=amounts,
        vat_rate=rates,
        vat_category=st.sampled_from([None, "S", "AE", "O"]),
    ),
)
parts = st.builds(
    lambda key, value, rate: {"reason": "Agreed", key: value, "vat_rate": rate},
    st.sampled_from(["amount", "percent"]),
    amounts,
    rates,
)
changes = st.one_of(
    fields(quantity=figures, rate=figures),
    *(
        st.fixed_dictionaries({name: values})
        for name, values in {
            "lines": st.lists(lines, min_size=1, max_size=3),
            "tax": st.none() | amounts,
            "tax_rate": rates,
            "total_amount": st.none() | amounts,
            "currency": st.sampled_from([*CURRENCIES]),
            "prices_include_tax": st.booleans(),
            "allowances": st.lists(parts, max_size=2),
            "charges": st.lists(parts, max_size=2),
            "invoice_title": st.sampled_from(["Title", "Other"]),
        }.items()
    ),
)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@settings(max_examples=10, deadline=None, derandomize=True)
@given(edits=st.lists(st.tuples(changes, st.booleans(), st.booleans()), min_size=4, max_size=8))
def test_any_edits(world: World, edits: list[tuple[Json, bool, bool]]) -> None:
    caller = api(world.clerk)
    invoice = caller.post(INVOICES, json=body(currency="EUR")).json
    for change, whole, keeps_lines in edits:
        sent = {**(invoice if whole else {}), **change}
        if whole and "lines" in change and keeps_lines:
            sent["lines"] = [*invoice["lines"][1:], *change["lines"]]
        answer = caller.put(path(invoice), json=sent)
        assert answer.status in (200, 400, 422), answer.body
        if answer.status == 200:
            invoice = answer.json
        adds_up(invoice)
        assert caller.put(path(invoice), json=invoice).json == invoice


def adds_up(invoice: Json) -> None:
    net, tax, total = (Decimal(invoice[name]) for name in ("net_amount", "tax", "total_amount"))
    signs = {"lines": 1, "charges": 1, "allowances": -1}
    named = {"lines": "net_amount", "charges": "amount", "allowances": "amount"}
    summed = sum(sign * Decimal(one[named[kind]]) for kind, sign in signs.items() for one in invoice[kind])
    assert net + tax == total
    assert sum(Decimal(row["taxable_amount"]) for row in invoice["vat_breakdown"]) == net
    assert sum(Decimal(row["tax_amount"]) for row in invoice["vat_breakdown"]) == tax
    assert invoice["prices_include_tax"] or summed == net
    digits = CURRENCIES[invoice["currency"]]
    assert {len(str(amount).partition(".")[2]) for amount in (net, tax, total)} == {digits}
