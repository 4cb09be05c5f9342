"""Texts that break programs, and what is to become of each: taken as it is, or refused."""

import random
import unicodedata
from collections.abc import Iterator

SIZE = 400
_BREAKS = "\n\t\u2028\u2029"

_BIDI = [chr(code) for code in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
_UNSEEN = [
    chr(code) for code in (0xA0, 0xAD, 0x180E, 0x200B, 0x200C, 0x200D, 0x2060, 0x3000, 0xFEFF, 0xE0041)
]
_OUTSIDE = ["\ud800", "\udfff", "\udbff\udbff", "\ufffe", "\uffff"]
_LARGE = [
    "\U0001f680",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0001f1e9\U0001f1ea",
    "\U00020000",
    "\U0010fffd",
]
_SCRIPTS = [
    "שלום עולם",
    "مرحبا 123",
    "नमस्ते",
    "สวัสดี",
    "株式会社",
    "한국어",
    "Ελληνικά",
    "Přílíš",
    "ꙮ",
    "﷽",
    "İıſß",
]
_TWINS = ["é", "ё", "Å", "ﬁ", "가", "ệ", "ḍ̇", "Ω"]
_HOMOGRAPHS = ["pаypal", "Αcme", "ｆｕｌｌ", "Ⅷ", "𝐀𝐜𝐦𝐞"]
_PIECES = [
    *_BIDI,
    *_UNSEEN,
    *_LARGE,
    *_SCRIPTS,
    *_TWINS,
    *_HOMOGRAPHS,
    *_BREAKS,
    "a",
    "Ltd",
    " ",
    "1",
    "-",
    ".",
]


def texts(chance: random.Random) -> list[str]:
    """So many of them, the named ones first."""
    found = [*_named()]
    while len(found) < SIZE:
        found.append("".join(chance.choices(_PIECES, k=chance.randrange(1, 12))))
    return found


def is_taken(text: str, *, most: int, filled: bool, one_line: bool) -> bool:
    """What a field of this kind has to do with it."""
    if len(text) > most or (filled and not text.strip()):
        return False
    if any(character in "\ufffe\uffff" or unicodedata.category(character) == "Cs" for character in text):
        return False
    allowed = "" if one_line else "\n\t"
    if any(unicodedata.category(one) == "Cc" and one not in allowed for one in text):
        return False
    return not (one_line and {*text} & {*_BREAKS})


def _named() -> Iterator[str]:
    yield from (f"a{chr(code)}b" for code in (*range(32), *range(0x7F, 0xA0)))
    yield from (f"a{one}b" for one in (*_OUTSIDE, *_BREAKS))
    for one in _BIDI:
        yield f"{one}Acme 100.00"
        yield f"Acme {one}"
    yield from (f"Acme{one}Ltd" for one in _UNSEEN)
    yield from (*_LARGE, *_SCRIPTS, *_HOMOGRAPHS)
    for twin in _TWINS:
        yield from (f"{form} {unicodedata.normalize(form, twin)}"[4:] for form in ("NFC", "NFD"))
    yield from ("a" + "\u0301" * 150, "Z" + "\u0335\u0489" * 5_000, "  edges  ", "", "\u00a0", "\ufdd0")
