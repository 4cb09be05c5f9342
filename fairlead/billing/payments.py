"""Payments of an invoice: a ledger to which entries are added, never changed."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from fairlead.billing import visibility
from fairlead.billing.domain import lifecycle
from fairlead.billing.domain.lifecycle import Action, Status
from fairlead.billing.models import Invoice, Payment
from fairlead.billing.refusals import refused
from fairlead.foundation import clock, money
from fairlead.foundation.errors import InvalidInput, NotFound
from fairlead.records import history
from fairlead.tenancy.context import actor_id
from fairlead.tenancy.models import Organization


def record(
    invoice_id: UUID, amount: Decimal, *, paid_on: date | None = None, method: str = "", reference: str = ""
) -> Payment:
    """Record money received. What settles the balance makes the invoice Paid; more than is due is refused."""
    invoice = visibility.lock("pay", invoice_id)
    with refused():
        lifecycle.check(Action.PAY, Status(invoice.status))
    _check_amount(invoice, amount)
    before = invoice.status
    payment = _add(invoice, amount, paid_on=paid_on, method=method, reference=reference)
    invoice.status = lifecycle.after_payment(Status(before), invoice.amount_due)
    _save(invoice, "paid", payment, before)
    return payment


def reverse(invoice_id: UUID, payment_id: UUID, reason: str) -> Payment:
    """Take a payment back, by an entry of its own with the reason; a paid invoice is open again, as it was."""
    invoice = visibility.lock("reverse_payment", invoice_id)
    with refused():
        lifecycle.check(Action.REVERSE_PAYMENT, Status(invoice.status))
    payment = Payment.objects.filter(
        org_id=invoice.org_id, invoice=invoice, id=payment_id, reversal_of=None
    ).first()
    if payment is None:
        raise NotFound
    if Payment.objects.filter(org_id=invoice.org_id, reversal_of=payment).exists():
        raise InvalidInput("This payment has been reversed already.")
    before = invoice.status
    reversal = _add_reversal(invoice, payment, reason)
    invoice.status = invoice.open_status
    _save(invoice, "payment reversed", reversal, before)
    return reversal


def pay_balance(invoice: Invoice) -> None:
    """Record what is still due as paid today. The caller holds the lock, sets the status and writes the history."""
    if invoice.amount_due:
        _add(invoice, invoice.amount_due)


def reverse_all(invoice: Invoice, reason: str) -> None:
    """Reverse every payment that stands. The caller holds the lock, sets the status and writes the history."""
    mine = Payment.objects.filter(org_id=invoice.org_id, invoice=invoice)
    reversed_ids = mine.exclude(reversal_of=None).values("reversal_of")
    for payment in mine.filter(reversal_of=None).exclude(id__in=reversed_ids):
        _add_reversal(invoice, payment, reason)


def _check_amount(invoice: Invoice, amount: Decimal) -> None:
    digits = money.digits(invoice.currency)
    if amount <= 0:
        raise InvalidInput.of("amount", "Give an amount above zero; to take a payment back, reverse it.")
    if amount != money.round_money(amount, digits):
        raise InvalidInput.of("amount", f"{invoice.currency} has {digits} decimals: give no more.")
    if amount > invoice.amount_due:
        raise InvalidInput.of("amount", f"Give at most what is due: {invoice.amount_due}.")


def _add(
    invoice: Invoice, amount: Decimal, *, paid_on: date | None = None, method: str = "", reference: str = ""
) -> Payment:
    amount = money.round_money(amount, money.digits(invoice.currency))
    payment = Payment.objects.create(
        org_id=invoice.org_id,
        invoice=invoice,
        amount=amount,
        paid_on=paid_on or _today(invoice),
        method=method,
        reference=reference,
        created_by_id=actor_id(),
    )
    invoice.amount_paid += amount
    return payment


def _add_reversal(invoice: Invoice, payment: Payment, reason: str) -> Payment:
    reversal = Payment.objects.create(
        org_id=invoice.org_id,
        invoice=invoice,
        amount=-payment.amount,
        paid_on=_today(invoice),
        method=payment.method,
        reference=payment.reference,
        reversal_of=payment,
        reason=reason,
        created_by_id=actor_id(),
    )
    invoice.amount_paid -= payment.amount
    return reversal


def _save(invoice: Invoice, action: str, payment: Payment, status_before: str) -> None:
    invoice.version += 1
    invoice.updated_on = clock.now()
    invoice.save(update_fields=["status", "amount_paid", "updated_on", "version"])
    paid = [str(invoice.amount_paid - payment.amount), str(invoice.amount_paid)]
    changes: dict[str, list[str | None]] = {"amount_paid": list(paid), "payment": [None, str(payment.id)]}
    if payment.reason:
        changes["reason"] = [None, payment.reason]
    changed = (status_before, invoice.status) if status_before != invoice.status else None
    if changed:
        changes["status"] = list(changed)
    history.write("invoice", invoice.id, action, changes, status=changed)


def _today(invoice: Invoice) -> date:
    zone = Organization.objects.values_list("time_zone", flat=True).get(id=invoice.org_id)
    return clock.today(zone)
