"""The name of an uploaded file, made harmless for every system that it may be saved on."""

import re
import unicodedata

LONGEST = 150  # bytes of UTF-8
_LONGEST_EXTENSION = 20

# Controls, surrogates, and what turns the direction of writing: with U+202E, `xfdp.exe` reads `xexe.pdf`.
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)
_UNSAFE = re.compile(r'[<>:"|?*]')
# Windows takes these for devices, whatever the extension.
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])[ ]*(\..*)?", re.IGNORECASE)


def clean(name: str) -> str:
    """The last part of the path, in one spelling, without what no file name should have; at most 150 bytes."""
    last = re.split(r"[/\\]", _UNSEEN.sub("", name))[-1]
    harmless = _UNSAFE.sub("_", unicodedata.normalize("NFC", last)).strip(" .")
    if _DEVICE.fullmatch(harmless):
        harmless = f"_{harmless}"
    return _shortened(harmless) or "file"


def _shortened(name: str) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode()) > _LONGEST_EXTENSION:
        stem, dot, extension = name, "", ""
    room = LONGEST - len((dot + extension).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + extension
