"""What a create and a change mean: the fields given, lists as a whole, null for nothing, defaults, dates."""

from datetime import date, timedelta
from typing import Any

import pytest

from fairlead.foundation import clock
from fairlead.foundation.ids import new_id
from tests.invoicing import INVOICES, Json, body, lined, make, path, put, read, step, unchanged
from tests.world import World, api, make_person, make_world

EMPTY = {"address_line": "", "street": "", "city": "", "state": "", "postcode": "", "country": ""}
AMOUNT = {"reason": "Freight", "amount": "4.90"}


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


def refused(world: World, invoice: Json | None, given: Json) -> tuple[int, list[str]]:
    """What a create or a change of this answers, having changed nothing."""
    caller = api(world.clerk)
    with unchanged(world.acme.id):
        answer = (
            caller.put(path(invoice), json=given) if invoice else caller.post(INVOICES, json=body(**given))
        )
    return answer.status, [*answer.json["errors"]]


SIMPLE: dict[str, tuple[Any, Any]] = {
    "invoice_title": ("Another title", ...),
    "name": ("Another Corp", ...),
    "email": ("another@example.com", ""),
    "phone": ("+49 30 1", ""),
    "vat_id": ("FR40303265045", ""),
    "issue_date": ("2024-01-31", None),
    "due_date": ("2024-03-31", None),
    "payment_terms": (14, None),
    "grace_until": ("2024-04-30", None),
    "language": ("de", ...),
    "notes": ("Thank\nyou", ""),
    "terms": ("30 days", ""),
    "internal_notes": ("Slow payer", ""),
    "purchase_order": ("PO-1", ""),
    "buyer_reference": ("04011000-1234512345-06", ""),
    "from_address": (EMPTY | {"city": "Köln"}, None),
    "to_address": (EMPTY | {"city": "Paris", "country": "FR"}, None),
    "tax_rate": ("7", None),
    "currency": ("EUR", ...),
    "prices_include_tax": (True, ...),
}


@pytest.mark.parametrize("field", SIMPLE)
def test_a_field_is_set_kept_changed_and_cleared(world: World, field: str) -> None:
    value, empty = SIMPLE[field]
    assert make(world.clerk, body(**{field: value}))[field] == value
    invoice = make(world.clerk)
    changed = put(world.clerk, invoice, **{field: value})
    assert changed[field] == value
    touched = {name for name in changed if changed[name] != invoice[name]} - {"updated_on", "history"}
    assert touched - {"lines", "vat_breakdown", "tax", "total_amount", "amount_due", "net_amount"} == {field}
    assert put(world.clerk, invoice, name="X")[field] == ("X" if field == "name" else value)
    if empty is ...:
        assert refused(world, invoice, {field: None}) == (400, [field])
    else:
        assert put(world.clerk, invoice, **{field: None})[field] == empty
        assert make(world.clerk, body(**{field: None}))[field] == empty


def test_what_is_left_out_has_its_default(world: World) -> None:
    invoice = make(
        world.clerk,
        {name: body()[name] for name in ("invoice_title", "name", "quantity", "rate", "currency")},
    )
    assert invoice["from_address"] == world.acme.address
    expected: Json = {
        "to_address": None,
        "due_date": None,
        "issue_date": None,
        "language": "en",
        "tax_rate": None,
    }
    expected |= {"status": "Draft", "email": "", "prices_include_tax": False, "assigned_to": [], "teams": []}
    assert invoice | expected == invoice
    assert invoice["created_by"] == {
        "id": world.clerk.id,
        "name": world.clerk.name,
        "email": world.clerk.email,
    }


def test_an_address_is_a_whole_one(world: World) -> None:
    invoice = make(world.clerk, body(to_address={"city": "Paris"}, from_address={}))
    assert (invoice["to_address"], invoice["from_address"]) == (EMPTY | {"city": "Paris"}, EMPTY)
    changed = put(world.clerk, invoice, to_address={"street": "Rue"})
    assert changed["to_address"] == EMPTY | {"street": "Rue"}


@pytest.mark.parametrize(
    "field",
    [
        "id",
        "org",
        "created_by",
        "net_amount",
        "amount_paid",
        "amount_due",
        "is_overdue",
        "payment_state",
        "vat_breakdown",
        "created_on",
        "updated_on",
        "history",
    ],
)
def test_what_is_computed_is_refused(world: World, field: str) -> None:
    invoice = make(world.clerk)
    assert refused(world, invoice, {field: "other"}) == (422, [field])
    assert refused(world, None, {field: "other"}) == (422, [field])


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"net_amount": "1.00"}, "net_amount"),
        ({"net_amount": "0"}, "net_amount"),
        ({"id": str(new_id())}, "id"),
    ],
)
def test_what_is_computed_of_a_line_is_refused(world: World, line: Json, field: str) -> None:
    invoice = make(world.clerk, lined({}))
    given = {"lines": [{"description": "x", "rate": "5", **line}]}
    assert refused(world, invoice, given) == (422, [f"lines.0.{field}"])
    with unchanged(world.acme.id):
        assert api(world.clerk).post(INVOICES, json=lined(line)).status == 422


