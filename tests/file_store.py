"""For tests of files: uploads, what lies in the store, and disks that are full."""

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile, UploadedFile

from fairlead.billing.visibility import INVOICE
from fairlead.foundation.ids import new_id
from fairlead.records import attachments, files
from fairlead.records.models import Attachment, HistoryEntry
from fairlead.tenancy.context import organization
from tests.world import Person

KIND = INVOICE
MEGABYTE = 1024**2


def small(content: bytes = b"%PDF-1.7\nhello", name: str = "offer.pdf") -> "UploadedFile[bytes]":
    """An upload as Django keeps it in memory. The client lies about its type."""
    return SimpleUploadedFile(name, content, content_type="text/html")


def large(content: bytes, name: str = "scan.bin") -> "UploadedFile[bytes]":
    """An upload as Django spools it to a temporary file."""
    upload = TemporaryUploadedFile(name, "text/html", len(content), None)
    upload.write(content)
    upload.flush()
    upload.seek(0)
    return upload


def attach(person: Person, record_id: UUID, upload: "UploadedFile[bytes] | None" = None) -> Attachment:
    """Attach in a transaction of its own, as the API does."""
    with files.settled(), organization(person.org_id, person.actor):
        return attachments.add(KIND, record_id, upload or small())


def content_of(person: Person, attachment: Attachment) -> bytes:
    """What is read back of it."""
    with organization(person.org_id, person.actor):
        _, file = attachments.open(KIND, attachment.id)
        with file:
            content: bytes = file.read()
            return content


def rows_of(person: Person, record_id: UUID) -> list[Attachment]:
    """The record's attachments, as its organization sees them."""
    with organization(person.org_id, person.actor):
        return list(attachments.about(KIND, record_id))


def history_of(person: Person, record_id: UUID) -> list[str]:
    """What was done to the record, newest first."""
    with organization(person.org_id):
        return [entry.action for entry in HistoryEntry.about(person.org_id, KIND.name, record_id)]


def stored(folder: Path) -> list[Path]:
    """Every file below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def assert_nothing_of(person: Person, record_id: UUID, folder: Path) -> None:
    """Neither row, nor history, nor file."""
    assert rows_of(person, record_id) == []
    assert history_of(person, record_id) == []
    assert stored(folder) == []


def a_record() -> UUID:
    """The id of a record that nothing hangs on yet."""
    return new_id()


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Leave room for one megabyte in the folder: a real small file system where we may mount one, else a limit."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "fairlead-test", str(folder)]
    if os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0:
        try:
            yield
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        return
    with limited_file_size(MEGABYTE):
        yield


@contextmanager
def limited_file_size(most: int) -> Iterator[None]:
    """No file of this process may grow beyond this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Python ignores the signal, so that the write fails instead.
    assert signal.getsignal(signal.SIGXFSZ) == signal.SIG_IGN
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
