"""Pipelines: always one default, always a way to win and to lose, and no stage goes from under an opportunity."""

from typing import Any

import pytest

from fairlead.crm import pipelines
from fairlead.crm.models import Pipeline
from fairlead.tenancy.context import organization
from tests.invoicing import at_once, insist, unchanged
from tests.world import World, api

PIPELINES = "/api/pipelines/"
STAGES = [
    {"name": "Talk", "probability": 20, "rotting_days": 7},
    {"name": "Signed", "kind": "won"},
    {"name": "Gone", "kind": "lost"},
]


def make(world: World, **more: Any) -> Any:
    answer = api(world.owner).post(PIPELINES, {"name": "Partners", "stages": STAGES, **more})
    assert answer.status == 201, answer.body
    return answer.json


def test_the_first_is_the_default_and_then_the_one_that_is_made_so(world: World) -> None:
    first, second = make(world), make(world, name="Direct", is_default=True)
    assert (first["is_default"], second["is_default"]) == (True, True)
    listed = api(world.clerk).get(PIPELINES).json["results"]
    assert [(one["name"], one["is_default"]) for one in listed] == [("Partners", False), ("Direct", True)]


def test_stages_are_told_in_their_order_and_decided_ones_know_their_probability(world: World) -> None:
    made = make(world)
    assert [(one["name"], one["probability"], one["kind"]) for one in made["stages"]] == [
        ("Talk", 20, "open"),
        ("Signed", 100, "won"),
        ("Gone", 0, "lost"),
    ]
    new = [made["stages"][2], {"name": "Ask", "probability": 5}, *made["stages"][:2]]
    changed = api(world.owner).put(f"{PIPELINES}{made['id']}/", {"stages": new})
    assert [one["name"] for one in changed.json["stages"]] == ["Gone", "Ask", "Talk", "Signed"]
    assert changed.json["stages"][2]["id"] == made["stages"][0]["id"]


def test_what_was_read_may_be_sent_back(world: World) -> None:
    made = make(world)
    answer = api(world.owner).put(f"{PIPELINES}{made['id']}/", made)
    assert (answer.status, answer.json, answer.headers["ETag"]) == (200, made, '"1"')


@pytest.mark.parametrize(
    ("stages", "path"),
    [
        ([STAGES[0], STAGES[1], {"name": "More", "probability": 1}], "stages"),
        ([*STAGES, {"name": "talk", "probability": 1}], "stages.3.name"),
        ([*STAGES, {"name": "More"}], "stages.3.probability"),
        ([*STAGES, {"name": "More", "kind": "won", "probability": 99}], "stages.3.probability"),
        (
            [*STAGES, {"name": "More", "probability": 1, "id": "01980000-0000-7000-8000-000000000000"}],
            "stages.3.id",
        ),
    ],
)
def test_stages_that_do_not_fit_are_named(world: World, stages: Any, path: str) -> None:
    made = make(world)
    with unchanged(world.acme.id):
        answer = api(world.owner).put(f"{PIPELINES}{made['id']}/", {"stages": stages})
        assert (answer.status, [*answer.json["errors"]]) == (422, [path])


def test_a_name_is_given_once_in_any_case(world: World) -> None:
    make(world)
    answer = api(world.owner).post(PIPELINES, {"name": "PARTNERS"})
    assert (answer.status, [*answer.json["errors"]]) == (409, ["name"])


def test_the_default_stays_until_another_is(world: World) -> None:
    first = make(world)
    address = f"{PIPELINES}{first['id']}/"
    with unchanged(world.acme.id):
        assert api(world.owner).put(address, {"is_default": False}).status == 422
        assert api(world.owner).delete(address).status == 422
    second = make(world, name="Direct")
    api(world.owner).put(f"{PIPELINES}{second['id']}/", {"is_default": True})
    assert api(world.owner).delete(address).status == 200


def test_a_stage_where_opportunities_stand_cannot_go_nor_change_its_kind(world: World) -> None:
    made = make(world)
    talk = made["stages"][0]
    other = {"name": "Ask", "probability": 5}
    for _ in range(2):
        body = {"name": "Website", "stage": talk["id"]}
        assert api(world.clerk).post("/api/opportunities/", body).status == 201
    address = f"{PIPELINES}{made['id']}/"
    with unchanged(world.acme.id):
        gone = api(world.owner).put(address, {"stages": [other, *made["stages"][1:]]})
        assert gone.status == 422
        assert "2 in Talk" in gone.json["errors"]["stages"][0]
        won = {**talk, "kind": "won", "probability": 100}
        changed = api(world.owner).put(address, {"stages": [other, won, *made["stages"][1:]]})
        assert (changed.status, [*changed.json["errors"]]) == (422, ["stages.1.kind"])
    make(world, name="Direct", is_default=True)
    with unchanged(world.acme.id):
        removed = api(world.owner).delete(address)
        assert removed.status == 422
        assert "2 in Talk" in removed.json["detail"]


def test_an_organization_is_founded_with_a_pipeline(world: World) -> None:
    founded = api(world.stranger).post("/api/org/", {"name": "Initech"}).json["id"]
    listed = api(world.stranger).get(PIPELINES, headers={"organization-id": founded}).json["results"]
    assert [(one["name"], one["is_default"], len(one["stages"])) for one in listed] == [("Sales", True, 6)]


def test_the_default_is_made_once_when_it_is_needed_by_many(world: World) -> None:
    def need(_: int) -> Any:
        return insist(lambda: api(world.clerk).post("/api/opportunities/", {"name": "Website"}))

    assert [answer.status for answer in at_once(6, need)] == [201] * 6
    with organization(world.acme.id):
        assert Pipeline.objects.count() == 1


def test_many_who_make_another_the_default_leave_one(world: World) -> None:
    made = [make(world, name=f"Pipeline {number}") for number in range(4)]

    def prefer(number: int) -> Any:
        return insist(lambda: api(world.owner).put(f"{PIPELINES}{made[number]['id']}/", {"is_default": True}))

    assert [answer.status for answer in at_once(4, prefer)] == [200] * 4
    with organization(world.acme.id):
        assert Pipeline.objects.filter(is_default=True).count() == 1
        assert pipelines.default().is_default
