"""Many who pay, reverse and cancel the same invoice at once: what is left is a state of the model."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import count

import pytest

from tests.invoicing import Json, at_once, body, insist, make, path, pay, read, rows
from tests.world import World, api, make_world

pytestmark = pytest.mark.promise(10)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


def status_of(world: World, invoice: Json, status: str, reason: str = "") -> int:
    given = {"status": status, "reason": reason}
    return insist(lambda: api(world.owner).post(path(invoice, "status"), json=given)).status


def paying(world: World, invoice: Json, amount: str) -> int:
    return insist(lambda: pay(world.owner, invoice, amount)).status


def history_of(invoice: Json) -> Counter[tuple[str, str]]:
    steps = [(one["status_changed_from"], one["status_changed_to"]) for one in invoice["history"]]
    return Counter(step for step in steps if step != (None, None))


def check(world: World, invoice: Json) -> Json:
    """The invoice, which agrees with its ledger and with its history."""
    found = read(world.owner, invoice)
    sql = "SELECT coalesce(sum(amount), 0) FROM billing_payment WHERE invoice_id = %s"
    ((paid,),) = rows(world.acme.id, sql, invoice["id"])
    assert float(found["amount_paid"]) == float(paid) <= float(found["total_amount"])
    assert (found["status"] == "Paid") == (found["amount_due"] == "0.00")
    assert found["status"] != "Cancelled" or paid == 0
    newest = next(one for one in found["history"] if one["status_changed_to"])
    assert newest["status_changed_to"] == found["status"]
    return found


@pytest.mark.parametrize("begin", ["Draft", "Sent", "Pending"])
def test_ten_who_mark_it_paid_pay_it_once(world: World, begin: str) -> None:
    invoice = make(world.owner, status=begin)
    assert at_once(10, lambda _: status_of(world, invoice, "Paid")) == [200] * 10
    found = check(world, invoice)
    assert [one["amount"] for one in found["payments"]] == ["24000.00"]
    assert history_of(found)[begin, "Paid"] == 1
    if begin == "Draft":
        sql = "SELECT count(*) FROM billing_issueddocument WHERE invoice_id = %s"
        assert rows(world.acme.id, sql, invoice["id"]) == [(1,)]


def test_payments_at_once_never_exceed_the_total(world: World) -> None:
    invoice = make(world.owner, body(quantity=1, rate="100"), status="Sent")
    answers = Counter(answer.status for answer in at_once(20, lambda _: pay(world.owner, invoice, "7.00")))
    assert answers == {201: 14, 422: 6}
    assert check(world, invoice)["amount_due"] == "2.00"


def test_the_balance_is_paid_once_however_it_is_paid(world: World) -> None:
    invoice = make(world.owner, status="Sent")
    ways = [
        partial(status_of, world, invoice, "Paid"),
        partial(paying, world, invoice, "24000.00"),
        partial(paying, world, invoice, "0.01"),
    ]
    answers = at_once(9, lambda caller: ways[caller % 3]())
    assert {*answers} <= {200, 201, 422}
    assert check(world, invoice)["status"] == "Paid"


def test_a_payment_is_reversed_once(world: World) -> None:
    invoice = make(world.owner, status="Paid")
    back = path(invoice, f"payments/{invoice['payments'][0]['id']}/reverse")
    answers = at_once(10, lambda _: api(world.owner).post(back, json={"reason": "Bounced"}).status)
    assert Counter(answers) == {200: 1, 422: 9}
    found = check(world, invoice)
    assert (found["status"], len(found["payments"])) == ("Sent", 2)
    assert history_of(found)["Paid", "Sent"] == 1


@pytest.fixture
def fresh(world: World) -> Iterator[Json]:
    return (make(world.owner, status="Sent") for _ in count())


def test_cancelling_and_paying_exclude_each_other(world: World, fresh: Iterator[Json]) -> None:
    for _ in range(6):
        invoice = next(fresh)
        ways = [
            partial(status_of, world, invoice, "Cancelled"),
            partial(paying, world, invoice, "1.00"),
            partial(status_of, world, invoice, "Paid"),
        ]
        cancelled, *_ = at_once(3, lambda caller: ways[caller]())  # noqa: B023 - they have ended by the next turn
        found = check(world, invoice)
        assert (found["status"] == "Cancelled") == (cancelled == 200)
        assert found["status"] in ("Cancelled", "Paid")


def test_anything_at_once_ends_in_a_state_of_the_model(world: World, fresh: Iterator[Json]) -> None:
    for _ in range(4):
        invoice = next(fresh)

        def act(caller: int, one: Json = invoice) -> int:
            if caller % 5 == 4:
                return paying(world, one, "12000.00")
            wanted = ("Paid", "Pending", "Sent", "Cancelled")[caller % 5]
            return status_of(world, one, wanted, "It was returned.")

        assert {*at_once(10, act)} <= {200, 201, 422}
        check(world, invoice)
