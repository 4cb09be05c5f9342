"""An organization's look on paper: its logo made safe to embed, its accent colour made dark enough to read."""

import io
import re
from base64 import b64encode
from functools import lru_cache

import structlog
from PIL import Image

log = structlog.get_logger(__name__)

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_CONTRAST = 4.5  # WCAG 2.2, 1.4.3, on white
_STEP = 0.95
_LOGO_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_LOGO_PIXELS = (900, 450)
_LARGEST_LOGO = 40_000_000


def accent(colour: str) -> str:
    """The colour as `#rrggbb`, darkened until it reads on white; empty if there is none or it is none."""
    if not _HEX.fullmatch(colour):
        return ""
    channels = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    while _contrast_on_white(channels) < _CONTRAST:
        channels = [int(channel * _STEP) for channel in channels]
    return "#" + "".join(f"{channel:02x}" for channel in channels)


@lru_cache(maxsize=64)
def logo(image: bytes) -> str:
    """The picture as an SVG that holds a fresh PNG of it, at most 900 × 450 pixels; empty, with a log, if it is none.

    PNG, JPEG, WebP and GIF are read. A vector logo is not taken: an SVG may refer to other files.
    """
    try:
        return _embedded(_read(image))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        log.warning("logo_unreadable", reason=type(error).__name__, size=len(image))
        return ""


def _read(image: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(image), formats=_LOGO_FORMATS)
    if picture.width * picture.height > _LARGEST_LOGO:
        raise ValueError("too many pixels")
    picture.draft("RGB", _LOGO_PIXELS)
    picture.thumbnail(_LOGO_PIXELS)
    return picture.convert("RGBA")


def _embedded(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    width, height = picture.size
    data = b64encode(file.getvalue()).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{data}"/></svg>'
    )


def _contrast_on_white(channels: list[int]) -> float:
    red, green, blue = (_linear(channel / 255) for channel in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
