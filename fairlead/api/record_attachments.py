"""Files attached to a record of any kind."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import FileResponse, HttpResponseBase
from ninja import File, Router
from ninja.files import UploadedFile

from fairlead.api import outputs, record_reading
from fairlead.api.access import may
from fairlead.api.naming import named_after
from fairlead.api.record_outputs import AttachmentOut
from fairlead.api.seam import if_match
from fairlead.records import attachments, downloads, visibility
from fairlead.records.kinds import Kind
from fairlead.tenancy.context import current_actor


def router(kind: Kind) -> Router:
    """The operations at `/<resource>/attachment/`."""
    made = Router()
    place = named_after(f"{kind.name}_attachments")

    @made.post("{uuid:record_id}/", response={201: AttachmentOut}, summary="Attach a file")
    @may(kind.action("attach"))
    @place
    def add_attachment(request: HttpRequest, record_id: UUID, attachment: File[UploadedFile]) -> HttpResponse:
        """`record_id` is the id of the record. The type is told from the content, not from what the sender says."""
        visibility.require(kind, "attach", record_id)
        added = attachments.add(kind, record_id, attachment)
        row = record_reading.sub_row(rows, current_actor(), added.id)
        return outputs.json_text(row, status=201, version=attachments.VERSION)

    @made.get("{uuid:record_id}/", response={200: outputs.AnyFile}, summary="Download a file")
    @may(kind.action("read"))
    @place
    def download_attachment(request: HttpRequest, record_id: UUID) -> HttpResponseBase:
        """`record_id` is the attachment's id. Always to be saved, never shown."""
        require_seen(record_id)
        row, file = attachments.open(kind, record_id)
        response = FileResponse(file)
        for name, value in downloads.headers(row.file_name, row.content_type, row.size).items():
            response[name] = value
        return response

    @made.delete("{uuid:record_id}/", response=outputs.Done, summary="Remove a file")
    @may(kind.action("remove_attachment"))
    @place
    def delete_attachment(request: HttpRequest, record_id: UUID) -> HttpResponse:
        """`record_id` is the attachment's id. By its uploader or an admin."""
        require_seen(record_id)
        attachments.remove(kind, record_id, if_match(request))
        return outputs.done("The file is removed.", record_id)

    def require_seen(attachment_id: UUID) -> None:
        visibility.require(kind, "read", attachments.find(kind, attachment_id).record_id)

    rows = record_reading.sub_lists(kind, "r")["attachments"]
    return made
