"""The PDF that a member downloads: the original, a stamped copy of it, or a draft with its mark."""

import json
from uuid import UUID

from fairlead.billing import drafts, printed, visibility
from fairlead.billing.domain.lifecycle import Status
from fairlead.billing.models import Invoice
from fairlead.documents import originals, pdf
from fairlead.documents.view import Mark
from fairlead.tenancy.context import current_org_id
from fairlead.tenancy.models import Organization

_STAMPS: dict[str, Mark] = {Status.PAID.value: "paid", Status.CANCELLED.value: "cancelled"}


def of_invoice(invoice_id: UUID, *, stamped: bool = False) -> tuple[str, bytes]:
    """The file name and the PDF. A copy is stamped where the invoice is Paid or Cancelled; else it is the original."""
    visibility.require("download", invoice_id)
    invoice = Invoice.objects.get(org_id=current_org_id(), id=invoice_id)
    document = originals.of_invoice(invoice_id)
    stamp = _STAMPS.get(invoice.status)
    if document is None:
        return originals.file_name(invoice.number), _unissued(invoice, stamp or "draft")
    if not (stamped and stamp):
        return originals.file_name(document.number), originals.read(document.id)
    content = json.loads(document.content)
    logo = originals.logo(content["brand"]["logo_sha256"])
    name = originals.file_name(f"{document.number}-{stamp}")
    return name, pdf.render(content, logo=logo, mark=stamp, at=document.created_on)


def _unissued(invoice: Invoice, mark: Mark) -> bytes:
    organization = Organization.objects.get(id=invoice.org_id)
    content = printed.document(drafts.read(invoice), organization)
    logo = originals.logo(content["brand"]["logo_sha256"])
    return pdf.render(content, logo=logo, mark=mark, at=invoice.updated_on)
