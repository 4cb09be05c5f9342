"""Secrets that people and programs hold: made here, shown once, kept only as keyed hashes."""

import hashlib
import hmac
import secrets
import zlib
from uuid import UUID

from django.conf import settings

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def make_secret() -> str:
    """256 random bits as 43 letters and digits."""
    return _base62(int.from_bytes(secrets.token_bytes(32)), 43)


def keyed_hash(purpose: str, secret: str) -> bytes:
    """HMAC-SHA256 under a key of its own for each purpose; a copy of the database alone proves nothing."""
    key = hashlib.sha256(f"fairlead.{purpose}:{settings.SECRET_KEY}".encode()).digest()
    return hmac.digest(key, secret.encode(), "sha256")


def derived_secret(purpose: str, record_id: UUID) -> str:
    """The secret for one record as 43 letters and digits: known to who holds the key, and stored nowhere."""
    return _base62(int.from_bytes(keyed_hash(purpose, str(record_id))), 43)


def format_token(token_id: UUID, secret: str) -> str:
    """`fl_<id>_<secret>_<crc>`: the checksum lets scanners of leaked secrets tell it from chance."""
    body = f"fl_{token_id.hex}_{secret}"
    return f"{body}_{_checksum(body)}"


def parse_token(token: str) -> tuple[UUID, str] | None:
    """The id and the secret of an API token, or None where it is none or its checksum is wrong."""
    parts = token.split("_")
    if len(parts) != 4 or parts[0] != "fl" or len(parts[1]) != 32 or len(parts[2]) != 43:
        return None
    if not hmac.compare_digest(_checksum("_".join(parts[:3])).encode(), parts[3].encode(errors="replace")):
        return None
    try:
        return UUID(hex=parts[1]), parts[2]
    except ValueError:
        return None


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), 6)


def _base62(number: int, width: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number, 62)
        letters = _ALPHABET[rest] + letters
    return letters.rjust(width, "0")
