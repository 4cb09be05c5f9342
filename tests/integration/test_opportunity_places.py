"""Places on a board: where one is put it stays, also when many put theirs at once."""

from typing import Any
from uuid import UUID

import pytest

from fairlead.crm.domain import positions
from fairlead.crm.models import Opportunity, StageChange
from fairlead.tenancy.context import organization
from tests.invoicing import at_once, insist, unchanged
from tests.world import Person, World, api

OPPORTUNITIES = "/api/opportunities/"


@pytest.fixture
def made(world: World) -> list[str]:
    """Four opportunities in the first stage, in their order."""
    return [make(world.clerk, f"{number}") for number in range(4)]


def make(person: Person, name: str, **given: Any) -> str:
    return str(api(person).post(OPPORTUNITIES, {"name": name, **given}).json["id"])


def stages(world: World) -> list[str]:
    found = api(world.clerk).get("/api/pipelines/").json["results"][0]["stages"]
    return [stage["id"] for stage in found]


def board(person: Person, stage: str) -> list[str]:
    """The ids of a stage as a board shows them."""
    listed = api(person).get(f"{OPPORTUNITIES}?stage={stage}&ordering=position&limit=500").json["results"]
    return [row["id"] for row in listed]


def move(person: Person, one: str, stage: str, **beside: str) -> Any:
    return api(person).post(f"{OPPORTUNITIES}{one}/move/", {"stage": stage, **beside})


def test_new_ones_stand_at_the_end(world: World, made: list[str]) -> None:
    assert board(world.clerk, stages(world)[0]) == made


def test_one_is_put_before_after_between_and_at_the_end(world: World, made: list[str]) -> None:
    first, second, third, fourth = made
    stage, next_stage, *_ = stages(world)
    assert move(world.clerk, fourth, stage, before=first).status == 200
    assert board(world.clerk, stage) == [fourth, first, second, third]
    move(world.clerk, fourth, stage, after=first)
    assert board(world.clerk, stage) == [first, fourth, second, third]
    move(world.clerk, third, stage, after=first, before=fourth)
    assert board(world.clerk, stage) == [first, third, fourth, second]
    move(world.clerk, first, stage)
    assert board(world.clerk, stage) == [third, fourth, second, first]
    move(world.clerk, fourth, next_stage)
    move(world.clerk, second, next_stage, before=fourth)
    assert (board(world.clerk, stage), board(world.clerk, next_stage)) == ([third, first], [second, fourth])


def test_another_place_in_the_same_stage_is_no_change_of_it(world: World, made: list[str]) -> None:
    stage = stages(world)[0]
    before = api(world.clerk).get(f"{OPPORTUNITIES}{made[3]}/")
    moved = move(world.clerk, made[3], stage, before=made[0])
    assert (moved.json, moved.headers["ETag"]) == (before.json, before.headers["ETag"])
    assert api(world.clerk).get(f"{OPPORTUNITIES}{made[3]}/stages/").json["count"] == 1


def test_only_what_stands_there_and_is_seen_is_named(world: World, made: list[str]) -> None:
    stage, next_stage, *_ = stages(world)
    hidden = make(world.owner, "Hidden")
    elsewhere = make(world.clerk, "Elsewhere", stage=next_stage)
    with unchanged(world.acme.id):
        for beside in (
            {"before": hidden}, {"after": elsewhere}, {"before": made[0]}, {"after": made[2], "before": made[1]},
        ):  # fmt: skip
            answer = move(world.clerk, made[0], stage, **beside)
            assert (answer.status, [*answer.json["errors"]]) == (422, [next(iter(beside))]), beside


def test_a_stale_version_moves_nothing(world: World, made: list[str]) -> None:
    with unchanged(world.acme.id):
        body = {"stage": stages(world)[1]}
        answer = api(world.clerk).post(f"{OPPORTUNITIES}{made[0]}/move/", body, headers={"If-Match": '"9"'})
        assert answer.status == 412


def test_many_put_at_the_same_place_each_get_one(world: World, made: list[str]) -> None:
    next_stage = stages(world)[1]
    anchor = make(world.clerk, "Anchor", stage=next_stage)
    movers = [*made, *(make(world.clerk, "More") for _ in range(4))]

    def put(number: int) -> Any:
        return insist(lambda: move(world.clerk, movers[number], next_stage, before=anchor))

    assert [answer.status for answer in at_once(8, put)] == [200] * 8
    shown = board(world.clerk, next_stage)
    assert (sorted(shown[:-1]), shown[-1]) == (sorted(movers), anchor)
    assert len(set(_places(world, next_stage))) == 9


def test_many_who_move_and_decide_one_leave_a_chain(world: World, made: list[str]) -> None:
    targets = stages(world)[:4]
    steps = [
        *(lambda stage=stage: move(world.clerk, made[0], stage) for stage in targets),
        lambda: api(world.clerk).post(f"{OPPORTUNITIES}{made[0]}/win/"),
        lambda: api(world.clerk).post(f"{OPPORTUNITIES}{made[0]}/lose/", {"reason": "Price"}),
    ]
    assert {answer.status for answer in at_once(6, lambda number: insist(steps[number]))} == {200}
    with organization(world.acme.id):
        changes = list(StageChange.objects.filter(opportunity_id=made[0]).order_by("id"))
        assert [one.from_stage for one in changes[1:]] == [one.to_stage for one in changes[:-1]]
        assert changes[-1].to_stage == Opportunity.objects.get(id=made[0]).stage_id


def test_keys_that_have_grown_long_are_made_anew(world: World, made: list[str]) -> None:
    first, second, third, fourth = made
    stage = stages(world)[0]
    long = f"a0{'0' * positions.LONGEST}1"
    with organization(world.acme.id):
        Opportunity.objects.filter(id=first).update(position=f"{long}1")
        Opportunity.objects.filter(id=second).update(position=f"{long}2")
    assert move(world.clerk, fourth, stage, after=first).status == 200
    assert board(world.clerk, stage) == [first, fourth, second, third]
    assert max(map(len, _places(world, stage))) <= 3


def _places(world: World, stage: str) -> list[str]:
    with organization(world.acme.id):
        return list(Opportunity.objects.filter(stage_id=UUID(stage)).values_list("position", flat=True))
