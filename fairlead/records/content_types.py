"""What a file is by its first bytes: neither the client's word nor the name says it, and no browser shall guess."""

import codecs
import re

from puremagic.main import identify_all

HEAD = 4096
BINARY = "application/octet-stream"
TEXT = "text/plain"
ZIP = "application/zip"

# Only what can do nothing by itself. HTML, SVG and scripts are text here; what else it may be, bytes.
_PASSIVE = {
    "application/pdf": "application/pdf",
    "application/rtf": "application/rtf",
    "application/x-gzip": "application/gzip",
    "image/gif": "image/gif",
    "image/heif": "image/heif",
    "image/jpeg": "image/jpeg",
    "image/png": "image/png",
    "image/tiff": "image/tiff",
    "image/webp": "image/webp",
    "video/mp4": "video/mp4",
}
_LEAST_SIGNATURE = 3
_OFFICE = {
    b"mimetypeapplication/vnd.oasis.opendocument.text": "application/vnd.oasis.opendocument.text",
    b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet": "application/vnd.oasis.opendocument.spreadsheet",
    b"mimetypeapplication/vnd.oasis.opendocument.presentation": "application/vnd.oasis.opendocument.presentation",
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def sniff(head: bytes) -> str:
    """The media type of a file that begins so; give it the first `HEAD` bytes."""
    if head.startswith(b"PK\x03\x04"):
        return next((name for mark, name in _OFFICE.items() if mark in head), ZIP)
    for match in identify_all(head, b""):
        if len(match.byte_match) >= _LEAST_SIGNATURE and match.mime_type in _PASSIVE:
            return _PASSIVE[match.mime_type]
    return TEXT if _is_text(head) else BINARY


def _is_text(head: bytes) -> bool:
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        # Not final: the head may end within a character.
        text = codecs.getincrementaldecoder("utf-16" if wide else "utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return not _NO_TEXT.search(text)
