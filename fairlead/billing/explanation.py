"""How an invoice's amounts came about."""

from typing import Any
from uuid import UUID

from fairlead.billing import drafts, pricing, visibility
from fairlead.billing.domain.explain import explain
from fairlead.billing.models import Invoice
from fairlead.tenancy.context import current_org_id


def of(invoice_id: UUID) -> dict[str, Any]:
    """The steps from quantity and rate to the total, each with its formula, values and result."""
    visibility.require("read", invoice_id)
    draft = drafts.read(Invoice.objects.get(org_id=current_org_id(), id=invoice_id))
    totals = pricing.price(draft)
    steps = explain(pricing.priced_lines(draft), pricing.priced_amounts(draft), pricing.terms(draft), totals)
    return {
        "invoice": invoice_id,
        "currency": draft.invoice.currency,
        "total_amount": str(totals.total_amount),
        "steps": steps,
    }
