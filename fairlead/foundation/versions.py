"""Records count their changes, so that nobody overwrites what they have not read."""

from fairlead.foundation.errors import StaleVersion


def require(present: int, expected: int | None) -> None:
    """Raise `StaleVersion` unless the record is still the version that the caller read; None means any."""
    if expected is not None and expected != present:
        raise StaleVersion("The record has changed since you read it: read it again, then decide.")
