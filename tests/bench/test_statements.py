"""How many statements an operation takes, besides BEGIN and COMMIT: no list reads row by row."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.invoicing import INVOICES, Json, body, in_status, lined, make, path, step
from tests.world import Answer, World, api

ACCOUNTS = "/api/accounts/"
OPPORTUNITIES = "/api/opportunities/"
Call = Callable[[], Answer]


def statements(call: Call, status: int = 200) -> int:
    """What this call asks of the database."""
    with CaptureQueriesContext(connection) as captured:
        answer = call()
    assert answer.status == status, answer.body
    asked = [query["sql"] for query in captured.captured_queries]
    count = len([sql for sql in asked if sql not in ("BEGIN", "COMMIT")])
    print(f"{count:3} statements", *(" ".join(sql.split())[:150] for sql in asked), sep="\n    ")
    return count


def full(world: World, **more: Any) -> Json:
    """The contract's example, with somebody and a team that it is given to."""
    return body(assigned_to=[world.colleague.id], teams=[str(world.dev.id)], **more)


@pytest.mark.parametrize("rows", [1, 25])
@pytest.mark.parametrize("who", ["owner", "clerk", "colleague"])
def test_a_list(world: World, rows: int, who: str) -> None:
    for _ in range(rows):
        make(world.clerk, full(world))
    person = getattr(world, who)
    query = "?limit=100&status=Draft&search=global&overdue=false&ordering=-total_amount"
    assert statements(lambda: api(person).get(f"{INVOICES}{query}")) <= 4


@pytest.mark.parametrize("lines", [1, 40])
def test_a_detail(world: World, lines: int) -> None:
    invoice = in_status(world.owner, "Paid", lined(*[{}] * lines))
    assert statements(lambda: api(world.owner).get(path(invoice))) <= 4


@pytest.mark.parametrize("more", [{}, {"lines": [{"description": "x", "rate": "1"}] * 40}])
def test_a_create(world: World, more: Json) -> None:
    make(world.clerk)  # the series stands
    given = full(world, **more)
    if more:
        del given["quantity"], given["rate"]
    assert statements(lambda: api(world.clerk).post(INVOICES, json=given), 201) <= 12


def test_changes_and_steps(world: World) -> None:
    invoice = make(world.owner, full(world))
    caller, status = api(world.owner), path(invoice, "status")
    assert statements(lambda: caller.put(path(invoice), json={"notes": "Thank you."})) <= 11
    assert statements(lambda: caller.put(path(invoice), json={"rate": "5.00"})) <= 14
    assert statements(lambda: caller.post(status, json={"status": "Sent"})) <= 15
    assert statements(lambda: caller.post(status, json={"status": "Paid"})) <= 13
    assert step(world.owner, invoice, "Paid")["status"] == "Paid"


@pytest.mark.parametrize("name", ["history", "payments", "emails"])
def test_sub_lists(world: World, name: str) -> None:
    invoice = in_status(world.owner, "Paid")
    assert statements(lambda: api(world.owner).get(path(invoice, name))) <= 5


@pytest.mark.parametrize("beside", [False, True])
def test_a_move(world: World, beside: bool) -> None:
    caller = api(world.clerk)
    made = [caller.post(OPPORTUNITIES, {"name": "Website", "amount": "9"}).json for _ in range(3)]
    stages = caller.get("/api/pipelines/").json["results"][0]["stages"]
    caller.post(f"{OPPORTUNITIES}{made[0]['id']}/move/", {"stage": stages[1]["id"]})
    body = {"stage": stages[1]["id"]} | ({"before": made[0]["id"]} if beside else {})
    assert statements(lambda: caller.post(f"{OPPORTUNITIES}{made[1]['id']}/move/", body)) <= 8  # set_config


@pytest.mark.parametrize("count", [1, 12])
def test_sales(world: World, count: int) -> None:
    """With set_config: lists take 4, details 8, whatever hangs on them."""
    caller = api(world.clerk)
    account = caller.post(ACCOUNTS, {"name": "Customer"}).json["id"]
    line = {"description": "x", "rate": "1"}
    given = {"name": "Website", "account": account, "lines": [line] * count}
    made = [caller.post(OPPORTUNITIES, given).json["id"] for _ in range(count)]
    make(world.clerk, account=account, status="Sent")
    assert statements(lambda: caller.get(f"{OPPORTUNITIES}?limit=100&ordering=position&rotting=false")) <= 4
    assert statements(lambda: caller.get(f"{OPPORTUNITIES}totals/?status=open")) <= 4
    assert statements(lambda: caller.get("/api/reports/forecast/")) <= 4
    assert statements(lambda: caller.get("/api/pipelines/")) <= 4
    assert statements(lambda: caller.get(f"{OPPORTUNITIES}{made[0]}/")) <= 4
    assert statements(lambda: caller.get(f"{ACCOUNTS}{account}/")) <= 4
