"""The contents of files, behind Django's storage. A key is ours, never a caller's: `new_key`, or what a row's id makes.

The storage knows no transaction. So a file is written before the row that names it, under `guarded`; and `settled`,
around the transaction, looks afterwards whether the row has stayed, and removes the file where it has not.
`sweep` finds what a killed process has left.
"""

import errno
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from fairlead.foundation.clock import now
from fairlead.foundation.errors import NoRoom, UpstreamFailed
from fairlead.records.storage import PART
from fairlead.tenancy.context import current_org_id, organization
from fairlead.tenancy.models import Organization

# Of these keys, the ones that a row of the bound organization names.
Named = Callable[[Collection[str]], set[str]]

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
# Longer than any request or job lasts.
ORPHAN_AFTER = timedelta(days=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Written:
    org_id: UUID
    key: str
    named: Named


_unsettled: ContextVar[set[_Written] | None] = ContextVar("unsettled_files", default=None)


def new_key(folder: str) -> str:
    """A random key in a folder of the bound organization."""
    random = secrets.token_hex(20)
    return f"{current_org_id()}/{folder}/{random[:2]}/{random}"


def store(key: str, content: "File[bytes] | bytes") -> None:
    """Write the file, whole or not at all; one that is there is replaced. Raises `NoRoom`, `UpstreamFailed`."""
    with explained():
        _storage().save(key, ContentFile(content) if isinstance(content, bytes) else content)


def read(key: str) -> bytes:
    """The whole file. Raises `UpstreamFailed`, also where it is missing: a row that names it promised it."""
    with explained(), load(key) as file:
        content: bytes = file.read()
        return content


def load(key: str) -> "File[bytes]":
    """The file, opened for reading; the caller closes it. Raises as `read` does."""
    with explained():
        return _storage().open(key)


def all_keys(folder: str = "") -> Iterator[str]:
    """The key of every file of every organization, below a folder; none that is only being written."""
    folders, names = _names(folder)
    yield from (_below(folder, name) for name in sorted(names) if not name.endswith(PART))
    for inner in sorted(folders):
        yield from all_keys(_below(folder, inner))


def discard(key: str) -> None:
    """Remove the file if the storage lets us; `sweep` will try again."""
    try:
        _storage().delete(key)
    except OSError as error:
        log.warning("file_not_removed", key=key, error=type(error).__name__)


@contextmanager
def guarded(key: str, named: Named) -> Iterator[None]:
    """Store a new file and make its row in here: an error removes the file at once, a later rollback in `settled`."""
    written = _Written(current_org_id(), key, named)
    unsettled = _unsettled.get()
    if unsettled is not None:
        unsettled.add(written)
        transaction.on_commit(partial(unsettled.discard, written))
    try:
        yield
    except BaseException:
        discard(key)
        raise


@contextmanager
def settled() -> Iterator[None]:
    """Put this around a transaction that may store files: those whose rows did not stay are gone when it ends."""
    unsettled: set[_Written] = set()
    token = _unsettled.set(unsettled)
    try:
        yield
    except (OperationalError, InterfaceError):
        # Perhaps it has committed and could not say so: not now, but `sweep` can tell.
        unsettled.clear()
        raise
    finally:
        _unsettled.reset(token)
        for written in unsettled:
            _settle(written)


def sweep(folder: str, named: Named) -> int:
    """Remove what no row has named for a day, in every organization; returns how many. Not in a transaction."""
    return sum(_sweep(org_id, folder, named) for org_id in Organization.objects.values_list("id", flat=True))


def orphans(org_id: UUID, folder: str, named: Named) -> set[str]:
    """The keys in an organization's folder that no row has named for a day."""
    keys = list(_old_files(f"{org_id}/{folder}"))
    with organization(org_id):
        return set(keys) - named(keys)


@contextmanager
def explained() -> Iterator[None]:
    """Turn a storage's trouble into words: `NoRoom` where it is full or read-only, else `UpstreamFailed`."""
    try:
        yield
    except OSError as error:
        log.error("storage_failed", error=type(error).__name__, errno=error.errno)
        if error.errno in _NO_ROOM:
            raise NoRoom(
                "The storage of files is full or read-only. Nothing was kept; ask whoever runs it."
            ) from error
        raise UpstreamFailed("The storage of files does not answer as it should. Try again later.") from error


def _settle(written: _Written) -> None:
    if connection.in_atomic_block:
        return
    try:
        with organization(written.org_id):
            if written.named([written.key]):
                return
    except DatabaseError as error:
        log.warning("file_not_settled", key=written.key, error=type(error).__name__)
    else:
        discard(written.key)


def _sweep(org_id: UUID, folder: str, named: Named) -> int:
    found = orphans(org_id, folder, named)
    for key in found:
        discard(key)
    return len(found)


def _old_files(folder: str) -> Iterator[str]:
    before = now() - ORPHAN_AFTER
    for shelf in _names(folder)[0]:
        for name in _names(f"{folder}/{shelf}")[1]:
            key = f"{folder}/{shelf}/{name}"
            if (written := _written_at(key)) and written < before:
                yield key


def _below(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _names(folder: str) -> tuple[list[str], list[str]]:
    try:
        return _storage().listdir(folder)
    except FileNotFoundError:
        return [], []


def _written_at(key: str) -> datetime | None:
    try:
        return _storage().get_modified_time(key)
    except FileNotFoundError:
        return None


def _storage() -> Storage:
    return storages["default"]
