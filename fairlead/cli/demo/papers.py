"""Files that come with a bill: a timesheet as CSV, a signed acceptance as PDF, pictures."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import cast

import typst
from babel.dates import format_date

from fairlead.cli.demo import pictures
from fairlead.cli.demo.schedule import working_day
from fairlead.cli.demo.story import DAYS, HOURS, Bill, Paper
from fairlead.documents import fonts

_HOURS_OF_A_DAY = {HOURS: Decimal(1), DAYS: Decimal(8)}
_MOST_IN_A_DAY = Decimal("6.5")
_WORKERS = ("Nele Ostrowski", "Tobias Krämer", "Amira Haddad")

# Heading, customer, project, invoice, date, text, signature.
_WORDS = {
    "en": (
        "Certificate of acceptance",
        "Customer",
        "Project",
        "Invoice",
        "Accepted on",
        "The work listed below was delivered in full and is accepted without reservation.",
        "for the customer",
    ),
    "de": (
        "Abnahmeprotokoll",
        "Auftraggeber",
        "Projekt",
        "Rechnung",
        "Abgenommen am",
        "Die folgenden Leistungen wurden vollständig erbracht und werden ohne Vorbehalt abgenommen.",
        "für den Auftraggeber",
    ),
    "fr": (
        "Procès-verbal de recette",
        "Client",
        "Projet",
        "Facture",
        "Accepté le",
        "Les prestations ci-dessous ont été livrées en totalité et sont acceptées sans réserve.",
        "pour le client",
    ),
}

_PICTURES: Mapping[Paper, Callable[[], bytes]] = {
    "wireframe": pictures.wireframe,
    "palette": pictures.palette,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a paper says. `size` is `a4` or `us-letter`; the lines are those of the bill as it was made."""

    bill: Bill
    lines: tuple[str, ...]
    title: str
    number: str
    seller: str
    size: str
    on: date


def make(paper: Paper, facts: Facts) -> bytes:
    """The content of such a file."""
    makers: Mapping[Paper, Callable[[], bytes]] = {
        "timesheet": lambda: _timesheet(facts),
        "acceptance": lambda: _acceptance(facts),
        **_PICTURES,
    }
    return makers[paper]()


def picture(paper: Paper) -> bytes:
    """The content of one that is a picture, which says nothing of a bill."""
    return _PICTURES[paper]()


def _timesheet(facts: Facts) -> bytes:
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(["Date", "Person", "Task", "Hours"])
    table.writerows(sorted(_worked(facts)))
    return file.getvalue().encode()


def _worked(facts: Facts) -> Iterator[tuple[str, str, str, str]]:
    """The hours of each line, spread over the working days before, one person a line."""
    workers = cycle(_WORKERS)
    for line, task in zip(facts.bill.lines, facts.lines, strict=True):
        hours = Decimal(line.quantity) * _HOURS_OF_A_DAY.get(line.unit, 0)
        person, day = next(workers), facts.on
        while hours:
            day = working_day(day - timedelta(days=1))
            some = min(hours, _MOST_IN_A_DAY)
            yield day.isoformat(), person, task, str(some)
            hours -= some


def _acceptance(facts: Facts) -> bytes:
    customer = facts.bill.to
    heading, whose, project, invoice, on, text, signed = _WORDS[customer.language]
    says = {
        "language": customer.language,
        "paper": facts.size,
        "heading": heading,
        "seller": facts.seller,
        "facts": [
            (whose, customer.name),
            (project, facts.title),
            (invoice, facts.number),
            (on, format_date(facts.on, "long", locale=customer.language)),
        ],
        "text": text,
        "items": facts.lines,
        "signed": f"{customer.contact}, {signed}",
    }
    made = _compiler().compile(
        input=str(Path(__file__).with_name("acceptance.typ")),
        format="pdf",
        timestamp=datetime.combine(facts.on, time(12), UTC),
        sys_inputs={"says": json.dumps(says, ensure_ascii=False)},
    )
    return cast(bytes, made)


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(root=str(Path(__file__).parent), font_paths=fonts.loaded())
