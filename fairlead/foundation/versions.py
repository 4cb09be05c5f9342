"""Records count their changes, so that nobody overwrites what they have not read."""

from collections.abc import Collection

from fairlead.foundation.errors import StaleVersion

# The versions that will do for who changes a record; None: any.
Expected = Collection[int] | None


def require(present: int, expected: Expected) -> None:
    """Raise `StaleVersion` unless the record is still a version that the caller expects."""
    if expected is not None and present not in expected:
        raise StaleVersion("The record has changed since you read it: read it again, then decide.")
