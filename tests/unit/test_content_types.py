"""The type of a file comes from its bytes, and what could run is never called by its name."""

import zipfile
from io import BytesIO

import pytest
from PIL import Image

from fairlead.records.content_types import BINARY, HEAD, TEXT, ZIP, sniff

pytestmark = pytest.mark.promise(34)


def image(kind: str) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, kind)
    return buffer.getvalue()


def archive(*names: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            # Without the time of day: the content is part of the test's name, which is the same in every process.
            file.writestr(zipfile.ZipInfo(name), "<x/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7\n1 0 obj\n", "application/pdf"),
        (image("PNG"), "image/png"),
        (image("JPEG"), "image/jpeg"),
        (image("GIF"), "image/gif"),
        (image("WEBP"), "image/webp"),
        (image("TIFF"), "image/tiff"),
        (b"{\\rtf1\\ansi Hello}", "application/rtf"),
        (archive("notes.txt"), ZIP),
        (
            archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            archive("[Content_Types].xml", "xl/workbook.xml"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (b"customer,amount\nAcme,12.50\n", TEXT),
        ("Müller schuldet 12 €".encode(), TEXT),
        ("Müller schuldet 12 €".encode("utf-16"), TEXT),
        (b"BM is the company that owes us", TEXT),
        (bytes(range(256)), BINARY),
        (b"MZ\x90\x00\x03\x00\x00\x00", BINARY),
        (b"\x7fELF\x02\x01\x01\x00", BINARY),
    ],
)
def test_the_bytes_tell(content: bytes, media_type: str) -> None:
    assert sniff(content[:HEAD]) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html><script>alert(1)</script></html>",
        b"<html><body onload=alert(1)>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"#!/bin/sh\nrm -rf /\n",
        b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
    ],
)
def test_what_could_run_is_plain_text(content: bytes) -> None:
    assert sniff(content) == TEXT


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"GIF89a=1;alert(document.domain)//", "image/gif"),
        (b"%PDF-1.4\n<html><script>alert(1)</script>", "application/pdf"),
    ],
)
def test_a_file_of_two_kinds_is_the_passive_one(content: bytes, media_type: str) -> None:
    assert sniff(content) == media_type


def test_text_may_be_cut_within_a_character() -> None:
    assert sniff(("é" * HEAD).encode()[: HEAD - 1]) == TEXT
