"""Files: what the storage holds beside what the rows say of it."""

import hashlib
from collections.abc import Iterator
from typing import IO

from django.db import connection

from fairlead.cli.doctor.rule import Rule
from fairlead.documents import originals
from fairlead.foundation.errors import UpstreamFailed
from fairlead.records import attachments, files
from fairlead.tenancy.context import current_org_id

_CHUNK = 1024**2
_TABLES = {"documents_storedpdf": "PDF of issued document", "records_attachment": "attachment"}


def _damaged() -> Iterator[str]:
    for table, thing in _TABLES.items():
        for row_id, key, size, sha256 in _rows(table):
            wrong = _wrong(key, size, sha256)
            # Somebody may have taken the attachment away meanwhile.
            if wrong and _rows(table, key):
                yield f"{thing} {row_id}: {wrong} ({key})"


def _orphans() -> Iterator[str]:
    for folder, named in ((originals.FOLDER, originals.named), (attachments.FOLDER, attachments.named)):
        yield from sorted(files.orphans(current_org_id(), folder, named))


def _rows(table: str, key: str | None = None) -> list[tuple[str, str, int, str]]:
    column = "document_id" if table == "documents_storedpdf" else "id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column}::text, storage_key, size, sha256 FROM {table}"
            " WHERE org_id = %s AND storage_key = coalesce(%s, storage_key) ORDER BY id",
            [current_org_id(), key],
        )
        return list(cursor.fetchall())


def _wrong(key: str, size: int, sha256: str) -> str:
    try:
        with files.load(key) as file:
            found_size, found_sha256 = _digest(file)
    except UpstreamFailed:
        return "its file is missing or cannot be read"
    if found_size != size:
        return f"its file has {found_size} bytes, not {size}"
    return "" if found_sha256 == sha256 else "its file is not the one that was stored"


def _digest(file: IO[bytes]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


RULES = (
    Rule(
        name="files.whole",
        means="Every stored PDF and every attachment has its file, with its size and its SHA-256.",
        do="Bring the named files back from the latest backup, under the same names.",
        query=_damaged,
    ),
    Rule(
        name="files.orphans",
        means="No file lies in the storage for more than a day without a row that names it.",
        do="A running worker removes them each day. If they stay: see that it runs, and that it may delete there.",
        query=_orphans,
    ),
)
