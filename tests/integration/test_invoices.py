"""The commands of billing on PostgreSQL, as the app role."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from fairlead.billing import invoices, payments
from fairlead.billing.domain.lifecycle import Status
from fairlead.billing.models import Invoice, InvoiceLine, IssuedDocument, Payment, RegisteredNumber
from fairlead.foundation.errors import InvalidInput, InvalidTransition, NotFound, NotPermitted, StaleVersion
from fairlead.records.models import HistoryEntry
from fairlead.tenancy.context import organization
from tests.world import Person, World


def given(**more: Any) -> dict[str, Any]:
    """The contract's example of a create."""
    return {
        "invoice_title": "Web Development Services",
        "name": "Tech Solutions Inc",
        "email": "billing@techsolutions.example",
        "quantity": Decimal(80),
        "rate": Decimal("125.00"),
        "currency": "USD",
        "due_date": date(2024, 2, 15),
        **more,
    }


def make(person: Person, **more: Any) -> UUID:
    with organization(person.org_id, person.actor):
        return invoices.create(given(**more))


def load(person: Person, invoice_id: UUID) -> Invoice:
    with organization(person.org_id, person.actor):
        return Invoice.objects.get(id=invoice_id)


def test_a_new_invoice_has_a_number_and_its_total(world: World) -> None:
    invoice = load(world.clerk, make(world.clerk, tax_rate=Decimal(19)))
    assert (invoice.number, invoice.status, str(invoice.total_amount)) == ("INV-001", "Draft", "11900.00")


def test_a_wanted_total_is_hit_and_the_same_again_changes_nothing(world: World) -> None:
    invoice_id = make(world.clerk)
    with organization(world.clerk.org_id, world.clerk.actor):
        invoices.change(invoice_id, {"status": "Sent", "total_amount": Decimal("6500.00")})
    invoice = load(world.clerk, invoice_id)
    assert (invoice.status, str(invoice.total_amount)) == ("Sent", "6500.00")
    with organization(world.clerk.org_id, world.clerk.actor):
        entries = HistoryEntry.objects.count()
        invoices.change(
            invoice_id, {"status": "Sent", "total_amount": Decimal("6500.00"), "quantity": Decimal(80)}
        )
        assert HistoryEntry.objects.count() == entries
    assert load(world.clerk, invoice_id).version == invoice.version


def test_an_issued_invoice_refuses_change_by_name(world: World) -> None:
    invoice_id = make(world.clerk, status="Sent")
    before = load(world.clerk, invoice_id)
    with organization(world.clerk.org_id, world.clerk.actor), pytest.raises(InvalidInput) as refused:
        invoices.change(invoice_id, {"rate": Decimal(130), "notes": "More"})
    assert refused.value.errors.keys() == {"rate", "notes"}
    assert load(world.clerk, invoice_id).__dict__ | {"_state": 0} == before.__dict__ | {"_state": 0}


def test_issuing_keeps_what_is_printed(world: World) -> None:
    invoice_id = make(world.clerk, status="Sent")
    with organization(world.clerk.org_id, world.clerk.actor):
        document = IssuedDocument.objects.get(invoice_id=invoice_id)
    assert '"number":"INV-001"' in document.content


def test_paid_records_the_balance_and_reopening_takes_it_back(world: World) -> None:
    invoice_id = make(world.owner, status="Pending")
    with organization(world.owner.org_id, world.owner.actor):
        payments.record(invoice_id, Decimal("4000.00"))
        invoices.set_status(invoice_id, Status.PAID)
        assert sorted(str(p.amount) for p in Payment.objects.filter(invoice_id=invoice_id)) == [
            "4000.00",
            "6000.00",
        ]
        invoices.set_status(invoice_id, Status.SENT, "The bank returned it.")
    invoice = load(world.owner, invoice_id)
    assert (invoice.status, str(invoice.amount_paid)) == ("Sent", "0.00")


