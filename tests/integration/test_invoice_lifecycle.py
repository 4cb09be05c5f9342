"""Every status × every status and × every action: through the API, the command and raw SQL, as design has it."""

from itertools import product
from typing import Any
from uuid import UUID

import pytest

from fairlead.billing import invoices
from fairlead.billing.domain.lifecycle import Status
from fairlead.foundation.errors import InvalidTransition
from fairlead.foundation.ids import new_id
from fairlead.tenancy.context import organization
from tests.invoicing import (
    STATUSES,
    Json,
    body,
    in_status,
    make,
    path,
    pay,
    put,
    read,
    refusal,
    step,
    unchanged,
)
from tests.world import World, api, make_world

pytestmark = pytest.mark.promise(6)

STEPS = {
    ("Draft", "Sent"),
    ("Draft", "Pending"),
    ("Draft", "Paid"),
    ("Draft", "Cancelled"),
    ("Sent", "Pending"),
    ("Sent", "Paid"),
    ("Sent", "Cancelled"),
    ("Pending", "Sent"),
    ("Pending", "Paid"),
    ("Pending", "Cancelled"),
    ("Paid", "Sent"),
    ("Paid", "Pending"),
}
ADMINS = {("Sent", "Cancelled"), ("Pending", "Cancelled"), ("Paid", "Sent"), ("Paid", "Pending")}
# A bare UPDATE of the status is right only where nothing else belongs to the step.
BARE = {*product(("Sent", "Pending"), ("Sent", "Pending", "Cancelled"))}
every_step = pytest.mark.parametrize(("before", "after"), [*product(STATUSES, STATUSES)])


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


def take(world: World, door: str, invoice: Json, status: str) -> tuple[int, set[str]]:
    """Try a step; returns what the API answers: its status and the fields that it names."""
    if door == "command":
        try:
            with organization(world.acme.id, world.owner.actor):
                invoices.set_status(UUID(invoice["id"]), Status(status), "The bank returned it.")
        except InvalidTransition as refused:
            return refused.status, {*refused.errors}
        return 200, set()
    given = {"status": status, "reason": "The bank returned it."}
    answer = api(world.owner).post(path(invoice, "status"), json=given)
    if door == "PUT":
        answer = api(world.owner).put(path(invoice), json={"status": status})
    return answer.status, {*answer.json.get("errors", {})}


@every_step
@pytest.mark.parametrize("door", ["POST", "command"])
def test_steps(world: World, door: str, before: str, after: str) -> None:
    invoice = in_status(world.owner, before)
    if (before, after) not in STEPS:
        expected: tuple[int, set[str]] = (200, set()) if before == after else (422, {"status"})
        with unchanged(world.acme.id):
            assert take(world, door, invoice, after) == expected
        return
    assert take(world, door, invoice, after) == (200, set())
    found = read(world.owner, invoice)
    newest = found["history"][0]
    assert found["status"] == after
    assert (newest["status_changed_from"], newest["status_changed_to"]) == (before, after)
    assert newest["changes"]["status"] == [before, after]
    assert newest["updated_by"]["id"] == world.owner.id
    assert found["amount_paid"] == ("24000.00" if after == "Paid" else "0.00")
    assert (found["issue_date"] is None) == ((before, after) == ("Draft", "Cancelled"))


@every_step
def test_raw_sql(world: World, before: str, after: str) -> None:
    invoice = in_status(world.owner, before)
    sql = "UPDATE billing_invoice SET status = %s WHERE id = %s"
    if before == after or (before, after) in BARE:
        assert refusal(world.acme.id, sql, after, invoice["id"]) is None
        return
    with unchanged(world.acme.id):
        state = refusal(world.acme.id, sql, after, invoice["id"])
    # Triggers refuse an unknown step and a number that stays in use, constraints an incomplete row.
    assert state == ("23514" if (before, after) in STEPS - {("Draft", "Cancelled")} else "23001")


@pytest.mark.parametrize("status", STATUSES)
def test_no_row_begins_but_as_a_draft(world: World, status: str) -> None:
    make(world.owner)
    sql = """INSERT INTO billing_invoice SELECT (jsonb_populate_record(i, jsonb_build_object(
        'id', gen_random_uuid(), 'number', null, 'status', %s, 'issued_at', now(), 'issue_date', now()::date))).*
        FROM billing_invoice i LIMIT 1"""
    with unchanged(world.acme.id):
        assert refusal(world.acme.id, sql, status) == "23001"


@pytest.mark.parametrize(("before", "after"), sorted(STEPS))
def test_put_takes_the_step_too(world: World, before: str, after: str) -> None:
    invoice = in_status(world.owner, before)
    answer = api(world.owner).put(path(invoice), json={"status": after})
    if before == "Paid":  # it needs a reason, for which a PUT has no room
        assert (answer.status, [*answer.json["errors"]]) == (422, ["reason"])
    else:
        assert (answer.status, answer.json["status"]) == (200, after)


@pytest.mark.parametrize(("before", "after"), sorted(STEPS))
def test_some_steps_are_an_admins(world: World, before: str, after: str) -> None:
    invoice = in_status(world.owner, before, body(assigned_to=[world.clerk.id]))
    with unchanged(world.acme.id) if (before, after) in ADMINS else organization(world.acme.id):
        answer = api(world.clerk).post(path(invoice, "status"), json={"status": after, "reason": "Why not."})
    assert answer.status == (403 if (before, after) in ADMINS else 200)


