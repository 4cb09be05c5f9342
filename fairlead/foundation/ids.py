"""Identifiers: UUID version 7 (RFC 9562), made by the application, so that they sort by the time of their making."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def new_id() -> UUID:
    """A UUIDv7. Within one process later ids are greater: the 12 bits after the milliseconds count finer time."""
    global _last  # noqa: PLW0603 - one count for the whole process
    with _lock:
        ticks = time.time_ns() * 4096 // 1_000_000
        _last = ticks = max(ticks, _last + 1)
    milliseconds, fraction = divmod(ticks, 4096)
    random = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (7 << 76) | (fraction << 64) | (0b10 << 62) | random)
