"""A company of the demo: who works there, what it bills, and whom it deals with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fairlead.cli.demo.dealings import Sales
from fairlead.cli.demo.story import Bill


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in, as `<mailbox>@<the company's domain>`. Who has no team is the admin."""

    mailbox: str
    name: str
    team: str = ""
    does: str = ""


@dataclass(frozen=True, slots=True)
class Company:
    """An organization of the demo.

    `author` makes the bills, for `teams` and `assigned_to`, and `bookkeeper` follows them up, unless a bill or step
    says otherwise. `notes` and `terms` are printed on every bill, by language.
    """

    domain: str
    settings: Mapping[str, Any]
    people: tuple[Person, ...]
    author: str
    bookkeeper: str
    assigned_to: tuple[str, ...]
    teams: tuple[str, ...]
    logo: Callable[[], bytes]
    bills: tuple[Bill, ...]
    sales: Sales
    notes: Mapping[str, str]
    terms: Mapping[str, str]
    number_series: Mapping[str, str] = field(default_factory=dict)
