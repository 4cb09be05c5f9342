"""Many who pay, take back, cancel and open the same invoice at once, again and again: sums and answers agree."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from random import Random
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from django.db.models import QuerySet

from fairlead.billing.models import guards
from tests import database
from tests.integration.test_payments_races import check, history_of, paying, status_of
from tests.invoicing import at_once, body, insist, make, path, pay
from tests.promises.reference import STEPS
from tests.surgery import another_database
from tests.world import World, api, make_world

Race = Callable[[World, Random, int], Counter[int]]


def all_pay(world: World, random: Random, callers: int) -> Counter[int]:
    """The same amount each: as many as fit are taken."""
    amount = random.randint(50, 9_000)
    # Fewer than the newest 50 of history, by which `check` looks for the last step.
    total = amount * random.randint(2, 30) + random.choice([0, amount // 2])
    invoice = make(
        world.owner, body(quantity=1, rate=_money(total)), status=random.choice(["Sent", "Pending"])
    )
    answers = Counter(at_once(callers, lambda _: paying(world, invoice, _money(amount))))
    fit = min(callers, total // amount)
    assert answers == Counter({201: fit, 422: callers - fit}) + Counter()
    assert check(world, invoice)["amount_paid"] == _money(fit * amount)
    return answers


def some_pay_while_one_is_taken_back(world: World, random: Random, callers: int) -> Counter[int]:
    """It is taken back once, and what was paid is that much less."""
    invoice = make(world.owner, body(quantity=1, rate="100.00"), status="Sent")
    first = random.choice(["100.00", "60.00"])
    payment = pay(world.owner, invoice, first).json
    back = path(invoice, f"payments/{payment['id']}/reverse")
    amount = random.randint(100, 5_000)

    def act(caller: int) -> tuple[str, int]:
        if caller % 2:
            return "pay", paying(world, invoice, _money(amount))
        asked = insist(lambda: api(world.owner).post(back, json={"reason": "Bounced"}))
        return "reverse", asked.status

    answers = Counter(at_once(callers, act))
    assert {status for what, status in answers if what == "pay"} <= {201, 422}
    assert answers["reverse", 200] == 1
    assert answers["reverse", 422] == callers - callers // 2 - 1
    assert check(world, invoice)["amount_paid"] == _money(answers["pay", 201] * amount)
    return Counter(status for (_, status), count in answers.items() for _ in range(count))


def some_pay_while_some_cancel(world: World, random: Random, callers: int) -> Counter[int]:
    """Either it is cancelled and nothing is paid, or the other way round."""
    invoice = make(world.owner, body(quantity=1, rate="100.00"), status="Sent")
    begin = random.randrange(2)

    def act(caller: int) -> tuple[str, int]:
        if (caller + begin) % 2:
            return "pay", paying(world, invoice, "9.00")
        return "cancel", status_of(world, invoice, "Cancelled")

    answers = Counter(at_once(callers, act))
    assert {status for _, status in answers} <= {200, 201, 422}
    found = check(world, invoice)
    assert (found["status"] == "Cancelled") == (answers["cancel", 200] > 0) == (answers["pay", 201] == 0)
    assert found["amount_paid"] == _money(900 * answers["pay", 201])
    return Counter(status for (_, status), count in answers.items() for _ in range(count))


def all_do_anything(world: World, random: Random, callers: int) -> Counter[int]:
    """Its history is a way through the graph of statuses, and its sums are those of its ledger."""
    invoice = make(
        world.owner, body(quantity=1, rate="100.00"), status=random.choice(["Draft", "Sent", "Pending"])
    )
    acts = [
        random.choice(["Sent", "Pending", "Paid", "Paid", "Cancelled", "pay", "pay"]) for _ in range(callers)
    ]

    def act(caller: int) -> int:
        if acts[caller] == "pay":
            return paying(world, invoice, "37.50")
        return status_of(world, invoice, acts[caller], "Returned.")

    answers = Counter(at_once(callers, act))
    assert answers.keys() <= {200, 201, 422}
    assert all(after in STEPS[before] for before, after in history_of(check(world, invoice)))
    return answers


RACES: tuple[Race, ...] = (
    all_pay,
    some_pay_while_one_is_taken_back,
    some_pay_while_some_cancel,
    all_do_anything,
)


def prove(world: World, random: Random, races: int, callers: int) -> str:
    """Run them one after the other; returns what was answered."""
    answers = sum((RACES[race % len(RACES)](world, random, callers) for race in range(races)), Counter[int]())
    taken = answers[200] + answers[201]
    return f"{races} of {callers} callers: {taken:,} taken, {answers[422]:,} refused"


def _money(cents: int) -> str:
    return f"{Decimal(cents) / 100:.2f}"


@pytest.mark.promise(10)
def test_a_few_races(world: World, seed: int, figure: Any) -> None:
    figure("races", prove(world, Random(seed), 4, 10))


@pytest.mark.promise(10)
@pytest.mark.long
def test_three_hundred_races(world: World, seed: int, figure: Any) -> None:
    figure("races", prove(world, Random(seed), 300, 20))


@pytest.mark.promise(10)
@pytest.mark.long
def test_a_hundred_pay_one_invoice(world: World, seed: int) -> None:
    all_pay(world, Random(seed), 100)


@contextmanager
def nothing_locked() -> Iterator[None]:
    """Neither the command nor the trigger of the ledger waits for the invoice."""
    rules = [rule.replace("FOR NO KEY UPDATE", "") for rule in guards.payment_rules()]
    assert rules != [*guards.payment_rules()]
    with another_database(), patch.object(QuerySet, "select_for_update", lambda self, **how: self):
        with psycopg.connect(database.in_use["superuser"], dbname=database.in_use["NAME"]) as session:
            for rule in rules:
                session.execute(rule)
        yield


@pytest.mark.promise(
    10, sabotage="no lock on the invoice, neither by the command nor by the ledger's trigger"
)
@pytest.mark.parametrize("race", RACES[:3])
def test_it_is_seen_where_nobody_waits(race: Race, seed: int) -> None:
    with nothing_locked(), pytest.raises(AssertionError):
        _run(race, Random(seed))


def _run(race: Race, random: Random) -> None:
    """As often as it takes: no lock is no sure loss."""
    world = make_world()
    for _ in range(20):
        race(world, random, 10)
