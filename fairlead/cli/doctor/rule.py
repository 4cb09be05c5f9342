"""A rule: one question, what it means that nothing is found, and what to do about what is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from django.db import connection

from fairlead.tenancy.context import current_org_id

# About the rows of each organization, asked in each of them, or about the database as a whole, asked once.
Scope = Literal["organization", "database"]
# A question that SQL alone does not answer: yields what is against the rule.
Look = Callable[[], Iterable[str]]
# As many findings are kept; the rest is counted.
KEPT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`query` is a SELECT of one text column, a row for each finding; in it `%(org)s` is the organization.

    A finding names numbers and ids: no customer, address or amount belongs into a terminal or a log.
    """

    name: str
    means: str
    do: str
    query: str | Look
    scope: Scope = "organization"


@dataclass(frozen=True, slots=True)
class Found:
    """What is against a rule: how much of it there is, and the first of it."""

    count: int
    first: list[str]


def ask(rule: Rule) -> Found:
    """Ask, in the transaction that is open; a rule about an organization is asked of the bound one."""
    if not isinstance(rule.query, str):
        found = list(rule.query())
        return Found(len(found), found[:KEPT])
    org_id = current_org_id() if rule.scope == "organization" else None
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT found, count(*) OVER () FROM ({rule.query}) AS f (found) LIMIT {KEPT}", {"org": org_id}
        )
        rows = cursor.fetchall()
    return Found(rows[0][1] if rows else 0, [row[0] for row in rows])
