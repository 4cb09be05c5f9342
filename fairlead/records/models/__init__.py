"""The tables of records."""

from fairlead.records.models.attachment import Attachment
from fairlead.records.models.base import AboutRecord
from fairlead.records.models.comment import Comment
from fairlead.records.models.history import HistoryEntry
from fairlead.records.models.idempotency import ReplayedRequest
from fairlead.records.models.links import AssignedTeam, Assignee, Link, Tag, Tagging
from fairlead.records.models.managed import ManagedRecord

__all__ = [
    "AboutRecord",
    "AssignedTeam",
    "Assignee",
    "Attachment",
    "Comment",
    "HistoryEntry",
    "Link",
    "ManagedRecord",
    "ReplayedRequest",
    "Tag",
    "Tagging",
]
