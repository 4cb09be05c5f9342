"""The tables of records."""

from fairlead.records.models.attachment import Attachment
from fairlead.records.models.base import AboutRecord
from fairlead.records.models.comment import Comment
from fairlead.records.models.history import HistoryEntry
from fairlead.records.models.idempotency import ReplayedRequest

__all__ = ["AboutRecord", "Attachment", "Comment", "HistoryEntry", "ReplayedRequest"]
