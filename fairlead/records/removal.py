"""Taking along what hangs on a record that is deleted."""

from uuid import UUID

from fairlead.records import attachments, links
from fairlead.records.models import Attachment, Comment
from fairlead.tenancy.context import current_org_id


def remove_all(kind: str, record_id: UUID) -> None:
    """Remove what hangs on a record, for the command that deletes it. Its history stays."""
    org_id = current_org_id()
    Comment.about(org_id, kind, record_id).delete()
    for attachment in Attachment.about(org_id, kind, record_id):
        attachments.delete(attachment)
    links.remove(record_id)
