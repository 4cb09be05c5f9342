"""GET, then PUT of the same body: nothing changes, whatever the invoice is made of and however far it is."""

from itertools import product

import pytest

from tests.invoicing import Json, body, in_status, lined, path, unchanged
from tests.world import World, api, make_world

LINES: list[Json] = [
    {"quantity": "12.5", "rate": "120", "discount_amount": "75", "vat_rate": "19", "unit": "HUR"},
    {"quantity": 3, "rate": "19.9900000001", "vat_rate": "7", "charge_amount": "1.25", "price_base": 100},
    {"rate": "0.10", "discount_percent": "33.3333333333"},
]
EXEMPT = {"vat_category": "AE", "vat_exemption_reason": "Reverse charge"}
KINDS: dict[str, Json] = {
    "the shorthand": body(),
    "a rate": body(tax_rate="8.1"),
    "an amount of tax": body(tax="100.00"),
    "an adjustment": body(total_amount="6500.00", tax_rate="19"),
    "an adjustment downwards in gross": body(total_amount="23999.99", tax_rate="19", prices_include_tax=True),
    "an adjustment beside an amount of tax": body(total_amount="25000.00", tax="7"),
    "many lines": lined(*LINES, tax_rate="5.5"),
    "many lines in gross": lined(*LINES, prices_include_tax=True),
    "exempt": lined(EXEMPT, EXEMPT),
    "allowances and charges": lined(
        *LINES,
        allowances=[
            {"reason": "Loyalty", "amount": "0.50", "vat_rate": "7"},
            {"reason": "Early payment", "percent": "1.5", "vat_rate": "19"},
        ],
        charges=[{"reason": "Freight", "amount": "12.5", "vat_rate": "19"}],
    ),
    "all in one group": lined(
        {}, {}, tax_rate="19", allowances=[{"reason": "Loyalty", "percent": "3"}], total_amount="20.00"
    ),
    "yen": lined({"rate": "333.4"}, {"rate": "99.5", "discount_amount": "1"}, currency="JPY", tax_rate="10"),
    "dinar": body(currency="KWD", rate="0.1234567891", total_amount="99.999"),
    "every text": body(
        phone="+1", vat_id="DE1", to_address={"city": "Paris"}, notes="a\nb", terms="t", internal_notes="i",
        purchase_order="p", buyer_reference="b", payment_terms=30, grace_until="2030-01-01", language="es",
    ),
    "people": body(),
    "nothing to pay": body(rate="0"),
}  # fmt: skip


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.mark.parametrize(
    ("status", "kind"),
    [*product(("Draft", "Sent", "Paid"), KINDS), ("Pending", "people"), ("Cancelled", "people")],
)
def test_what_was_read_may_be_sent_back(world: World, status: str, kind: str) -> None:
    people = {"assigned_to": [world.clerk.id, world.colleague.id], "teams": [str(world.dev.id)]}
    invoice = in_status(world.owner, status, KINDS[kind] | (people if kind == "people" else {}))
    caller = api(world.owner)
    detail = caller.get(path(invoice))
    with unchanged(world.acme.id):
        for method in (caller.put, caller.patch):
            answer = method(path(invoice), json=detail.json)
            assert (answer.status, answer.body, answer.headers["ETag"]) == (
                200,
                detail.body,
                detail.headers["ETag"],
            )


@pytest.mark.parametrize("kind", KINDS)
def test_one_change_in_what_was_read_is_one_change(world: World, kind: str) -> None:
    invoice = in_status(world.owner, "Draft", KINDS[kind])
    changed = api(world.owner).put(path(invoice), json=invoice | {"name": "Another Corp"})
    assert changed.status == 200, changed.body
    differences = {name for name in invoice if changed.json[name] != invoice[name]}
    assert differences - {"updated_on"} == {"name", "history"}
    assert changed.json["history"][0]["changes"] == {"name": ["Global Tech Corp", "Another Corp"]}
