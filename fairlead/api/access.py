"""What each operation says of itself: which action of the policy it is, and how its request is handled."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from ninja.operation import Operation

from fairlead.tenancy.limits import Limit


class Door(Enum):
    """Who is let in."""

    PUBLIC = auto()
    PERSON = auto()  # signed in, in whichever organization
    MEMBER = auto()  # signed in, in the organization of this request


@dataclass(frozen=True, slots=True)
class Access:
    """`action` is a row of `tenancy.policy.MAY`; `replayable` operations heed Idempotency-Key.

    `tries` says how often one person may try this operation, refused tries included.
    """

    door: Door
    action: str | None
    replayable: bool = True
    tries: Callable[[], Limit] | None = None


def may[F: Callable[..., Any]](
    action: str,
    *,
    door: Door = Door.MEMBER,
    replayable: bool = True,
    tries: Callable[[], Limit] | None = None,
) -> Callable[[F], F]:
    """Mark an operation as this action of the policy. Every operation bears this or `public`."""
    return _mark(Access(door, action, replayable, tries))


def public[F: Callable[..., Any]](view: F) -> F:
    """Mark an operation that needs no sign-in."""
    return _mark(Access(Door.PUBLIC, None, replayable=False))(view)


def access_of(operation: Operation) -> Access:
    """How this operation was marked. Raises `AttributeError` for one that was not: a bug that a test finds."""
    access: Access = operation.view_func.access  # type: ignore[attr-defined]
    return access


def _mark[F: Callable[..., Any]](access: Access) -> Callable[[F], F]:
    def mark(view: F) -> F:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark
