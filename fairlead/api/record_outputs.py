"""What any record's operations answer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema

from fairlead.api.outputs import Named, Person


class TagOut(Schema):
    """A tag on a record."""

    id: UUID
    name: str
    color: str


class RecordHistoryOut(Schema):
    id: UUID
    record: UUID
    updated_by: Person | None
    updated_on: datetime
    action: str
    status_changed_from: str | None
    status_changed_to: str | None
    changes: dict[str, list[Any]]


class CommentOut(Schema):
    id: UUID
    comment: str
    commented_by: Person
    commented_on: datetime


class AttachmentOut(Schema):
    id: UUID
    file_name: str
    content_type: str
    size: int
    sha256: str
    url: str
    uploaded_by: Person
    uploaded_on: datetime


class AddressOut(Schema):
    address_line: str
    street: str
    city: str
    state: str
    postcode: str
    country: str


class RecordRow(Schema):
    """What every record has in a list."""

    id: UUID
    assigned_to: list[UUID]
    teams: list[UUID]
    tags: list[UUID]
    created_by: UUID | None
    created_on: datetime
    updated_on: datetime
    archived_on: datetime | None


class RecordOut(Schema):
    """What every record has in full; the sub-lists show their newest 50."""

    id: UUID
    description: str
    assigned_to: list[Person]
    teams: list[Named]
    tags: list[TagOut]
    created_by: Person | None
    org: Named
    created_on: datetime
    updated_on: datetime
    archived_on: datetime | None
    history: list[RecordHistoryOut]
    comments: list[CommentOut]
    attachments: list[AttachmentOut]
