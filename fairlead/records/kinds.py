"""The kinds of record that there are. Each floor registers its own at start; what any record can have asks here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fairlead.records import search
from fairlead.tenancy import policy
from fairlead.tenancy.models import Record
from fairlead.tenancy.policy import Relation


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is what rows about a record bear; `plural` stands in addresses and in the policy.

    `label` and `words` are SQL on the row `r`: what names it, and what a search looks in. `is_listed` is the SQL
    condition for what a search finds. `verbs` says who may do what besides what is common to records that people keep;
    without it the kind has rows of its own in the policy.
    """

    name: str
    plural: str
    model: type[Record]
    label: str = "r.label"
    words: str = "r.words"
    is_listed: str = "r.archived_at IS NULL"
    verbs: Mapping[str, frozenset[Relation]] | None = None

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def merges(self) -> bool:
        """Whether its records can be merged: then `merged_into` says into which."""
        return hasattr(self.model, "merged_into")

    @property
    def stands(self) -> str:
        """The SQL condition for a record to be there for anybody: one that is merged away is not."""
        return "r.merged_into_id IS NULL" if self.merges else "true"

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
    """Make a kind known, its table searchable, and what can be done with it a part of the policy."""
    if kind.name in _kinds:
        return kind
    _kinds[kind.name] = kind
    if kind.verbs is not None:
        policy.add_records(kind.plural, kind.verbs)
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
