"""The one place that asks what time it is, so that a test or the demo can say it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_said: ContextVar[datetime | None] = ContextVar("instant", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC; within `at`, the one said there."""
    return _said.get() or datetime.now(UTC)


def today(zone: str) -> date:
    """The civil date in an IANA time zone such as `Europe/Berlin`."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Let it be this aware instant for what is done here, as if the clock stood still. Blocks nest."""
    token = _said.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _said.reset(token)
