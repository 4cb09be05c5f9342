"""Taking in a multipart body: too large is refused before a byte is read, a full disk told as what it is."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

from fairlead.foundation.errors import TooLarge
from fairlead.records.files import explained

# What a body has around its file: boundaries, names, other small parts.
_WRAPPING = 64 * 1024


class SizeLimit(FileUploadHandler):
    """Looks at the announced length; no more than that is ever read."""

    def handle_raw_input(self, _input: Any, _meta: Any, content_length: int, *_: Any) -> None:
        """Raise `TooLarge` where no attachment could be so large."""
        if content_length > settings.MAX_ATTACHMENT_BYTES + _WRAPPING:
            raise too_large()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002 - Django's signature
        """Leave it to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave it to the next handler."""


class TemporaryFile(TemporaryFileUploadHandler):
    """Django's, which writes what is large to the disk, with its trouble in words."""

    def new_file(self, *arguments: Any, **named: Any) -> None:
        """Begin a file. Raises `NoRoom`, `UpstreamFailed`."""
        with explained():
            super().new_file(*arguments, **named)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Go on with it. Raises `NoRoom`, `UpstreamFailed`."""
        with explained():
            try:
                super().receive_data_chunk(raw_data, start)
            except OSError:
                self.upload_interrupted()
                raise


def too_large() -> TooLarge:
    """The refusal, with the limit in it."""
    message = f"Send a file of at most {settings.MAX_ATTACHMENT_BYTES:,} bytes."
    return TooLarge(f"attachment: {message}", errors={"attachment": [message]})
