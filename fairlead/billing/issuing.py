"""Issuing: the moment from which an invoice cannot change."""

from collections.abc import Callable
from datetime import timedelta

from fairlead.billing import numbering, printed
from fairlead.billing.drafts import Draft
from fairlead.billing.models import Invoice, IssuedDocument
from fairlead.foundation import clock
from fairlead.foundation.errors import InvalidInput
from fairlead.tenancy.context import actor_id
from fairlead.tenancy.models import Organization

# What the floors above want done for a document just issued, in the same transaction: `react(document)`.
on_issued: list[Callable[[IssuedDocument], None]] = []


def issue(draft: Draft) -> None:
    """Number and date a draft, freeze it, and keep what is printed on it. The caller writes the history."""
    invoice = draft.invoice
    organization = Organization.objects.get(id=invoice.org_id)
    if not invoice.number:
        series = numbering.series_of_invoices()
        numbering.take(invoice, series, clock.today(organization.time_zone))
    # Numbers are given to one at a time; what is dated after that is in the order of the numbers.
    invoice.issued_at = clock.now()
    _date(invoice, organization)
    invoice.status = invoice.open_status
    invoice.version += 1
    invoice.updated_on = invoice.issued_at
    invoice.save(force_update=True)
    _keep(draft, organization)


def _date(invoice: Invoice, organization: Organization) -> None:
    """An issue date that nobody gave is today; a due date that nobody gave follows from the terms of payment."""
    if invoice.issue_date is None:
        invoice.issue_date = clock.today(organization.time_zone)
    elif invoice.due_date and invoice.due_date < invoice.issue_date:
        raise InvalidInput.of("due_date", "Give a day that is not before the issue_date.")
    if invoice.due_date is None and invoice.payment_terms is not None:
        invoice.due_date = invoice.issue_date + timedelta(days=invoice.payment_terms)


def _keep(draft: Draft, organization: Organization) -> None:
    content, sha256 = printed.canonical(printed.document(draft, organization))
    document = IssuedDocument.objects.create(
        org_id=draft.invoice.org_id,
        invoice=draft.invoice,
        number=draft.invoice.number or "",
        content=content,
        sha256=sha256,
        issued_by_id=actor_id(),
    )
    for react in on_issued:
        react(document)
