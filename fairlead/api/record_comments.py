"""Comments on a record of any kind."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from fairlead.api import outputs, record_reading
from fairlead.api.access import may
from fairlead.api.naming import named_after
from fairlead.api.record_inputs import CommentIn
from fairlead.api.record_outputs import CommentOut
from fairlead.api.seam import if_match
from fairlead.records import comments, visibility
from fairlead.records.kinds import Kind
from fairlead.records.models import Comment
from fairlead.tenancy.context import current_actor


def router(kind: Kind) -> Router:
    """The operations at `/<resource>/comment/`."""
    made = Router()
    place = named_after(f"{kind.name}_comments")

    @made.post("{uuid:record_id}/", response={201: CommentOut}, summary=f"Comment on {kind.article}")
    @may(kind.action("comment"))
    @place
    def add_comment(request: HttpRequest, record_id: UUID, data: CommentIn) -> HttpResponse:
        """`record_id` is the id of the record that you comment on."""
        visibility.require(kind, "comment", record_id)
        return answer(comments.add(kind, record_id, data.comment), status=201)

    @made.put("{uuid:record_id}/", response=CommentOut, summary="Change a comment")
    @may(kind.action("change_comment"))
    @place
    def update_comment(request: HttpRequest, record_id: UUID, data: CommentIn) -> HttpResponse:
        """`record_id` is the comment's id. By its author or an admin."""
        return change(request, record_id, data)

    @made.patch("{uuid:record_id}/", response=CommentOut, summary="Change a comment")
    @may(kind.action("change_comment"))
    @place
    def patch_comment(request: HttpRequest, record_id: UUID, data: CommentIn) -> HttpResponse:
        """The same as PUT."""
        return change(request, record_id, data)

    @made.delete("{uuid:record_id}/", response=outputs.Done, summary="Remove a comment")
    @may(kind.action("change_comment"))
    @place
    def delete_comment(request: HttpRequest, record_id: UUID) -> HttpResponse:
        """`record_id` is the comment's id. By its author or an admin."""
        require_seen(record_id)
        comments.remove(kind, record_id, if_match(request))
        return outputs.done("The comment is removed.", record_id)

    def change(request: HttpRequest, comment_id: UUID, data: CommentIn) -> HttpResponse:
        require_seen(comment_id)
        return answer(comments.change(kind, comment_id, data.comment, if_match(request)))

    def require_seen(comment_id: UUID) -> None:
        visibility.require(kind, "read", comments.find(kind, comment_id).record_id)

    def answer(comment: Comment, *, status: int = 200) -> HttpResponse:
        row = record_reading.sub_row(rows, current_actor(), comment.id)
        return outputs.json_text(row, status=status, version=comment.version)

    rows = record_reading.sub_lists(kind, "r")["comments"]
    return made
