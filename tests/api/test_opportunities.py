"""Opportunities: their amounts, their stages, and what decides them."""

from datetime import timedelta
from typing import Any

import pytest

from fairlead.crm.models import Opportunity
from fairlead.foundation.clock import now
from fairlead.tenancy.context import organization
from tests.api.test_pipelines import make as make_pipeline
from tests.invoicing import unchanged
from tests.world import Person, World, api

OPPORTUNITIES = "/api/opportunities/"
LINES = [
    {"description": "Design", "quantity": "3", "rate": "33.335", "discount_amount": "5.00"},
    {
        "description": "Screws",
        "quantity": "250",
        "rate": "4.55",
        "price_base": "100",
        "discount_percent": "2.5",
    },
]


def make(person: Person, **given: Any) -> Any:
    answer = api(person).post(OPPORTUNITIES, {"name": "Website", **given})
    assert answer.status == 201, answer.body
    return answer.json


def put(person: Person, made: Any, **given: Any) -> Any:
    answer = api(person).put(f"{OPPORTUNITIES}{made['id']}/", given)
    assert answer.status == 200, answer.body
    return answer.json


def step(person: Person, made: Any, verb: str, body: Any = None) -> Any:
    answer = api(person).post(f"{OPPORTUNITIES}{made['id']}/{verb}/", body)
    assert answer.status == 200, answer.body
    return answer.json


def history(person: Person, made: Any) -> list[Any]:
    found: list[Any] = api(person).get(f"{OPPORTUNITIES}{made['id']}/history/").json["results"]
    return found


def test_it_begins_in_the_first_stage_of_the_default_pipeline(world: World) -> None:
    made = make(world.clerk, amount="1000")
    assert (made["pipeline"]["name"], made["stage"]["name"], made["status"]) == (
        "Sales",
        "Qualification",
        "open",
    )
    assert (made["currency"], made["amount"], made["probability"], made["weighted_amount"]) == (
        "EUR", "1000.00", 10, "100.00",
    )  # fmt: skip
    [first] = api(world.clerk).get(f"{OPPORTUNITIES}{made['id']}/stages/").json["results"]
    assert (first["from_stage"], first["to_stage"]["name"], first["seconds"]) == (None, "Qualification", None)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("NEEDS_ANALYSIS", "Needs analysis"),
        ("closed_won", "Won"),
        ("CLOSED WON", "Won"),
        (" qualification ", "Qualification"),
    ],
)
def test_a_stage_is_named_by_older_clients_too(world: World, given: str, name: str) -> None:
    made = make(world.clerk, stage=given)
    assert made["stage"]["name"] == name
    address = f"{OPPORTUNITIES}{made['id']}/"
    before = api(world.clerk).get(address).headers["ETag"]
    assert api(world.clerk).patch(address, {"stage": given}).headers["ETag"] == before
    begun = make(world.clerk)
    moved = api(world.clerk).post(f"{OPPORTUNITIES}{begun['id']}/move/", {"stage": given})
    assert (moved.status, moved.json["stage"]["id"]) == (200, made["stage"]["id"])


def test_a_stage_that_the_pipeline_does_not_have_is_refused_with_those_that_it_has(world: World) -> None:
    made = make(world.clerk)
    with unchanged(world.acme.id):
        for answer in (
            api(world.clerk).post(OPPORTUNITIES, {"name": "X", "stage": "Daydream"}),
            api(world.clerk).patch(f"{OPPORTUNITIES}{made['id']}/", {"stage": "Daydream"}),
            api(world.clerk).post(f"{OPPORTUNITIES}{made['id']}/move/", {"stage": "Daydream"}),
        ):
            assert (answer.status, [*answer.json["errors"]]) == (422, ["stage"])
            assert "Negotiation, " in answer.json["errors"]["stage"][0]


