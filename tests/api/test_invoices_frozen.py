"""An issued invoice over the API: a change of what is printed is refused by name, all else goes on."""

from typing import Any

import pytest

from tests.invoicing import Json, body, in_status, lined, make, path, put, read, step, unchanged
from tests.world import World, api, make_world

pytestmark = pytest.mark.promise(8)

ISSUED = ("Sent", "Pending", "Paid", "Cancelled")
ADDRESS = {"address_line": "1 Other Street", "city": "Elsewhere", "country": "FR"}
LINE = {"description": "Another", "rate": "1.00"}
AMOUNT = {"reason": "Another", "amount": "1.00", "vat_rate": "19"}

# Another value for each field that is printed.
PRINTED: Json = {
    "invoice_title": "Another title",
    "invoice_number": "X-1",
    "name": "Another Corp",
    "email": "another@example.com",
    "phone": "+49 30 1",
    "vat_id": "FR40303265045",
    "quantity": "119.5",
    "rate": "200.01",
    "tax": "1.00",
    "tax_rate": "7",
    "total_amount": "1.00",
    "currency": "JPY",
    "prices_include_tax": True,
    "issue_date": "2023-12-31",
    "due_date": "2024-03-01",
    "payment_terms": 99,
    "language": "fr",
    "from_address": ADDRESS,
    "to_address": ADDRESS,
    "notes": "Another note",
    "terms": "Other terms",
    "purchase_order": "PO-9",
    "buyer_reference": "BR-9",
    "lines": [LINE],
    "allowances": [AMOUNT],
    "charges": [AMOUNT],
}
NOT_PRINTED: Json = {"internal_notes": "Called them.", "grace_until": "2031-01-01"}


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def issued(world: World) -> dict[str, Json]:
    given = body(tax_rate="19", to_address={"city": "Paris"}, notes="Thank you.")
    invoices = {status: in_status(world.owner, status, given) for status in ISSUED}
    parts = [
        {"quantity": "1.5", "rate": "99.99", "vat_rate": "19", "discount_amount": "5.50"},
        {"rate": "20.10", "vat_rate": "7"},
    ]
    charge = {"reason": "Freight", "amount": "4.90", "vat_rate": "19"}
    invoices["of several lines"] = in_status(world.owner, "Sent", lined(*parts, charges=[charge]))
    return invoices


@pytest.mark.parametrize("field", PRINTED)
@pytest.mark.parametrize("which", [*ISSUED, "of several lines"])
def test_another_value_is_refused_by_name(
    world: World, issued: dict[str, Json], which: str, field: str
) -> None:
    with unchanged(world.acme.id):
        answer = api(world.owner).put(path(issued[which]), json={field: PRINTED[field]})
    assert (answer.status, [*answer.json["errors"]]) == (422, [field])


@pytest.mark.parametrize(
    "field", ["to_address", "from_address", "notes", "due_date", "payment_terms", "issue_date"]
)
def test_nothing_printed_is_cleared(world: World, issued: dict[str, Json], field: str) -> None:
    invoice = make(world.owner, body(payment_terms=30, to_address=ADDRESS, notes="Thank you."), status="Sent")
    with unchanged(world.acme.id):
        answer = api(world.owner).patch(path(invoice), json={field: None})
    assert (answer.status, [*answer.json["errors"]]) == (422, [field])


def test_every_frozen_field_of_a_request_is_named(world: World, issued: dict[str, Json]) -> None:
    with unchanged(world.acme.id):
        answer = api(world.owner).put(
            path(issued["Sent"]),
            json={**NOT_PRINTED, "notes": "X", "name": "Y", "email": issued["Sent"]["email"]},
        )
    assert (answer.status, {*answer.json["errors"]}) == (422, {"notes", "name"})


@pytest.mark.parametrize("status", ISSUED)
def test_what_is_not_printed_changes(world: World, issued: dict[str, Json], status: str) -> None:
    people: Json = {"assigned_to": [world.colleague.id], "teams": [str(world.dev.id)]}
    before = read(world.owner, issued[status])
    after = put(world.owner, before, **NOT_PRINTED, **people)
    assert {name: after[name] for name in NOT_PRINTED} == NOT_PRINTED
    assert [one["id"] for one in after["assigned_to"]] == people["assigned_to"]
    assert [one["id"] for one in after["teams"]] == people["teams"]
    changed = {name for name in after if after[name] != before[name]} - {
        "updated_on",
        "history",
        "is_overdue",
    }
    assert changed == {*NOT_PRINTED, *people}
    assert put(world.owner, after, internal_notes=None, grace_until=None)["internal_notes"] == ""


@pytest.mark.parametrize("fields", [{"notes": "X"}, {"lines": [LINE]}, {"total_amount": "1.00"}])
def test_a_step_beside_a_refused_change_is_not_taken(world: World, fields: dict[str, Any]) -> None:
    invoice = make(world.owner, status="Sent")
    with unchanged(world.acme.id):
        assert api(world.owner).put(path(invoice), json={**fields, "status": "Paid"}).status == 422
    assert step(world.owner, invoice, "Paid")["status"] == "Paid"