def test_a_reversal_takes_a_paid_invoice_back_to_where_it_was(world: World) -> None:
    invoice_id = make(world.owner, status="Pending")
    with organization(world.owner.org_id, world.owner.actor):
        payment = payments.record(invoice_id, Decimal(10000))
    assert load(world.owner, invoice_id).status == "Paid"
    with organization(world.owner.org_id, world.owner.actor):
        payments.reverse(invoice_id, payment.id, "Bounced")
    assert load(world.owner, invoice_id).status == "Pending"


def test_more_than_is_due_is_refused(world: World) -> None:
    invoice_id = make(world.clerk, status="Sent")
    with (
        organization(world.clerk.org_id, world.clerk.actor),
        pytest.raises(InvalidInput, match="at most what is due"),
    ):
        payments.record(invoice_id, Decimal("10000.01"))
    assert load(world.clerk, invoice_id).amount_paid == 0


def test_a_deleted_draft_leaves_its_number_as_void(world: World) -> None:
    invoice_id = make(world.clerk)
    with organization(world.clerk.org_id, world.clerk.actor):
        invoices.delete(invoice_id)
        entry = RegisteredNumber.objects.get(document_id=invoice_id)
        assert (entry.number, entry.state, entry.reason) == ("INV-001", "void", "The draft was deleted.")
        assert not InvoiceLine.objects.filter(invoice_id=invoice_id).exists()


def test_the_counter_skips_a_number_chosen_by_hand(world: World) -> None:
    make(world.clerk, invoice_number="INV-002")
    numbers = [load(world.clerk, make(world.clerk)).number for _ in range(3)]
    assert numbers == ["INV-001", "INV-003", "INV-004"]
    with organization(world.clerk.org_id):
        states = sorted(RegisteredNumber.objects.values_list("number", "state"))
    assert states == [
        ("INV-001", "used"),
        ("INV-002", "manual"),
        ("INV-002", "skipped"),
        ("INV-003", "used"),
        ("INV-004", "used"),
    ]


def test_who_sees_through_a_team_may_not_change(world: World) -> None:
    invoice_id = make(world.clerk, teams=[world.dev.id])
    with organization(world.colleague.org_id, world.colleague.actor), pytest.raises(NotPermitted):
        invoices.change(invoice_id, {"notes": "x"})
    with organization(world.stranger.org_id, world.stranger.actor), pytest.raises(NotFound):
        invoices.change(invoice_id, {"notes": "x"})
    assert load(world.clerk, invoice_id).notes == ""


def test_a_stale_version_is_refused(world: World) -> None:
    invoice_id = make(world.clerk)
    with organization(world.clerk.org_id, world.clerk.actor):
        invoices.change(invoice_id, {"notes": "one"}, version={1})
    with organization(world.clerk.org_id, world.clerk.actor), pytest.raises(StaleVersion):
        invoices.change(invoice_id, {"notes": "two"}, version={1})
    assert load(world.clerk, invoice_id).notes == "one"


def test_a_cancelled_invoice_stays_cancelled(world: World) -> None:
    invoice_id = make(world.owner, status="Sent")
    with organization(world.owner.org_id, world.owner.actor):
        invoices.set_status(invoice_id, Status.CANCELLED)
    with organization(world.owner.org_id, world.owner.actor), pytest.raises(InvalidTransition):
        invoices.set_status(invoice_id, Status.SENT)
    assert load(world.owner, invoice_id).status == "Cancelled"


def test_a_duplicate_is_a_new_draft(world: World) -> None:
    invoice_id = make(world.clerk, status="Sent", tax_rate=Decimal(7))
    with organization(world.clerk.org_id, world.clerk.actor):
        copy_id = invoices.duplicate(invoice_id)
    copy = load(world.clerk, copy_id)
    assert (copy.status, copy.number, str(copy.total_amount)) == ("Draft", "INV-002", "10700.00")
