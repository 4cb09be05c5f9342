"""An invoice on its way: its PDF, and mails with it."""

from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from fairlead.api import invoice_reading as reading
from fairlead.api import outputs
from fairlead.api.access import may
from fairlead.api.invoice_inputs import MailIn
from fairlead.api.invoice_outputs import MailQueued
from fairlead.api.record_reading import sub_row
from fairlead.api.types import Flag
from fairlead.documents import copies, delivery
from fairlead.messaging.models import OutboundEmail
from fairlead.records import downloads
from fairlead.tenancy.context import current_actor

router = Router()


class DownloadQuery(Schema):
    stamped: Annotated[Flag | None, Field(description="A copy marked Paid or Cancelled, where it is.")] = None


@router.post("{uuid:invoice_id}/send-mail/", response=MailQueued, summary="Send an invoice")
@may("invoices.send")
def send_mail(request: HttpRequest, invoice_id: UUID, data: MailIn) -> HttpResponse:
    """Queue a mail with the PDF attached; a draft is issued first. Its fate stands in the invoice's `emails`."""
    email = delivery.send(invoice_id, **data.model_dump())
    row = sub_row(reading.SUB_LISTS["emails"], current_actor(), email.id)
    return outputs.json_text(f'{{"message": {outputs.dump(_message(email))}, "email": {row}}}')


@router.api_operation(
    ["GET", "POST"], "{uuid:invoice_id}/download/", response={200: outputs.Pdf}, summary="Download the PDF"
)
@may("invoices.download", replayable=False)
def download(request: HttpRequest, invoice_id: UUID, query: Query[DownloadQuery]) -> HttpResponse:
    """Issued: the stored original, always the same bytes. A draft bears its mark."""
    name, content = copies.of_invoice(invoice_id, stamped=bool(query.stamped))
    return HttpResponse(content, headers=downloads.headers(name, "application/pdf", len(content)))


def _message(email: OutboundEmail) -> str:
    if settings.SMTP_URL:
        return "The mail is queued."
    return (
        "The mail is queued. No mail server is set (FAIRLEAD_SMTP_URL), so it will be written to"
        f" mail/{email.message_id.strip('<>')}.eml in the data folder."
    )
