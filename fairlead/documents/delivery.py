"""Sending an invoice by e-mail."""

from collections.abc import Sequence
from uuid import UUID

from fairlead.billing import drafts, invoices
from fairlead.billing.models import Invoice
from fairlead.documents import localization, originals
from fairlead.messaging import outbox
from fairlead.messaging.models import OutboundEmail
from fairlead.messaging.outbox import NewEmail
from fairlead.records import history
from fairlead.tenancy.models import Organization


def send(
    invoice_id: UUID,
    *,
    recipients: Sequence[str],
    subject: str,
    message: str,
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
) -> OutboundEmail:
    """Queue a mail with the invoice attached, in the caller's transaction; a draft is issued first.

    Raises `InvalidTransition` for a cancelled invoice, and `NotFound` or `NotPermitted`.
    """
    invoice = invoices.issue(invoice_id)
    document = originals.of_invoice(invoice_id)
    email = outbox.queue(
        NewEmail(
            kind=drafts.KIND,
            record_id=invoice_id,
            recipients=recipients,
            cc=cc,
            bcc=bcc,
            subject=subject,
            message=message,
            facts=_facts(invoice),
            language=invoice.language,
            attachment_kind=originals.ATTACHMENT,
            attachment_id=document.id if document else None,
        )
    )
    history.write(drafts.KIND, invoice_id, "mailed", {"email": [None, str(email.id)]})
    return email


def _facts(invoice: Invoice) -> list[tuple[str, str]]:
    """What the mail says of the invoice, in its language."""
    country = Organization.objects.get(id=invoice.org_id).country
    words = localization.of(invoice.language, country)
    facts = [
        (words.label("invoice"), invoice.number or ""),
        (words.label("total_due"), words.money(str(invoice.amount_due), invoice.currency)),
    ]
    return facts + (
        [(words.label("due"), words.date(invoice.due_date.isoformat()))] if invoice.due_date else []
    )
