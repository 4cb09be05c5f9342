"""Many writers at once, some of whom give up: no number is missing, none stands twice."""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from fairlead.billing import invoices, numbering
from fairlead.billing.domain.lifecycle import Status
from fairlead.foundation.errors import Conflict
from fairlead.tenancy.context import organization
from tests.integration.test_invoices import given
from tests.invoicing import at_once, make, rows
from tests.world import Person, World

pytestmark = pytest.mark.promise(7)

WRITERS, EACH = 20, 5
OF_INVOICES = "SELECT number FROM billing_invoice WHERE number IS NOT NULL ORDER BY number"
IN_REGISTER = """SELECT r.number, r.state, r.value, i.number FROM billing_registerednumber r
    LEFT JOIN billing_invoice i ON i.id = r.document_id AND i.org_id = r.org_id ORDER BY r.value"""


def create(person: Person, *, give_up: bool = False, **more: Any) -> UUID:
    with organization(person.org_id, person.actor):
        invoice_id = invoices.create(given(**more))
        transaction.set_rollback(give_up)
    return invoice_id


def numbers(count: int) -> list[str]:
    return [f"INV-{value:03d}" for value in range(1, count + 1)]


def test_writers_who_give_up_leave_no_hole(world: World) -> None:
    def write(writer: int) -> None:
        for turn in range(EACH):
            create(world.clerk, give_up=(writer + turn) % 5 == 0)

    at_once(WRITERS, write)
    kept = WRITERS * EACH * 4 // 5
    assert rows(world.acme.id, OF_INVOICES) == [(number,) for number in numbers(kept)]
    assert rows(world.acme.id, IN_REGISTER) == [
        (number, "used", value, number) for value, number in enumerate(numbers(kept), 1)
    ]


def test_two_organizations_number_alone(world: World) -> None:
    people = [world.clerk, world.stranger]
    at_once(12, lambda writer: [create(people[writer % 2], give_up=turn == 1) for turn in range(3)])
    for person in people:
        assert rows(person.org_id, OF_INVOICES) == [(number,) for number in numbers(12)]


def test_the_first_invoices_of_an_organization_begin_one_series(world: World) -> None:
    at_once(10, lambda _: create(world.clerk))
    assert rows(world.acme.id, "SELECT count(*) FROM billing_numberseries") == [(1,)]
    assert rows(world.acme.id, OF_INVOICES) == [(number,) for number in numbers(10)]


def test_numbers_on_issue_are_in_the_order_of_issue(world: World) -> None:
    with organization(world.acme.id, world.owner.actor):
        numbering.change_settings({"number_on": "issue"})
    drafts = [[UUID(make(world.clerk)["id"]) for _ in range(3)] for _ in range(WRITERS)]

    def issue(writer: int) -> None:
        for turn, invoice_id in enumerate(drafts[writer]):
            with organization(world.acme.id, world.clerk.actor):
                invoices.set_status(invoice_id, Status.SENT)
                transaction.set_rollback((writer + turn) % 5 == 0)

    at_once(WRITERS, issue)
    issued = rows(
        world.acme.id, "SELECT number FROM billing_invoice WHERE status = 'Sent' ORDER BY issued_at"
    )
    assert issued == [(number,) for number in numbers(WRITERS * 3 * 4 // 5)]


def test_of_many_who_want_the_same_number_one_gets_it(world: World) -> None:
    def write(_: int) -> str:
        try:
            create(world.clerk, invoice_number="A-1")
        except Conflict as refused:
            return str([*refused.errors])
        return "made"

    assert Counter(at_once(10, write)) == {"made": 1, "['invoice_number']": 9}
    assert rows(world.acme.id, IN_REGISTER) == [("A-1", "manual", None, "A-1")]


@pytest.mark.parametrize("number_on", ["create", "issue"])
def test_the_counter_and_numbers_by_hand_never_meet(world: World, number_on: str) -> None:
    with organization(world.acme.id, world.owner.actor):
        numbering.change_settings({"number_on": number_on})

    def write(writer: int) -> bool:
        by_hand = f"INV-{writer:03d}" if writer % 2 else None
        try:
            create(world.clerk, status=Status.SENT, invoice_number=by_hand)
        except Conflict:
            return False
        return True

    made = at_once(16, write)
    found = [number for (number,) in rows(world.acme.id, OF_INVOICES)]
    assert len(found) == len({*found}) == made.count(True)
    states = Counter(state for _, state, _, _ in rows(world.acme.id, IN_REGISTER))
    assert states["used"] == 8
    assert states["used"] + states["manual"] == made.count(True)
