"""Files attached to an invoice."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import FileResponse, HttpResponseBase
from ninja import File, Router
from ninja.files import UploadedFile

from fairlead.api import invoice_reading as reading
from fairlead.api import outputs
from fairlead.api.access import may
from fairlead.api.invoice_outputs import AttachmentOut
from fairlead.api.seam import if_match
from fairlead.billing import visibility
from fairlead.billing.invoices import KIND
from fairlead.records import attachments, downloads
from fairlead.tenancy.context import current_actor

router = Router()


@router.post("{uuid:record_id}/", response={201: AttachmentOut}, summary="Attach a file")
@may("invoices.attach")
def add_attachment(request: HttpRequest, record_id: UUID, attachment: File[UploadedFile]) -> HttpResponse:
    """`record_id` is the invoice's id. The type is told from the content, not from what the sender says."""
    visibility.require("invoices.attach", record_id)
    added = attachments.add(KIND, record_id, attachment)
    row = reading.sub_row("attachments", current_actor(), added.id)
    return outputs.json_text(row, status=201, version=attachments.VERSION)


@router.get("{uuid:record_id}/", response={200: outputs.AnyFile}, summary="Download a file")
@may("invoices.read")
def download_attachment(request: HttpRequest, record_id: UUID) -> HttpResponseBase:
    """`record_id` is the attachment's id. Always to be saved, never shown."""
    _require_seen(record_id)
    row, file = attachments.open(KIND, record_id)
    response = FileResponse(file)
    for name, value in downloads.headers(row.file_name, row.content_type, row.size).items():
        response[name] = value
    return response


@router.delete("{uuid:record_id}/", response=outputs.Done, summary="Remove a file")
@may("attachments.delete")
def delete_attachment(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """`record_id` is the attachment's id. By its uploader or an admin."""
    _require_seen(record_id)
    attachments.remove(KIND, record_id, if_match(request))
    return outputs.done("The file is removed.", record_id)


def _require_seen(attachment_id: UUID) -> None:
    visibility.require("invoices.read", attachments.find(KIND, attachment_id).record_id)
