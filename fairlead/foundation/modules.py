"""Finding what stands in a package, so that a module takes part by being there."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType


def of(package: str) -> Iterator[ModuleType]:
    """Each module of a package, imported, by name."""
    path = import_module(package).__path__
    for name in sorted(module.name for module in pkgutil.iter_modules(path)):
        yield import_module(f"{package}.{name}")
