"""Names for operations that are made for many kinds of record by the same lines."""

from collections.abc import Callable
from typing import Any, Protocol


class Naming(Protocol):
    """A decorator that leaves a function as it is, but for its names."""

    def __call__[F: Callable[..., Any]](self, view: F, /) -> F: ...


def named_after(module: str) -> Naming:
    """Let functions look as if they stood in a module of this name: the ids of their operations are made of it."""

    def name[F: Callable[..., Any]](view: F) -> F:
        view.__module__ = f"fairlead.api.{module}"
        return view

    return name