def test_its_account_has_a_name_for_who_sees_that(world: World) -> None:
    account = api(world.clerk).post("/api/accounts/", {"name": "Customer"}).json["id"]
    made = make(world.clerk, account=account, assigned_to=[world.colleague.id])
    for person, name in ((world.clerk, "Customer"), (world.colleague, None)):
        detail = api(person).get(f"{OPPORTUNITIES}{made['id']}/").json
        [row] = api(person).get(OPPORTUNITIES).json["results"]
        assert detail["account"] == row["account"] == {"id": account, "name": name}


def test_what_was_read_may_be_sent_back(world: World) -> None:
    account = api(world.clerk).post("/api/accounts/", {"name": "Customer"}).json["id"]
    made = make(
        world.clerk, account=account, lines=LINES, lead_source="compaign", expected_close_date="2027-01-31"
    )
    assert made["lead_source"] == "campaign"
    address = f"{OPPORTUNITIES}{made['id']}/"
    for person, verb, body in (
        (world.clerk, "", None),
        (world.clerk, "lose", {"reason": "Price"}),
        (world.clerk, "win", None),
    ):
        if verb:
            step(person, made, verb, body)
        present = api(person).get(address)
        answer = api(person).put(address, present.json)
        assert (answer.status, answer.json) == (200, present.json)
        assert answer.headers["ETag"] == present.headers["ETag"]


def test_contacts_are_those_that_one_sees_and_the_others_stay(world: World) -> None:
    def contact(person: Person, name: str) -> str:
        return str(api(person).post("/api/contacts/?force=true", {"first_name": name}).json["id"])

    jane, hidden, john = (
        contact(world.clerk, "Jane"),
        contact(world.owner, "Hidden"),
        contact(world.clerk, "John"),
    )
    made = make(world.clerk, contacts=[john, jane])
    assert [one["name"] for one in made["contacts"]] == ["John", "Jane"]
    put(world.owner, made, contacts=[jane, hidden])
    assert [one["name"] for one in put(world.clerk, made, contacts=[john])["contacts"]] == ["John"]
    assert {one["name"] for one in put(world.owner, made, description="x")["contacts"]} == {"Hidden", "John"}
    for contact_id, count in ((john, 1), (jane, 0)):
        assert api(world.clerk).get(f"{OPPORTUNITIES}?contact={contact_id}").json["count"] == count
    with unchanged(world.acme.id):
        for given, path in (([hidden], "contacts.0"), ([john, john], "contacts.1")):
            answer = api(world.clerk).put(f"{OPPORTUNITIES}{made['id']}/", {"contacts": given})
            assert (answer.status, [*answer.json["errors"]]) == (422, [path])


def test_lines_make_the_amount_as_on_an_invoice(world: World) -> None:
    made = make(world.clerk, lines=LINES)
    assert [line["net_amount"] for line in made["lines"]] == ["95.01", "11.10"]
    assert made["amount"] == "106.11"
    changed = put(world.clerk, made, lines=[made["lines"][1]])
    assert (changed["amount"], changed["lines"]) == ("11.10", made["lines"][1:])
    assert put(world.clerk, made, currency="JPY")["amount"] == "11"
    assert put(world.clerk, made, lines=[])["amount"] == "11"
    assert put(world.clerk, made, amount="12")["amount"] == "12"


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"amount": "1.001"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1", "currency": "XXX"}, "currency"),
        ({"lines": LINES, "amount": "100.00"}, "amount"),
        ({"lines": [{"description": "x", "rate": "-1"}]}, "lines.0.rate"),
        ({"lines": [{"description": "x", "rate": "1", "quantity": "-1"}]}, "lines"),
        ({"lines": [{"description": "x", "rate": "1", "net_amount": "1.00"}]}, "lines.0.net_amount"),
        (
            {"lines": [{"description": "x", "rate": "1", "id": "01980000-0000-7000-8000-000000000000"}]},
            "lines.0.id",
        ),
        ({"stage": "01980000-0000-7000-8000-000000000000"}, "stage"),
        ({"account": "01980000-0000-7000-8000-000000000000"}, "account"),
        ({"lost_reason": "Price"}, "lost_reason"),
        ({"status": "won"}, "status"),
    ],
)
def test_what_does_not_fit_is_named(world: World, given: Any, path: str) -> None:
    made = make(world.clerk, amount="5")
    with unchanged(world.acme.id):
        changed = api(world.clerk).put(f"{OPPORTUNITIES}{made['id']}/", given)
        assert (changed.status, [*changed.json["errors"]]) == (422, [path])
        created = api(world.clerk).post(OPPORTUNITIES, {"name": "Website", **given})
        assert (created.status, [*created.json["errors"]]) == (422, [path])


