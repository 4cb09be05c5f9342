"""The payments of an invoice."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from fairlead.api import invoice_reading as reading
from fairlead.api import invoice_sublists as sublists
from fairlead.api import outputs
from fairlead.api.access import may
from fairlead.api.invoice_inputs import PaymentIn, ReversalIn
from fairlead.api.invoice_outputs import PaymentOut
from fairlead.api.pages import Listed, Page
from fairlead.api.record_reading import sub_row
from fairlead.billing import payments
from fairlead.tenancy.context import current_actor

router = Router()


@router.get("{uuid:invoice_id}/payments/", response=Listed[PaymentOut], summary="List payments")
@may("invoices.read")
def list_payments(request: HttpRequest, invoice_id: UUID, page: Query[Page]) -> HttpResponse:
    """Payments and reversals, newest first. Order by created_on."""
    return sublists.answer(request, invoice_id, "payments", page)


@router.post("{uuid:invoice_id}/payments/", response={201: PaymentOut}, summary="Record a payment")
@may("invoices.pay")
def record_payment(request: HttpRequest, invoice_id: UUID, data: PaymentIn) -> HttpResponse:
    """At most what is due. What settles the balance makes the invoice Paid; `paid_on` is today unless given."""
    payment = payments.record(
        invoice_id, data.amount, paid_on=data.paid_on, method=data.method, reference=data.reference
    )
    return outputs.json_text(sub_row(reading.SUB_LISTS["payments"], current_actor(), payment.id), status=201)


@router.post(
    "{uuid:invoice_id}/payments/{uuid:payment_id}/reverse/", response=PaymentOut, summary="Reverse a payment"
)
@may("invoices.reverse_payment")
def reverse_payment(
    request: HttpRequest, invoice_id: UUID, payment_id: UUID, data: ReversalIn
) -> HttpResponse:
    """Adds an entry that takes the payment back; answers that entry. A paid invoice is open again."""
    reversal = payments.reverse(invoice_id, payment_id, data.reason)
    return outputs.json_text(sub_row(reading.SUB_LISTS["payments"], current_actor(), reversal.id))
