"""Every change is in the history with its values before and after, in its own transaction; what is refused is not."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from fairlead.billing import invoices, payments
from fairlead.billing.domain.lifecycle import Status
from fairlead.documents import delivery
from fairlead.tenancy.context import organization
from tests.integration.test_invoices import given
from tests.invoicing import Json, body, make, path, pay, put, read, rows, step, unchanged
from tests.world import World, api, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


CHANGES: list[Json] = [
    {"invoice_title": "Another title"},
    {"name": "Another Corp", "email": "", "phone": "+49 30 1"},
    {"issue_date": "2024-01-31", "due_date": None, "payment_terms": 14, "grace_until": "2024-05-01"},
    {
        "notes": "Thank\nyou",
        "terms": "t",
        "internal_notes": "i",
        "purchase_order": "p",
        "buyer_reference": "b",
    },
    {"to_address": {"city": "Paris"}, "from_address": None, "language": "fr", "vat_id": "DE1"},
    {"quantity": "12.5", "rate": "0.1"},
    {"tax_rate": "7"},
    {"tax": "5.00"},
    {"prices_include_tax": True, "tax_rate": "19"},
    {"total_amount": "25000.00"},
    {"currency": "JPY"},
    {"charges": [{"reason": "Freight", "amount": "5"}]},
    {"lines": [{"description": "x", "rate": "1"}, {"description": "y", "rate": "2"}]},
    {"invoice_number": "by hand"},
]


def plain(value: Any) -> Any:
    """Parts by their ids; a number as text, as a quantity is in history."""
    if isinstance(value, list):
        return [part["id"] for part in value]
    return str(value)


@pytest.mark.parametrize("fields", CHANGES, ids=str)
def test_a_change_with_before_and_after(world: World, fields: Json) -> None:
    if "invoice_number" in fields:
        fields = {"invoice_number": make(world.clerk)["id"]}  # one that nobody has
    before = make(world.clerk)
    after = put(world.clerk, before, **fields)
    newest, *older = after["history"]
    assert older == before["history"]
    assert (newest["action"], newest["status_changed_from"], newest["status_changed_to"]) == (
        "changed",
        None,
        None,
    )
    assert (newest["invoice"], newest["updated_by"]["id"]) == (before["id"], world.clerk.id)
    changed = {name for name in before if before[name] != after[name]}
    assert newest["changes"].keys() == changed & newest["changes"].keys() >= fields.keys()
    for name, told in newest["changes"].items():
        assert [plain(value) for value in told] == [plain(one[name]) for one in (before, after)]


def test_people_are_ids_in_history(world: World) -> None:
    invoice = make(world.clerk, body(assigned_to=[world.clerk.id]))
    changed = put(world.clerk, invoice, assigned_to=[world.colleague.id], teams=[str(world.dev.id)])
    assert changed["history"][0]["changes"] == {
        "assigned_to": [[world.clerk.id], [world.colleague.id]],
        "teams": [[], [str(world.dev.id)]],
    }


def test_issuing_tells_what_it_set(world: World) -> None:
    invoice = step(world.clerk, make(world.clerk, body(due_date=None, payment_terms=30)), "Paid")
    changes = invoice["history"][0]["changes"]
    assert changes == {
        "status": ["Draft", "Paid"],
        "issue_date": [None, invoice["issue_date"]],
        "due_date": [None, invoice["due_date"]],
        "amount_paid": ["0.00", "24000.00"],
    }


def test_the_whole_life_is_told(world: World) -> None:
    invoice = make(world.owner)
    put(world.owner, invoice, notes="x", status="Sent")
    payment = pay(world.owner, invoice, "4000.00").json
    back = path(invoice, f"payments/{payment['id']}/reverse")
    assert api(world.owner).post(back, json={"reason": "Bounced"}).status == 200
    step(world.owner, invoice, "Cancelled", "A mistake")
    told = [
        (one["action"], one["status_changed_from"], one["status_changed_to"])
        for one in read(world.owner, invoice)["history"]
    ]
    assert told == [
        ("status", "Sent", "Cancelled"),
        ("payment reversed", None, None),
        ("paid", None, None),
        ("status", "Draft", "Sent"),
        ("changed", None, None),
        ("created", None, None),
    ]
    listed = api(world.owner).get(path(invoice, "history")).json
    assert listed["results"] == read(world.owner, invoice)["history"]
    assert listed["results"][0]["changes"]["reason"] == [None, "A mistake"]
    assert listed["results"][2]["changes"]["amount_paid"] == ["0.00", "4000.00"]


def test_a_deleted_draft_is_remembered(world: World) -> None:
    invoice = make(world.clerk, body(notes="Thank you."))
    assert api(world.clerk).delete(path(invoice)).status == 200
    sql = "SELECT action, changes->'notes', changes->'invoice_number' FROM records_historyentry WHERE record_id = %s"
    told = rows(world.acme.id, f"{sql} ORDER BY id DESC LIMIT 1", invoice["id"])
    assert told == [("deleted", '["Thank you.", null]', f'["{invoice["invoice_number"]}", null]')]


def test_the_detail_shows_the_newest_and_the_list_all(world: World) -> None:
    invoice = make(world.clerk)
    with organization(world.acme.id, world.clerk.actor):
        for turn in range(55):
            invoices.change(UUID(invoice["id"]), {"notes": str(turn)})
    found = read(world.clerk, invoice)["history"]
    listed = api(world.clerk).get(path(invoice, "history") + "?limit=100").json
    assert (len(found), listed["count"]) == (50, 56)
    assert listed["results"][:50] == found


class Interrupted(Exception):
    """What a test throws in the middle."""


def test_what_is_rolled_back_was_never_told(world: World) -> None:
    issued, draft = UUID(make(world.owner, status="Sent")["id"]), UUID(make(world.owner)["id"])
    mail: Json = {"recipients": ["a@example.com"], "subject": "s", "message": "m"}
    works: list[Callable[[], object]] = [
        lambda: invoices.create(given()),
        lambda: invoices.change(draft, {"notes": "other"}),
        lambda: invoices.set_status(draft, Status.PAID),
        lambda: invoices.delete(draft),
        lambda: invoices.duplicate(issued),
        lambda: payments.record(issued, Decimal(5)),
        lambda: delivery.send(issued, **mail),
    ]
    for work in works:
        with unchanged(world.acme.id), pytest.raises(Interrupted):
            interrupt(world, work)


def interrupt(world: World, work: Callable[[], object]) -> None:
    with organization(world.acme.id, world.owner.actor):
        work()
        raise Interrupted
