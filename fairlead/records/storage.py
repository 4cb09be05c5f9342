"""Where files lie: a folder of this machine. The setting for S3 puts `bucket.Bucket` in its place."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

# What the name of a file ends in while it is being written.
PART = ".part"


class Folder(FileSystemStorage):
    """Django's folder, where a file appears whole or not at all, and is on the disk before its row is committed.

    A name that is there already is replaced.
    """

    def __init__(self, **options: Any) -> None:
        modes = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
        super().__init__(allow_overwrite=True, **{**modes, **options})

    def _save(self, name: str, content: Any) -> str:
        part = f"{name}.{secrets.token_hex(4)}{PART}"
        try:
            super()._save(part, content)  # type: ignore[misc]  # it is Django's documented hook
            _flush(Path(self.path(part)))
            Path(self.path(part)).replace(self.path(name))
        except BaseException:
            self.delete(part)
            raise
        self._flush_folders(Path(self.path(name)).parent)
        return name

    def _flush_folders(self, folder: Path) -> None:
        _flush(folder)
        if folder != Path(self.location):
            self._flush_folders(folder.parent)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
