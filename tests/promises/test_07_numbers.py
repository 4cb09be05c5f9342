"""A hundred who make invoices at once in series that number differently, while a fifth of them give up."""

import time
from statistics import quantiles
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, OperationalError, connection
from psycopg.errors import LockNotAvailable

from fairlead.billing import numbering
from fairlead.billing.models import NumberSeries
from fairlead.foundation import clock
from fairlead.tenancy.context import organization
from fairlead.tenancy.models import Role
from tests.integration.test_numbers_races import IN_REGISTER, create
from tests.invoicing import at_once, rows
from tests.world import Person, make_organization, make_person

# How three organizations number, and whether the invoice is issued at once.
SERIES: list[tuple[dict[str, str], dict[str, str]]] = [
    ({}, {}),
    ({"number_on": "issue"}, {"status": "Sent"}),
    ({"pattern": "R{year}-{number:04d}", "restart": "yearly"}, {"status": "Paid"}),
]
IN_ORDER_OF_ISSUE = "SELECT number FROM billing_invoice WHERE status <> 'Draft' ORDER BY issued_at"


def prove(writers: int, each: int) -> str:
    """Let them write; returns how many numbers were given, and how fast."""
    people = [_found(settings) for settings, _ in SERIES]
    kept = [0] * len(SERIES)
    for writer in range(writers):
        for turn in range(each):
            kept[_series_of(writer, turn)] += not _gives_up(writer, turn)

    def write(writer: int) -> list[float]:
        seconds = []
        for turn in range(each):
            begin, series = time.monotonic(), _series_of(writer, turn)
            _insist(people[series], give_up=_gives_up(writer, turn), **SERIES[series][1])
            seconds.append(time.monotonic() - begin)
        return seconds

    begin = time.monotonic()
    seconds = [one for some in at_once(writers, write) for one in some]
    took = time.monotonic() - begin
    for person, count in zip(people, kept, strict=True):
        _check(person, count)
    slow = quantiles(seconds, n=100)[98]
    return f"{sum(kept):,} given to {writers} writers, {sum(kept) / took:.0f} in a second, p99 {slow:.2f} s"


def _insist(person: Person, **more: Any) -> None:
    """Again, where the wait for the counter was too long: on a busy machine a hundred make a long queue."""
    while True:
        try:
            create(person, **more)
            return
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise


def _found(settings: dict[str, str]) -> Person:
    org = make_organization("Acme")
    person = make_person(org, "Claire Clerk", Role.ADMIN)
    with organization(org.id, person.actor):
        numbering.change_settings(settings)
    return person


def _series_of(writer: int, turn: int) -> int:
    return (writer + turn) % len(SERIES)


def _gives_up(writer: int, turn: int) -> bool:
    return (writer + turn) % 5 == 0


def _check(person: Person, count: int) -> None:
    """Every value from 1 on stands in the register, for one invoice that bears its number, and no other does."""
    with organization(person.org_id, person.actor):
        pattern = numbering.settings_of_invoices().pattern
        texts = [
            pattern.format(year=clock.today("Europe/Berlin").year, number=value)
            for value in range(1, count + 1)
        ]
    assert rows(person.org_id, IN_REGISTER) == [
        (text, "used", value, text) for value, text in enumerate(texts, 1)
    ]
    assert rows(person.org_id, "SELECT count(number) FROM billing_invoice") == [(count,)]
    issued = [number for (number,) in rows(person.org_id, IN_ORDER_OF_ISSUE)]
    assert issued == texts[: len(issued)]


@pytest.mark.promise(7)
def test_writers_in_three_series(figure: Any) -> None:
    figure("numbers", prove(20, 5))


@pytest.mark.promise(7)
@pytest.mark.long
def test_a_hundred_writers_in_three_series(figure: Any) -> None:
    figure("numbers", prove(100, 20))


@pytest.mark.promise(7, sabotage="the greatest number and one, in the place of a counter that is locked")
def test_it_is_seen_where_two_count_alike() -> None:
    def greatest_and_one(series: NumberSeries, period: int) -> int:
        sql = "SELECT coalesce(max(value), 0) + 1 FROM billing_registerednumber WHERE org_id = %s AND series_id = %s"
        with connection.cursor() as cursor:
            cursor.execute(sql, [series.org_id, series.id])
            return int(cursor.fetchone()[0])

    # The register itself refuses the second of them, whose invoice is lost.
    with (
        patch.object(numbering, "_count", greatest_and_one),
        pytest.raises(IntegrityError, match="registered_number_value_once"),
    ):
        prove(20, 5)
