"""The stored files of an installation, attachments and PDFs, out of a storage of any kind and into one."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.base import File

from fairlead.cli import archive
from fairlead.cli.trouble import Trouble
from fairlead.foundation.errors import UpstreamFailed
from fairlead.records import files

FOLDER = "files"


def add_new(backup: archive.Writer) -> int:
    """Put in every file that is not in yet; returns how many. One that is removed meanwhile is left out."""
    return sum(_add(backup, key) for key in files.all_keys() if f"{FOLDER}/{key}" not in backup)


def require_empty() -> None:
    """Raise Trouble where the storage holds files already."""
    if next(files.all_keys(), None) is not None:
        raise Trouble("The storage holds files already: restore into an empty folder, or an empty bucket.")


@contextmanager
def restored(backup: archive.Reader) -> Iterator[None]:
    """Store every file; they are removed again where what is done in here fails."""
    stored: list[str] = []
    try:
        for name in backup.names(FOLDER):
            stored.append(name.removeprefix(f"{FOLDER}/"))
            with backup.open(name) as content:
                files.store(stored[-1], File(content))
        yield
    except BaseException:
        for key in stored:
            files.discard(key)
        raise


def _add(backup: archive.Writer, key: str) -> bool:
    try:
        file = files.load(key)
    except UpstreamFailed as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return False
        raise
    with file:
        backup.add(f"{FOLDER}/{key}", file, file.size)
    return True
