"""Asking the rules, each where it is about, in transactions that write nothing."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from fairlead.cli.doctor import (
    files,
    history,
    invoices,
    isolation,
    mail,
    numbers,
    payments,
    records,
    sales,
    server,
)
from fairlead.cli.doctor.rule import KEPT, Found, Rule, ask
from fairlead.tenancy.context import organization
from fairlead.tenancy.models import Organization

RULES: Sequence[Rule] = (
    *numbers.RULES,
    *invoices.RULES,
    *payments.RULES,
    *history.RULES,
    *sales.RULES,
    *records.RULES,
    *files.RULES,
    *mail.RULES,
    *isolation.RULES,
    *server.RULES,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is against a rule, and in which organization; None where the rule is about the database."""

    organization: UUID | None
    found: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule, how much is against it, and the first of that."""

    rule: Rule
    count: int
    findings: list[Finding]

    @property
    def holds(self) -> bool:
        return not self.count


def examine(rules: Iterable[Rule] = RULES) -> Iterator[Verdict]:
    """Ask each rule of every organization there is now, or of the database. Raises `OperationalError` if it is gone."""
    for rule in rules:
        yield judge(rule, organizations() if rule.scope == "organization" else [None])


def organizations() -> list[UUID]:
    """Every organization, the oldest first."""
    return list(Organization.objects.order_by("id").values_list("id", flat=True))


def judge(rule: Rule, places: Iterable[UUID | None]) -> Verdict:
    """Ask one rule of these organizations; of None it is asked about the database."""
    count, findings = 0, list[Finding]()
    for place in places:
        found = _ask(rule, place)
        count += found.count
        findings += [Finding(place, text) for text in found.first]
    return Verdict(rule, count, findings[:KEPT])


def _ask(rule: Rule, org_id: UUID | None) -> Found:
    try:
        with _reading(org_id):
            return ask(rule)
    except DatabaseError as error:
        if not connection.is_usable():
            raise
        words = (str(error).strip() or type(error).__name__).splitlines()[0]
        return Found(1, [f"the question failed: {words}"])


@contextmanager
def _reading(org_id: UUID | None) -> Iterator[None]:
    """A transaction that cannot write, may take its time, and leaves the other processors to those who serve."""
    with organization(org_id) if org_id else transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL transaction_read_only = on; SET LOCAL statement_timeout = 0;"
                " SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off;"
                " SET LOCAL max_parallel_workers_per_gather = 0"
            )
        yield
