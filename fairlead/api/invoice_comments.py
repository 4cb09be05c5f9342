"""Comments on an invoice."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from fairlead.api import invoice_reading as reading
from fairlead.api import outputs
from fairlead.api.access import may
from fairlead.api.invoice_inputs import CommentIn
from fairlead.api.invoice_outputs import CommentOut
from fairlead.api.seam import if_match
from fairlead.billing import visibility
from fairlead.billing.invoices import KIND
from fairlead.records import comments
from fairlead.records.models import Comment
from fairlead.tenancy.context import current_actor

router = Router()


@router.post("{uuid:record_id}/", response={201: CommentOut}, summary="Comment on an invoice")
@may("invoices.comment")
def add_comment(request: HttpRequest, record_id: UUID, data: CommentIn) -> HttpResponse:
    """`record_id` is the invoice's id."""
    visibility.require("invoices.comment", record_id)
    return _answer(comments.add(KIND, record_id, data.comment), status=201)


@router.put("{uuid:record_id}/", response=CommentOut, summary="Change a comment")
@may("comments.change")
def update_comment(request: HttpRequest, record_id: UUID, data: CommentIn) -> HttpResponse:
    """`record_id` is the comment's id. By its author or an admin."""
    return _change(request, record_id, data)


@router.patch("{uuid:record_id}/", response=CommentOut, summary="Change a comment")
@may("comments.change")
def patch_comment(request: HttpRequest, record_id: UUID, data: CommentIn) -> HttpResponse:
    """The same as PUT."""
    return _change(request, record_id, data)


@router.delete("{uuid:record_id}/", response=outputs.Done, summary="Remove a comment")
@may("comments.change")
def delete_comment(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """`record_id` is the comment's id. By its author or an admin."""
    _require_seen(record_id)
    comments.remove(KIND, record_id, if_match(request))
    return outputs.done("The comment is removed.", record_id)


def _change(request: HttpRequest, comment_id: UUID, data: CommentIn) -> HttpResponse:
    _require_seen(comment_id)
    return _answer(comments.change(KIND, comment_id, data.comment, if_match(request)))


def _require_seen(comment_id: UUID) -> None:
    visibility.require("invoices.read", comments.find(KIND, comment_id).record_id)


def _answer(comment: Comment, *, status: int = 200) -> HttpResponse:
    row = reading.sub_row("comments", current_actor(), comment.id)
    return outputs.json_text(row, status=status, version=comment.version)
