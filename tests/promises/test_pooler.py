"""Rows 7 and 23 through PgBouncer in transaction mode, where one connection serves many callers by turns."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from fairlead.tenancy import context
from fairlead.tenancy.context import organization
from tests.integration.test_numbers_races import IN_REGISTER, OF_INVOICES, create, numbers
from tests.invoicing import at_once, make, rows
from tests.pooler import SHARED, needs_pooler, pooled
from tests.world import World, make_world

pytestmark = [pytest.mark.long, needs_pooler]

CLIENTS, TRANSACTIONS = 48, 150
CREATORS, EACH = 100, 20


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    """Six organizations, each with invoices of its own."""
    made = [make_world() for _ in range(3)]
    for world in made:
        for person in (world.owner, world.stranger):
            make(person)
            make(person, status="Sent")
    return made


@pytest.fixture
def _pooled(worlds: list[World]) -> Iterator[None]:
    with pooled():
        yield


@pytest.mark.promise(23)
@pytest.mark.usefixtures("_pooled")
def test_each_client_sees_its_own_rows_alone(worlds: list[World], seed: int, figure: Any) -> None:
    """Whatever the connection served before; between transactions there are no rows at all."""
    orgs = [org.id for world in worlds for org in (world.acme, world.globex)]
    seen = at_once(CLIENTS, lambda client: switch(orgs, random.Random(seed + client)))
    strange = sum(seen, Counter[str]()) - Counter({"own": CLIENTS * TRANSACTIONS})
    assert not strange, f"rows leaked: {strange}"
    shared = f"through {SHARED} connections"
    figure("clients × transactions", f"{CLIENTS} × {TRANSACTIONS} {shared}, 0 rows of others")


@pytest.mark.promise(23, sabotage="the organization is set for the session, not the transaction")
@pytest.mark.usefixtures("_pooled")
def test_a_setting_of_the_session_leaks(
    worlds: list[World], seed: int, figure: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tell_session(org_id: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.org_id', %s, false)", [org_id])

    monkeypatch.setattr(context, "_tell_database", tell_session)
    with pytest.raises(AssertionError, match="rows leaked"):
        test_each_client_sees_its_own_rows_alone(worlds, seed, figure)


@pytest.mark.promise(7)
@pytest.mark.usefixtures("_pooled")
def test_a_hundred_creators_leave_no_hole(figure: Any) -> None:
    world = make_world()

    def write(writer: int) -> None:
        for turn in range(EACH):
            create(world.clerk, give_up=(writer + turn) % 5 == 0)

    at_once(CREATORS, write)
    kept = CREATORS * EACH * 4 // 5
    found = sorted(number for (number,) in rows(world.acme.id, OF_INVOICES))
    assert found == sorted(numbers(kept))
    assert [row[2] for row in rows(world.acme.id, IN_REGISTER)] == [*range(1, kept + 1)]
    figure("through PgBouncer", f"{kept} numbers by {CREATORS} creators, none missing or twice")


def switch(orgs: list[UUID], chance: random.Random) -> Counter[str]:
    """What one client sees: in each transaction of another organization, and outside of any."""
    seen = Counter[str]()
    for _ in range(TRANSACTIONS):
        org_id = chance.choice(orgs)
        with organization(org_id):
            found = _organizations()
        seen["own" if found == {org_id} else "others in a transaction"] += 1
        seen["outside of a transaction"] += bool(_organizations())
    seen["past the pooler"] += _connections() > SHARED
    return seen


def _organizations() -> set[UUID]:
    """Whose invoices there are, with nothing in the query that asks for one organization's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT org_id FROM billing_invoice")
        return {org_id for (org_id,) in cursor.fetchall()}


def _connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = current_user AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])
