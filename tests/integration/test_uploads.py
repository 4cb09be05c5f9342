"""Taking in a multipart body, before anything is known of the record that it is for."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from fairlead.foundation.errors import NoRoom, TooLarge
from tests.file_store import MEGABYTE, full_disk, stored


def request_with(content: bytes) -> WSGIRequest:
    return RequestFactory().post("/", {"attachment": SimpleUploadedFile("scan.bin", content)})


def test_what_is_announced_too_large_is_not_even_read(settings: Any) -> None:
    settings.MAX_ATTACHMENT_BYTES = 1000
    request = request_with(b"x" * 100_000)
    body = request.environ["wsgi.input"]
    with pytest.raises(TooLarge):
        _ = request.FILES
    assert body.read(1) == b"-", "the first boundary is still there to be read"


def test_what_wraps_a_file_does_not_count(settings: Any) -> None:
    settings.MAX_ATTACHMENT_BYTES = 1000
    upload = request_with(b"x" * 1000).FILES["attachment"]
    assert isinstance(upload, UploadedFile)
    assert upload.size == 1000


def test_a_full_temporary_disk_is_told_and_left_clean(settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    request = request_with(b"x" * 2 * MEGABYTE)
    with full_disk(tmp_path):
        with pytest.raises(NoRoom):
            _ = request.FILES
        assert stored(tmp_path) == []
