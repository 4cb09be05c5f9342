"""Pictures that people upload, made harmless: read by Pillow within limits and written anew as PNG."""

import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image as Picture
from PIL import UnidentifiedImageError

from fairlead.foundation.errors import DomainError, InvalidInput, TooLarge

MOST_BYTES = 300 * 1024
MOST_PIXELS = 4_000_000
LONGEST_SIDE = 1_200
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as PNG, with nothing in it but its pixels."""

    png: bytes
    sha256: str


def read(upload: bytes) -> Image:
    """Re-encode an uploaded picture. Raises `TooLarge` or `InvalidInput` that name `logo`.

    The size is read from the picture's head and refused before a pixel is decoded.
    """
    if len(upload) > MOST_BYTES:
        raise TooLarge.of("logo", f"Give a picture of at most {MOST_BYTES // 1024} KiB.")
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            Picture.open(io.BytesIO(upload), formats=FORMATS) as picture,
        ):
            _check_size(picture)
            png = _encode(picture)
    except Picture.DecompressionBombError:
        raise _too_many_pixels() from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise InvalidInput.of("logo", f"Give a picture in one of the formats {', '.join(FORMATS)}.") from None
    return Image(png, hashlib.sha256(png).hexdigest())


def _check_size(picture: Picture.Image) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> DomainError:
    return TooLarge.of("logo", f"Give a picture of at most {MOST_PIXELS:,} pixels.")


def _encode(picture: Picture.Image) -> bytes:
    """The first frame, no longer than a letterhead needs, without metadata or colour profile."""
    frame = picture.convert("RGBA")
    frame.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    target = io.BytesIO()
    clean = Picture.new("RGBA", frame.size)
    clean.paste(frame)
    clean.save(target, "PNG", optimize=True)
    return target.getvalue()
