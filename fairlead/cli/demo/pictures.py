"""Pictures of the demo, drawn here: the two logos, and what designers attach to a bill. All are PNG."""

import io
from collections.abc import Sequence
from math import cos, radians, sin

from PIL import Image, ImageDraw

Point = tuple[float, float]

INK, PAPER, RUST = "#191d25", "#ffffff", "#b4531f"
_LOGO, _FINER = 288, 4
_GREYS = ("#e8eaee", "#d6d9df", "#f3f4f6")


def feather() -> bytes:
    """The logo of Halden Works: a white feather of few strokes on a dark square."""
    picture, draw = _tile(INK)
    bow = [(16 + 6 * cos(radians(turn)), 8 + 6 * sin(radians(turn))) for turn in range(225, 406, 3)]
    _stroke(draw, [(5.2, 18.8), (5.2, 10.3), *bow, (13.7, 18.8), (5.2, 18.8), (5.2, 10.3)])
    _stroke(draw, [(16, 8), (2.4, 21.6)])
    _stroke(draw, [(17.3, 15), (9, 15)])
    return _finished(picture)


def globe() -> bytes:
    """The logo of Globex: a globe of three lines on a rust-coloured square."""
    picture, draw = _tile(RUST)
    for width in (9, 4.2):
        around = range(0, 366, 6)
        _stroke(draw, [(12 + width * cos(radians(turn)), 12 + 9 * sin(radians(turn))) for turn in around])
    _stroke(draw, [(3, 12), (21, 12)])
    return _finished(picture)


def wireframe() -> bytes:
    """The sketch of a shop's front page."""
    picture = Image.new("RGB", (1200, 860), PAPER)
    draw = ImageDraw.Draw(picture)
    _box(draw, (0, 0, 1200, 72), _GREYS[2])
    _box(draw, (40, 24, 180, 48), _GREYS[1])
    for place in range(4):
        _box(draw, (700 + place * 115, 30, 790 + place * 115, 42), _GREYS[1])
    _box(draw, (40, 104, 1160, 420), _GREYS[0])
    draw.line([(40, 104), (1160, 420)], _GREYS[1], 2)
    draw.line([(40, 420), (1160, 104)], _GREYS[1], 2)
    for place in range(4):
        left = 40 + place * 286
        _box(draw, (left, 452, left + 262, 690), _GREYS[0])
        _box(draw, (left, 708, left + 180, 722), _GREYS[1])
        _box(draw, (left, 736, left + 90, 750), _GREYS[2])
        _box(draw, (left, 780, left + 262, 820), INK)
    return _saved(picture)


def palette() -> bytes:
    """The colours of a health service, with their tints."""
    picture = Image.new("RGB", (1200, 480), PAPER)
    draw = ImageDraw.Draw(picture)
    for column, colour in enumerate(("#0f4c5c", "#2a9d8f", "#f2b880", "#e76f51", "#3d405b")):
        left = 40 + column * 226
        _box(draw, (left, 40, left + 206, 280), colour)
        for row, part in enumerate((0.65, 0.35, 0.15)):
            _box(draw, (left, 300 + row * 48, left + 206, 340 + row * 48), _tint(colour, part))
    return _saved(picture)


def _tile(colour: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    size = _LOGO * _FINER
    picture = Image.new("RGBA", (size, size))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((0, 0, size - 1, size - 1), radius=size * 0.22, fill=colour)
    return picture, draw


def _stroke(draw: ImageDraw.ImageDraw, points: Sequence[Point]) -> None:
    """A white line with round ends, through points on a field of 24 × 24 in the middle of the tile."""
    unit, width = _LOGO * _FINER / 40, round(_LOGO * _FINER / 27)
    on_tile = [((x + 8) * unit, (y + 8) * unit) for x, y in points]
    draw.line(on_tile, PAPER, width, joint="curve")
    for x, y in (on_tile[0], on_tile[-1]):
        draw.circle((x, y), width / 2, PAPER)


def _finished(picture: Image.Image) -> bytes:
    return _saved(picture.resize((_LOGO, _LOGO), Image.Resampling.LANCZOS))


def _saved(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _box(draw: ImageDraw.ImageDraw, corners: tuple[int, int, int, int], colour: str) -> None:
    draw.rectangle(corners, fill=colour)


def _tint(colour: str, part: float) -> str:
    channels = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - channel) * part):02x}" for channel in channels)
