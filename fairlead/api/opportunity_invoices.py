"""From an opportunity to its invoice."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from fairlead.api import invoice_reading, outputs
from fairlead.api.access import may
from fairlead.api.invoice_outputs import Invoice
from fairlead.billing import opportunity_invoices
from fairlead.tenancy.context import current_actor

router = Router()


@router.post("{uuid:record_id}/invoice/", response={201: Invoice}, summary="Invoice an opportunity")
@may("opportunities.invoice")
def invoice(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """A draft for its account, with its lines, or else with one line of its amount. A lost one is not invoiced.

    An API token needs the scope to write invoices, too. With an Idempotency-Key it happens once.
    """
    invoice_id = opportunity_invoices.make(record_id)
    version, text = invoice_reading.detail(current_actor(), invoice_id)
    return outputs.json_text(text, status=201, version=version)