def test_an_amount_that_lines_make_is_not_told_otherwise(world: World) -> None:
    made = make(world.clerk, lines=LINES)
    with unchanged(world.acme.id):
        answer = api(world.clerk).put(f"{OPPORTUNITIES}{made['id']}/", {"amount": "100.00"})
        assert (answer.status, [*answer.json["errors"]]) == (422, ["amount"])
    assert put(world.clerk, made, amount="106.11")["amount"] == "106.11"


def test_a_probability_is_its_own_or_the_stages(world: World) -> None:
    made = make(world.clerk, amount="200", probability=40)
    assert (made["probability"], made["weighted_amount"]) == (40, "80.00")
    stages = api(world.clerk).get("/api/pipelines/").json["results"][0]["stages"]
    moved = step(world.clerk, made, "move", {"stage": stages[2]["id"]})
    assert moved["probability"] == 40
    assert put(world.clerk, made, probability=None)["probability"] == 50
    won = step(world.clerk, made, "win")
    assert (won["probability"], won["weighted_amount"]) == (100, "200.00")
    with unchanged(world.acme.id):
        answer = api(world.clerk).put(f"{OPPORTUNITIES}{made['id']}/", {"probability": 99})
        assert [*answer.json["errors"]] == ["probability"]


def test_it_is_won_lost_for_a_reason_and_opened_again_where_it_was(world: World) -> None:
    made = make(world.clerk, amount="10")
    stages = api(world.clerk).get("/api/pipelines/").json["results"][0]["stages"]
    step(world.clerk, made, "move", {"stage": stages[3]["id"]})
    won = step(world.clerk, made, "win")
    assert (won["status"], won["stage"]["name"], won["closed_on"] is None) == ("won", "Won", False)
    assert step(world.clerk, made, "win")["updated_on"] == won["updated_on"]
    reopened = step(world.clerk, made, "reopen")
    assert (reopened["status"], reopened["stage"]["id"], reopened["closed_on"]) == (
        "open",
        stages[3]["id"],
        None,
    )
    with unchanged(world.acme.id):
        assert api(world.clerk).post(f"{OPPORTUNITIES}{made['id']}/lose/", {}).status == 400
        blank = api(world.clerk).post(f"{OPPORTUNITIES}{made['id']}/move/", {"stage": stages[5]["id"]})
        assert (blank.status, [*blank.json["errors"]]) == (422, ["stage"])
        silent = api(world.clerk).put(f"{OPPORTUNITIES}{made['id']}/", {"stage": stages[5]["id"]})
        assert (silent.status, [*silent.json["errors"]]) == (422, ["lost_reason"])
    lost = step(world.clerk, made, "lose", {"reason": "Price"})
    assert (lost["status"], lost["lost_reason"], lost["probability"]) == ("lost", "Price", 0)
    assert step(world.clerk, made, "lose", {"reason": "Time"})["lost_reason"] == "Time"
    back = put(world.clerk, made, stage=stages[0]["id"])
    assert (back["status"], back["lost_reason"], back["closed_on"]) == ("open", "", None)
    names = [(one["from_stage"] or {}).get("name") for one in _stages(world, made)]
    assert names == ["Lost", "Negotiation", "Won", "Negotiation", "Qualification", None]
    told = [(one["action"], one["status_changed_to"]) for one in history(world.clerk, made)]
    assert told == [
        ("changed", "open"), ("changed", None), ("lost", "lost"), ("reopened", "open"), ("won", "won"),
        ("moved", None), ("created", None),
    ]  # fmt: skip


