"""What a text goes through before it is set: nothing that somebody wrote may stop a document from being made."""

import re
import unicodedata

from fairlead.documents import fonts

REPLACEMENT = "\N{WHITE SQUARE}"

# Latin-1, Latin Extended-A and the signs of formatted amounts: Inter has them all, so nothing need be looked up.
_PLAIN = re.compile(
    r"[\n\x20-\x7e\xa0-\xac\xae-\u017f\u2010-\u2019\u201c-\u201e\u2022\u2026\u202f\u20ac\u2212]*"
)
_NEW_LINE = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
# Bidirectional controls, with which an amount could be made to read backwards, and signs that never show.
_UNSEEN = re.compile(
    r"[\u061c\u180e\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe0e\ufe0f\ufeff\U000e0000-\U000e007f]"
)
_JOINERS = "\u200b\u200c\u200d\xad"
_ZERO_WIDTH_JOINER, _ZERO_WIDTH_SPACE = "\u200d", "\u200b"
_SKIN_TONE = re.compile("[\U0001f3fb-\U0001f3ff]")
_FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]")
_RIGHT_TO_LEFT = re.compile(
    r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"

# Scripts without spaces break by rules of their own, so that a run of them is no long word.
_WORD = re.compile(
    r"[^\s\u200b\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]+"
)
_SEPARATORS = re.compile(r"(?<=[\w)])([/\\._?&=,;:@+-]+)(?=\w)")


def printable(text: str) -> str:
    """The text as it can be set: drawable throughout, breakable, each line in its own direction."""
    return _isolated(breakable(drawable(text)))


def drawable(text: str) -> str:
    """The text with each character that no font draws replaced, a whole emoji sequence by one sign."""
    if _PLAIN.fullmatch(text):
        return text
    seen = _UNSEEN.sub("", _NEW_LINE.sub("\n", text).replace("\t", " "))
    return "".join(_drawn(cluster) for cluster in _clusters(unicodedata.normalize("NFC", seen)))


def breakable(text: str, longest: int = 44) -> str:
    """The text with places to break in words longer than `longest`, after separators where there are any."""
    return _WORD.sub(lambda word: _broken(word[0], longest) if len(word[0]) > longest else word[0], text)


def _drawn(cluster: str) -> str:
    if cluster == "\n" or _in_one_font(cluster):
        return cluster
    # A mark that stands in another font than its base cannot be put on it: the base alone is better than a box.
    return cluster[0] if _in_one_font(cluster[0]) else REPLACEMENT


def _in_one_font(cluster: str) -> bool:
    needed = {ord(character) for character in cluster if character not in _JOINERS}
    return any(all(point in family for point in needed) for family in fonts.coverage())


def _clusters(text: str) -> list[str]:
    """Base characters, each with the marks that follow it; emoji with all that they are made of."""
    found: list[str] = []
    for character in text:
        if found and _continues(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _continues(cluster: str, character: str) -> bool:
    if cluster == "\n":
        return False
    kind = unicodedata.category(character)
    if kind[0] == "M" or character in _JOINERS or _SKIN_TONE.match(character):
        return True
    is_second_flag_letter = (
        len(cluster) == 1 and _FLAG_LETTER.match(cluster) and _FLAG_LETTER.match(character)
    )
    return bool(is_second_flag_letter) or (kind == "So" and cluster.endswith(_ZERO_WIDTH_JOINER))


def _broken(word: str, longest: int) -> str:
    parts = _SEPARATORS.sub(r"\1" + _ZERO_WIDTH_SPACE, word).split(_ZERO_WIDTH_SPACE)
    return _ZERO_WIDTH_SPACE.join(
        part if len(part) <= longest else _ZERO_WIDTH_SPACE.join(_clusters(part)) for part in parts
    )


def _isolated(text: str) -> str:
    """Right-to-left lines isolated, so that the punctuation of a line stays on its own side (UAX 9)."""
    if not _RIGHT_TO_LEFT.search(text):
        return text
    return "\n".join(f"{_ISOLATE}{line}{_END_ISOLATE}" if line else line for line in text.split("\n"))
