"""Files in S3, or what speaks like it. Loaded only where the settings name a bucket, for boto is slow to load."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
from storages.backends.s3 import S3Storage

# Shorter, tries included, than the database bears with an idle transaction.
_PATIENCE = Config(connect_timeout=3, read_timeout=8, retries={"max_attempts": 1, "mode": "standard"})
_KEPT_IN_MEMORY = 2 * 1024**2


class Bucket(S3Storage):  # type: ignore[misc]
    """django-storages' bucket, whose troubles are `OSError` as those of a folder are. A name there is replaced."""

    def get_default_settings(self) -> dict[str, Any]:
        """What the settings of an installation do not say."""
        ours = {"client_config": _PATIENCE, "max_memory_size": _KEPT_IN_MEMORY, "file_overwrite": True}
        return {**super().get_default_settings(), **ours}

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _as_os_error():
            file = super()._open(name, mode)
            # Fetched now, not at the first read, when the answer has begun.
            return file.open()

    def _save(self, name: str, content: Any) -> str:
        with _as_os_error():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        """Remove it; a name that is not there is no error."""
        with _as_os_error():
            super().delete(name)

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name."""
        with _as_os_error():
            return bool(super().exists(name))

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        """The names of the folders and of the files below a folder."""
        with _as_os_error():
            folders, files = super().listdir(name)
            return folders, files

    def get_modified_time(self, name: str) -> Any:
        """When it was written."""
        with _as_os_error():
            return super().get_modified_time(name)


@contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise OSError(f"{type(error).__name__}: {error}") from error