def test_a_line_may_not_call_itself_an_adjustment(world: World) -> None:
    given = {"charges": [AMOUNT | {"is_adjustment": True}]}
    assert refused(world, None, given) == (422, ["charges.0.is_adjustment"])
    assert make(world.clerk, body(charges=[AMOUNT | {"is_adjustment": False}]))["total_amount"] == "24004.90"


def test_lines_are_replaced_and_keep_their_ids(world: World) -> None:
    invoice = make(world.clerk, lined({}, {}, {}))
    first, second, third = invoice["lines"]
    kept = put(world.clerk, invoice, lines=[third, first | {"rate": "20.00", "net_amount": "10.00"}])["lines"]
    assert [line["id"] for line in kept] == [third["id"], first["id"]]
    assert [line["rate"] for line in kept] == ["10.00", "20.00"]
    new = put(world.clerk, invoice, lines=[{"description": "New", "rate": "1"}, kept[0]])["lines"]
    assert (new[1]["id"], new[0]["id"] in {first["id"], second["id"], third["id"]}) == (third["id"], False)
    assert refused(world, invoice, {"lines": [first]}) == (422, ["lines.0.id"])
    assert refused(world, invoice, {"lines": [kept[0], kept[0]]}) == (422, ["lines.1.id"])
    assert refused(world, invoice, {"lines": []}) == (400, ["lines"])
    assert refused(world, invoice, {"lines": None}) == (400, ["lines"])


def test_a_line_of_another_invoice_is_none_of_this(world: World) -> None:
    other = make(world.clerk, lined({}))["lines"][0]
    stranger = make(world.stranger, lined({}))["lines"][0]
    for line in (other, stranger):
        assert refused(world, make(world.clerk), {"lines": [line]}) == (422, ["lines.0.id"])


@pytest.mark.parametrize("kind", ["allowances", "charges"])
def test_amounts_are_replaced_and_keep_their_ids(world: World, kind: str) -> None:
    other = "charges" if kind == "allowances" else "allowances"
    invoice = make(world.clerk, body(**{kind: [AMOUNT, {"reason": "x", "percent": "10"}], other: [AMOUNT]}))
    flat, part = invoice[kind]
    assert (part["amount"], part["percent"]) == ("2400.00", "10")
    changed = put(world.clerk, invoice, **{kind: [part | {"percent": "20"}, flat]})
    assert [one["id"] for one in changed[kind]] == [part["id"], flat["id"]]
    assert (changed[kind][0]["amount"], changed[other]) == ("4800.00", invoice[other])
    assert put(world.clerk, invoice, **{kind: None})[kind] == []
    assert put(world.clerk, invoice, **{other: []})["total_amount"] == "24000.00"


def test_people_are_replaced_by_ids_or_objects(world: World) -> None:
    people = [world.clerk.id, world.colleague.id]
    invoice = make(world.clerk, body(assigned_to=[*people, people[0]], teams=[str(world.dev.id)]))
    assert sorted(one["id"] for one in invoice["assigned_to"]) == sorted(people)
    assert invoice["teams"] == [{"id": str(world.dev.id), "name": "dev"}]
    assert put(world.clerk, invoice, assigned_to=invoice["assigned_to"], teams=invoice["teams"]) == invoice
    assert (
        put(world.clerk, invoice, assigned_to=[world.owner.id])["assigned_to"][0]["name"] == world.owner.name
    )
    cleared = put(world.clerk, invoice, assigned_to=None, teams=[])
    assert (cleared["assigned_to"], cleared["teams"]) == ([], [])


def test_people_of_elsewhere_are_refused(world: World) -> None:
    invoice = make(world.clerk)
    unknown = {"assigned_to": [world.clerk.id, world.stranger.id], "teams": [str(new_id())]}
    for given in (None, invoice):
        status, errors = refused(world, given, unknown)
        assert (status, sorted(errors)) == (422, ["assigned_to.1", "teams.0"])


def today() -> date:
    return clock.today("Europe/Berlin")


def test_the_contracts_past_date_is_taken(world: World) -> None:
    invoice = make(world.clerk, status="Sent")
    assert (invoice["due_date"], invoice["issue_date"], invoice["is_overdue"]) == (
        "2024-02-28",
        str(today()),
        True,
    )
    assert put(world.clerk, invoice, grace_until=str(today()))["is_overdue"] is False
    assert put(world.clerk, invoice, grace_until=str(today() - timedelta(1)))["is_overdue"] is True


