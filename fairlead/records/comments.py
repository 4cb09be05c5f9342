"""Comments on a record. Who sees the record may comment; the author or an admin may change or remove."""

from uuid import UUID

from django.db.models import QuerySet

from fairlead.foundation import versions
from fairlead.foundation.errors import NotFound
from fairlead.records import history, visibility
from fairlead.records.kinds import Kind
from fairlead.records.models import Comment
from fairlead.tenancy import policy
from fairlead.tenancy.context import current_actor, current_org_id
from fairlead.tenancy.policy import Relation


def add(kind: Kind, record_id: UUID, text: str) -> Comment:
    """Comment on a record. The caller has made sure that who acts sees it. Raises `NotFound` (merged away since)."""
    visibility.hold(kind, record_id)
    comment = Comment.objects.create(
        org_id=current_org_id(),
        kind=kind.name,
        record_id=record_id,
        text=text,
        commented_by_id=current_actor().user_id,
    )
    history.write(kind.name, record_id, "commented", {"comment": [None, text]})
    return comment


def about(kind: Kind, record_id: UUID) -> QuerySet[Comment]:
    """The record's comments with their authors, newest first."""
    return Comment.about(current_org_id(), kind.name, record_id).select_related("commented_by")


def find(kind: Kind, comment_id: UUID) -> Comment:
    """A comment on a record of this kind, for the caller to look whether its record is seen. Raises `NotFound`."""
    return _get(Comment.objects.select_related("commented_by"), kind, comment_id)


def change(kind: Kind, comment_id: UUID, text: str, expected: versions.Expected = None) -> Comment:
    """Say it otherwise; the same text again changes nothing. Raises `NotFound`, `NotPermitted`, `StaleVersion`."""
    comment = _own(kind, comment_id, expected)
    before, comment.text = comment.text, text
    if before == text:
        return comment
    comment.version += 1
    comment.save(update_fields=["text", "version"])
    history.write(kind.name, comment.record_id, "comment changed", {"comment": [before, text]})
    return comment


def remove(kind: Kind, comment_id: UUID, expected: versions.Expected = None) -> None:
    """Take a comment back. Raises `NotFound`, `NotPermitted`, `StaleVersion`."""
    comment = _own(kind, comment_id, expected)
    comment.delete()
    history.write(kind.name, comment.record_id, "comment removed", {"comment": [comment.text, None]})


def _own(kind: Kind, comment_id: UUID, expected: versions.Expected) -> Comment:
    comment = _get(Comment.objects.select_for_update(), kind, comment_id)
    actor = current_actor()
    wrote_it = comment.commented_by_id == actor.user_id
    policy.require(kind.action("change_comment"), actor, Relation.CREATOR if wrote_it else Relation.MEMBER)
    versions.require(comment.version, expected)
    return comment


def _get(comments: QuerySet[Comment], kind: Kind, comment_id: UUID) -> Comment:
    comment = comments.filter(org_id=current_org_id(), kind=kind.name, id=comment_id).first()
    if comment is None:
        raise NotFound
    return comment
