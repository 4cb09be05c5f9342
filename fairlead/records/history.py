"""What became of a record: every change, in the transaction that makes it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from fairlead.records.models import HistoryEntry
from fairlead.records.models.history import EMPTY
from fairlead.tenancy import rows
from fairlead.tenancy.context import actor_id, current_org_id

Changes = Mapping[str, list[Any]]


def write(
    kind: str, record_id: UUID, action: str, changes: Changes, status: tuple[str, str] | None = None
) -> HistoryEntry:
    """Note that who acts now did `action`.

    `changes` is {field: [before, after]} in values that JSON has; `status` the one before and the one after, where it
    changed.
    """
    made = entry(kind, record_id, action, changes, status)
    rows.insert(made)
    return made


def entry(
    kind: str, record_id: UUID, action: str, changes: Changes, status: tuple[str, str] | None = None
) -> HistoryEntry:
    """What `write` stores, for who stores it together with something else."""
    before, after = status or (None, None)
    return HistoryEntry(
        org_id=current_org_id(),
        kind=kind,
        record_id=record_id,
        updated_by_id=actor_id(),
        action=action,
        status_changed_from=before,
        status_changed_to=after,
        changes=dict(changes),
    )


def empty(kind: str, record_ids: Sequence[UUID]) -> None:
    """Take the values out of these records' history, for good: who changed which field, and when, stays."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {EMPTY}(%s, %s)", [kind, list(record_ids)])


def about(kind: str, record_id: UUID) -> QuerySet[HistoryEntry]:
    """The record's history, newest first."""
    return HistoryEntry.about(current_org_id(), kind, record_id).select_related("updated_by")
