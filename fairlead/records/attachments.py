"""Files that members put to a record. Who sees the record may attach; the uploader or an admin may remove."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet

from fairlead.foundation import versions
from fairlead.foundation.errors import InvalidInput, NotFound
from fairlead.records import content_types, file_names, files, history, visibility
from fairlead.records.kinds import Kind
from fairlead.records.models import Attachment
from fairlead.records.uploads import too_large
from fairlead.tenancy import policy
from fairlead.tenancy.context import current_actor, current_org_id
from fairlead.tenancy.policy import Relation

FOLDER = "attachments"
# An attachment never changes.
VERSION = 1


@dataclass(frozen=True, slots=True)
class _Content:
    size: int
    sha256: str
    content_type: str


def add(kind: Kind, record_id: UUID, upload: "UploadedFile[bytes]") -> Attachment:
    """Keep an uploaded file. The caller has made sure that who acts sees the record, and is in `files.settled`.

    Raises `TooLarge`, `InvalidInput` (empty), `NoRoom`, `UpstreamFailed`, `NotFound` (merged away since); then neither
    row nor file is left.
    """
    content = _examine(upload)
    key = files.new_key(FOLDER)
    with files.guarded(key, named):
        files.store(key, upload)
        visibility.hold(kind, record_id)
        attachment = Attachment.objects.create(
            org_id=current_org_id(),
            kind=kind.name,
            record_id=record_id,
            file_name=file_names.clean(upload.name or ""),
            content_type=content.content_type,
            size=content.size,
            sha256=content.sha256,
            storage_key=key,
            uploaded_by_id=current_actor().user_id,
        )
        history.write(kind.name, record_id, "attached", {"attachment": [None, attachment.file_name]})
    return attachment


def about(kind: Kind, record_id: UUID) -> QuerySet[Attachment]:
    """The record's attachments with their uploaders, newest first."""
    return Attachment.about(current_org_id(), kind.name, record_id).select_related("uploaded_by")


def find(kind: Kind, attachment_id: UUID) -> Attachment:
    """An attachment of a record of this kind, for the caller to look whether its record is seen. Raises `NotFound`."""
    rows = Attachment.objects.select_related("uploaded_by")
    attachment = rows.filter(org_id=current_org_id(), kind=kind.name, id=attachment_id).first()
    if attachment is None:
        raise NotFound
    return attachment


def open(kind: Kind, attachment_id: UUID) -> "tuple[Attachment, File[bytes]]":  # noqa: A001
    """The attachment and its file, which the caller closes. Raises `NotFound`, `UpstreamFailed`."""
    attachment = find(kind, attachment_id)
    return attachment, files.load(attachment.storage_key)


def remove(kind: Kind, attachment_id: UUID, expected: versions.Expected = None) -> None:
    """Take an attachment away; its file goes when the transaction has ended well.

    Raises `NotFound`, `NotPermitted`, `StaleVersion`.
    """
    attachment = find(kind, attachment_id)
    actor = current_actor()
    brought_it = attachment.uploaded_by_id == actor.user_id
    policy.require(
        kind.action("remove_attachment"), actor, Relation.CREATOR if brought_it else Relation.MEMBER
    )
    versions.require(VERSION, expected)
    delete(attachment)
    history.write(
        kind.name, attachment.record_id, "attachment removed", {"attachment": [attachment.file_name, None]}
    )


def delete(attachment: Attachment) -> None:
    """The row now, its file after the commit. Raises `NotFound` where another was first."""
    deleted, _ = Attachment.objects.filter(org_id=current_org_id(), id=attachment.id).delete()
    if not deleted:
        raise NotFound
    transaction.on_commit(partial(files.discard, attachment.storage_key))


def remove_orphans() -> int:
    """A day's job: remove the files that a killed process left without a row; returns how many."""
    return files.sweep(FOLDER, named)


def named(keys: Collection[str]) -> set[str]:
    """Of these keys of files, the ones that a row of the bound organization names."""
    rows = Attachment.objects.filter(org_id=current_org_id(), storage_key__in=keys)
    return set(rows.values_list("storage_key", flat=True))


def _examine(upload: "UploadedFile[bytes]") -> _Content:
    size, digest, head = 0, hashlib.sha256(), b""
    for chunk in upload.chunks():
        size += len(chunk)
        if size > settings.MAX_ATTACHMENT_BYTES:
            raise too_large()
        digest.update(chunk)
        head = head or chunk[: content_types.HEAD]
    if not size:
        raise InvalidInput.of("attachment", "This file is empty: choose one that holds something.")
    return _Content(size, digest.hexdigest(), content_types.sniff(head))