def test_how_long_it_stood_in_a_stage_is_told(world: World) -> None:
    made = make(world.clerk)
    _age(world, made, days=15)
    aged = api(world.clerk).get(f"{OPPORTUNITIES}{made['id']}/").json
    assert (aged["days_in_stage"], aged["is_rotting"]) == (15, True)
    rotting = api(world.clerk).get(f"{OPPORTUNITIES}?rotting=true").json["results"]
    assert [one["id"] for one in rotting] == [made["id"]]
    assert api(world.clerk).get(f"{OPPORTUNITIES}?rotting=false").json["count"] == 0
    won = step(world.clerk, made, "win")
    assert (won["days_in_stage"], won["is_rotting"]) == (0, False)
    assert 15 * 86400 <= _stages(world, made)[0]["seconds"] < 15 * 86400 + 600


def test_lists_are_narrowed_by_every_field(world: World) -> None:
    pipeline = make_pipeline(world, name="Sales")
    other = make_pipeline(world, name="Partners")
    account = api(world.clerk).post("/api/accounts/", {"name": "Customer"}).json["id"]
    one = make(
        world.clerk, name="One", account=account, amount="100", expected_close_date="2027-01-31", type="New",
        lead_source="call",
    )  # fmt: skip
    two = make(world.clerk, name="Two", amount="900", currency="USD", stage=other["stages"][1]["id"])
    found = {
        query: [row["name"] for row in api(world.clerk).get(f"{OPPORTUNITIES}?{query}").json["results"]]
        for query in (
            f"pipeline={pipeline['id']}", f"stage={one['stage']['id']}", f"account={account}", "status=open",
            "max_amount=500", "currency=EUR", "expected_close_before=2027-01-31", "expected_close_after=2027-01-31",
            "type=New", "lead_source=call", "name=on", "search=one", "max_probability=20",
        )
    }  # fmt: skip
    assert found == {query: ["One"] for query in found}
    found = {
        query: [row["name"] for row in api(world.clerk).get(f"{OPPORTUNITIES}?{query}").json["results"]]
        for query in (f"pipeline={other['id']}", "status=won", "min_amount=500", "closed_after=2020-01-01")
    }
    assert found == {query: ["Two"] for query in found}
    assert two["status"] == "won"


def test_sums_are_of_one_currency_each_and_of_what_is_seen(world: World) -> None:
    make(world.clerk, amount="100", probability=50)
    make(world.clerk, amount="0.01", probability=50)
    make(world.clerk, amount="1000", currency="JPY", probability=1)
    make(world.owner, amount="7")
    make(world.clerk)
    sums = api(world.clerk).get(f"{OPPORTUNITIES}totals/").json
    assert sums == {
        "count": 4,
        "totals": [
            {"currency": "EUR", "count": 3, "amount": "100.01", "weighted_amount": "50.01"},
            {"currency": "JPY", "count": 1, "amount": "1000", "weighted_amount": "10"},
        ],
    }
    assert api(world.clerk).get(f"{OPPORTUNITIES}totals/?currency=JPY").json["count"] == 1
    assert api(world.owner).get(f"{OPPORTUNITIES}totals/").json["totals"][0]["amount"] == "107.01"


def _stages(world: World, made: Any) -> list[Any]:
    found: list[Any] = api(world.clerk).get(f"{OPPORTUNITIES}{made['id']}/stages/").json["results"]
    return found


def _age(world: World, made: Any, days: int) -> None:
    with organization(world.acme.id):
        Opportunity.objects.filter(id=made["id"]).update(stage_since=now() - timedelta(days=days))
