"""The kinds of record that there are. Each floor registers its own at start; what any record can have asks here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fairlead.records import search
from fairlead.tenancy.models import Record


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is what rows about a record bear; `plural` stands in addresses and in the policy.

    `label` and `words` are SQL on the row `r`: what names it, and what a search looks in. `is_listed` is the SQL
    condition for what a search finds.
    """

    name: str
    plural: str
    model: type[Record]
    label: str = "r.label"
    words: str = "r.words"
    is_listed: str = "r.archived_at IS NULL"

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def article(self) -> str:
        """As in `an account`."""
        return f"{'an' if self.name[0] in 'aeiou' else 'a'} {self.name}"

    def action(self, verb: str) -> str:
        """The row of the policy."""
        return f"{self.plural}.{verb}"


# Asked before a record is archived: each says why it must stay, or nothing.
Holder = Callable[[Kind, UUID], str | None]
holders: list[Holder] = []

_kinds: dict[str, Kind] = {}


def register[K: Kind](kind: K) -> K:
    """Make a kind known, and its table searchable."""
    _kinds[kind.name] = kind
    kind.model.database_rules = (*kind.model.database_rules, *search.rules(kind))
    return kind


def every() -> Iterator[Kind]:
    """In the order of their registration."""
    yield from _kinds.values()


def named(name: str) -> Kind:
    """The kind of this name. Raises `KeyError`."""
    return _kinds[name]


def of_model(model: Any) -> Kind:
    """The kind whose records these are. Raises `LookupError`."""
    for kind in _kinds.values():
        if kind.model is model:
            return kind
    raise LookupError(model)
