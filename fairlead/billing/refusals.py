"""What the pure lifecycle refuses, in the errors that every door knows."""

from collections.abc import Iterator
from contextlib import contextmanager

from fairlead.billing.domain.lifecycle import AdminNeeded, LifecycleError
from fairlead.foundation.errors import InvalidTransition, NotPermitted


@contextmanager
def refused() -> Iterator[None]:
    """Turn a `LifecycleError` into `InvalidTransition`, or `NotPermitted` where an admin could do it."""
    try:
        yield
    except AdminNeeded as error:
        raise NotPermitted(error.message) from None
    except LifecycleError as error:
        raise InvalidTransition.of(error.field, error.message) from None
