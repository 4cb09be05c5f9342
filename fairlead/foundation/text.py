"""What text may hold."""

import re
import unicodedata

# C0 but tab and newline, DEL, C1, lone surrogates and two that are no characters.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile(r"[\n\t\u2028\u2029]")
_DIRECTIONS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
)
LONGEST_EMAIL = 254


def complaint(text: str, *, one_line: bool) -> str | None:
    """What is wrong with this text, in words for its writer, or None."""
    if found := _FORBIDDEN.search(text):
        return f"Remove the control character U+{ord(found[0]):04X}."
    if one_line and _BREAKS.search(text):
        return "Write this on one line, without line breaks or tabs."
    return None


def email_complaint(text: str) -> str | None:
    """What is wrong with this e-mail address, in words for its writer, or None."""
    if len(text) <= LONGEST_EMAIL and EMAIL.fullmatch(text):
        return None
    return "Give an e-mail address such as billing@example.com."


def folded(text: str) -> str:
    """For comparing regardless of case and of composed or decomposed spelling."""
    return unicodedata.normalize("NFC", text).casefold()


def undirected(text: str) -> str:
    """The text without the signs that turn its direction, which would turn what stands after it on the line too."""
    return _DIRECTIONS.sub("", text)