def test_a_due_date_is_not_before_a_given_issue_date(world: World) -> None:
    dates = {"issue_date": "2024-03-01", "due_date": "2024-02-29"}
    assert refused(world, None, dates) == (422, ["due_date"])
    draft = make(world.clerk)
    assert refused(world, draft, {"issue_date": "2024-02-29"}) == (422, ["due_date"])
    same = put(world.clerk, draft, issue_date="2024-02-28")
    assert refused(world, same, {"due_date": "2024-02-27"}) == (422, ["due_date"])
    assert put(world.clerk, same, due_date=None)["due_date"] is None


def test_terms_of_payment_make_the_due_date_at_issue(world: World) -> None:
    given = body(due_date=None, payment_terms=30)
    draft = make(world.clerk, given)
    assert (draft["due_date"], draft["payment_terms"]) == (None, 30)
    issued = step(world.clerk, draft, "Sent")
    assert issued["due_date"] == str(today() + timedelta(30))
    dated = make(world.clerk, given | {"issue_date": "2024-02-28", "status": "Sent"})
    assert dated["due_date"] == "2024-03-29"
    assert make(world.clerk, body(payment_terms=30), status="Sent")["due_date"] == "2024-02-28"
    assert make(world.clerk, body(due_date=None), status="Sent")["due_date"] is None


def test_the_organizations_defaults_are_taken_when_it_is_made(world: World) -> None:
    settings = {"payment_terms": 14, "language": "fr", "address": {"city": "Lyon", "country": "FR"}}
    organization = api(world.stranger).put(f"/api/org/{world.globex.id}/", json=settings)
    assert organization.status == 200, organization.body
    invoice = make(world.stranger)
    assert (invoice["payment_terms"], invoice["language"], invoice["from_address"]["city"]) == (
        14,
        "fr",
        "Lyon",
    )
    assert make(world.stranger, body(payment_terms=None, language="en"))["payment_terms"] is None


def test_a_change_and_a_step_come_together_or_not_at_all(world: World) -> None:
    invoice = make(world.clerk)
    changed = put(world.clerk, invoice, status="Sent", total_amount="25000.00", notes="Thank you.")
    assert (changed["status"], changed["total_amount"], changed["notes"]) == (
        "Sent",
        "25000.00",
        "Thank you.",
    )
    draft = make(world.clerk)
    assert refused(world, draft, {"status": "Sent", "rate": "-1"}) == (422, ["rate"])
    assert read(world.clerk, draft)["status"] == "Draft"


def test_a_duplicate_is_a_draft_of_the_same(world: World) -> None:
    parts = lined(
        {"quantity": "1.5", "rate": "99.99", "discount_percent": "10"},
        {"rate": "20.10", "charge_amount": "1"},
        tax_rate="19",
        total_amount="200.00",
        allowances=[{"reason": "Loyalty", "percent": "2"}],
        charges=[AMOUNT],
        notes="Thank you.",
        assigned_to=[world.colleague.id],
        teams=[str(world.dev.id)],
        issue_date="2024-01-01",
        grace_until="2024-05-01",
    )
    source = make(world.clerk, parts, status="Paid")
    answer = api(world.colleague).post(path(source, "duplicate"))
    copy = answer.json
    assert (answer.status, copy["status"], copy["payments"], copy["amount_paid"]) == (
        201,
        "Draft",
        [],
        "0.00",
    )
    assert (copy["issue_date"], copy["due_date"], copy["grace_until"]) == (None, None, None)
    assert copy["invoice_number"] != source["invoice_number"]
    assert copy["created_by"]["id"] == world.colleague.id
    same = "total_amount tax vat_breakdown net_amount tax_rate name email notes from_address assigned_to teams".split()
    assert {name: copy[name] for name in same} == {name: source[name] for name in same}
    for kind in ("lines", "allowances", "charges"):
        assert [part | {"id": 0} for part in copy[kind]] == [part | {"id": 0} for part in source[kind]]
        assert not {part["id"] for part in copy[kind]} & {part["id"] for part in source[kind]}
    assert read(world.clerk, source) == source


def test_a_duplicate_lets_go_of_who_has_left(world: World) -> None:
    leaver = make_person(world.acme, "Lena Leaver")
    source = make(world.clerk, body(assigned_to=[world.clerk.id, leaver.id], tax="5.00"))
    assert api(world.owner).delete(f"/api/users/{leaver.id}/").status == 200
    copy = api(world.clerk).post(path(source, "duplicate")).json
    assert [one["id"] for one in copy["assigned_to"]] == [world.clerk.id]
    assert (copy["tax"], copy["total_amount"]) == ("5.00", "24005.00")
    assert {one["id"] for one in read(world.clerk, source)["assigned_to"]} == {world.clerk.id, leaver.id}
    assert put(world.clerk, source, **source) == source