@pytest.mark.parametrize("reason", ["", " "])
def test_reopening_needs_a_reason(world: World, reason: str) -> None:
    invoice = in_status(world.owner, "Paid")
    with unchanged(world.acme.id):
        answer = api(world.owner).post(path(invoice, "status"), json={"status": "Sent", "reason": reason})
    assert (answer.status, [*answer.json["errors"]]) == (422, ["reason"])


@pytest.mark.parametrize("status", ["Sent", "Pending"])
def test_what_is_partly_paid_is_not_cancelled(world: World, status: str) -> None:
    invoice = in_status(world.owner, status)
    payment = pay(world.owner, invoice, "0.01").json
    with unchanged(world.acme.id):
        answer = api(world.owner).post(path(invoice, "status"), json={"status": "Cancelled"})
    assert (answer.status, [*answer.json["errors"]]) == (422, ["status"])
    back = path(invoice, f"payments/{payment['id']}/reverse")
    assert api(world.owner).post(back, json={"reason": "Bounced"}).status == 200
    assert step(world.owner, invoice, "Cancelled")["status"] == "Cancelled"


def test_a_reversal_takes_it_back_to_where_it_was(world: World) -> None:
    for status in ("Sent", "Pending"):
        invoice = in_status(world.owner, status)
        payment = pay(world.owner, invoice, "24000.00").json
        assert read(world.owner, invoice)["status"] == "Paid"
        back = path(invoice, f"payments/{payment['id']}/reverse")
        assert api(world.owner).post(back, json={"reason": "Bounced"}).status == 200
        newest = read(world.owner, invoice)["history"][0]
        assert (newest["status_changed_from"], newest["status_changed_to"]) == ("Paid", status)
        assert newest["changes"] | {"payment": 0} == {
            "status": ["Paid", status],
            "amount_paid": ["24000.00", "0.00"],
            "reason": [None, "Bounced"],
            "payment": 0,
        }


MAIL = {"recipients": ["a@example.com"], "subject": "Invoice", "message": "Please find it attached."}
# What each action answers, from Draft to Cancelled.
ACTIONS = {
    "edit": (200, 422, 422, 422, 422),
    "delete": (200, 422, 422, 422, 422),
    "send-mail": (200, 200, 200, 200, 422),
    "pay": (422, 201, 201, 422, 422),
    "reverse": (422, 200, 200, 200, 422),
    "download": (200, 200, 200, 200, 200),
    "duplicate": (201, 201, 201, 201, 201),
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("status", STATUSES)
def test_actions(world: World, status: str, action: str) -> None:
    caller, invoice = api(world.owner), in_status(world.owner, status)
    payment = new_id()
    if action == "reverse" and status in ("Sent", "Pending"):
        payment = pay(world.owner, invoice, "1.00").json["id"]
    if action == "reverse" and status == "Paid":
        payment = invoice["payments"][0]["id"]
    calls: dict[str, Any] = {
        "edit": lambda: caller.put(path(invoice), json={"notes": "Other"}),
        "delete": lambda: caller.delete(path(invoice)),
        "send-mail": lambda: caller.post(path(invoice, "send-mail"), json=MAIL),
        "pay": lambda: pay(world.owner, invoice, "1.00"),
        "reverse": lambda: caller.post(
            path(invoice, f"payments/{payment}/reverse"), json={"reason": "Bounced"}
        ),
        "download": lambda: caller.post(path(invoice, "download")),
        "duplicate": lambda: caller.post(path(invoice, "duplicate")),
    }
    expected = ACTIONS[action][STATUSES.index(status)]
    with unchanged(world.acme.id) if expected == 422 else organization(world.acme.id):
        assert calls[action]().status == expected


def test_a_mail_issues_a_draft(world: World) -> None:
    invoice = make(world.owner)
    assert api(world.owner).post(path(invoice, "send-mail"), json=MAIL).status == 200
    found = read(world.owner, invoice)
    assert (found["status"], len(found["emails"])) == ("Sent", 1)
    assert [entry["action"] for entry in found["history"]] == ["mailed", "status", "created"]


def test_an_invoice_of_nothing_is_paid_by_saying_so(world: World) -> None:
    invoice = make(world.owner, body(rate="0"), status="Sent")
    assert (invoice["payment_state"], invoice["is_overdue"]) == ("unpaid", False)
    with unchanged(world.acme.id):
        assert pay(world.owner, invoice, "0.01").status == 422
    paid = put(world.owner, invoice, status="Paid")
    assert (paid["status"], paid["payment_state"], paid["payments"]) == ("Paid", "paid", [])
    assert step(world.owner, invoice, "Sent", "By mistake.")["payment_state"] == "unpaid"


def test_a_step_of_a_new_invoice_is_in_its_history(world: World) -> None:
    for status in ("Sent", "Pending", "Paid"):
        invoice = make(world.owner, status=status)
        steps = [(one["action"], one["status_changed_to"]) for one in invoice["history"]]
        assert steps == [("status", status), ("created", None)]
