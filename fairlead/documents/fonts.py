"""The typefaces of documents: Inter, Noto for the scripts that it lacks, and Noto CJK where it is installed."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import typst
from fontTools.ttLib import TTFont


class Face(NamedTuple):
    """A family of the font set: its name, the package that bears it and that package's folder of font files."""

    family: str
    package: str
    folder: str


_FACES = (
    Face("Inter", "fontpkg_inter", "files"),
    Face("Noto Sans", "fontpkg_noto_sans", "files"),
    Face("Noto Sans Arabic", "fontpkg_noto_sans_arabic", "files"),
    Face("Noto Sans Devanagari", "fontpkg_noto_sans_devanagari", "files"),
    *(
        Face(f"Noto Sans CJK {script.upper()}", f"noto_cjk_sans_{script}_{weight}", "")
        for script in ("jp", "kr", "sc", "tc")
        for weight in ("regular", "bold")
    ),
)

# Control characters and private use: PDF/A and PDF/UA take none of them, although Inter maps some.
_REFUSED = (range(0x20), range(0x7F, 0xA0), range(0xE000, 0xF900), range(0xF0000, 0x110000))


class CodePoints:
    """Which code points a family draws: a bit for each, for as a set those of a large one take ten MiB."""

    def __init__(self, points: Iterable[int]) -> None:
        self._bits = bytearray(0x110000 // 8)
        for point in points:
            self._bits[point >> 3] |= 1 << (point & 7)

    def __contains__(self, point: int) -> bool:
        return bool(self._bits[point >> 3] & 1 << (point & 7))


@cache
def loaded() -> typst.Fonts:
    """The fonts, opened once a process and shared by the compilers of all threads."""
    folders = [str(_folder(face)) for face in _installed()]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


@cache
def families() -> tuple[str, ...]:
    """The names of the installed families, in the order in which a character is looked for."""
    return tuple(dict.fromkeys(face.family for face in _installed()))


@cache
def coverage() -> tuple[CodePoints, ...]:
    """The code points that each family draws, in the order of `families`."""
    return tuple(_covered(family) for family in families())


@cache
def _installed() -> tuple[Face, ...]:
    return tuple(face for face in _FACES if find_spec(face.package))


def _folder(face: Face) -> Path:
    return Path(str(files(face.package))) / face.folder


def _covered(family: str) -> CodePoints:
    """What every upright file of the family draws: text stands in more than one weight."""
    fonts = [font for face in _installed() if face.family == family for font in _upright(_folder(face))]
    common = set.intersection(*(_code_points(font) for font in fonts))
    return CodePoints(point for point in common if not any(point in refused for refused in _REFUSED))


def _upright(folder: Path) -> list[Path]:
    return [file for file in folder.glob("*.[ot]tf") if "Italic" not in file.name]


def _code_points(file: Path) -> set[int]:
    with TTFont(file, lazy=True) as font:
        best: dict[int, Any] = font.getBestCmap()
        return set(best)
