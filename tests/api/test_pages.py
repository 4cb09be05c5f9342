"""Lists: pages by offset and by cursor, and their envelope."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest

from fairlead.foundation.clock import now
from fairlead.foundation.ids import new_id
from fairlead.tenancy.context import organization
from fairlead.tenancy.models import Team
from tests import operations
from tests.operations import Operation
from tests.records import make_cast, path_ids
from tests.world import Answer, World, api

TEAMS = "/api/teams/"
LISTS = [
    one for one in operations.every() if {"limit", "offset"} <= {p["name"] for p in one.query_parameters}
]


@pytest.fixture
def many(world: World) -> World:
    """Twenty-five teams, five made at each of five instants."""
    moments = [now() for _ in range(5)]
    with organization(world.acme.id):
        Team.objects.filter(id=world.dev.id).delete()
        Team.objects.bulk_create(
            Team(org=world.acme, name=f"Team {number:02d}", created_on=moments[number % 5])
            for number in range(25)
        )
    return world


@pytest.mark.parametrize("operation", LISTS, ids=str)
def test_every_list_has_the_envelope_and_its_bounds(operation: Operation, world: World) -> None:
    address = operation.address(path_ids(operation, make_cast(world), world.owner))
    first = api(world.owner).get(address).json
    assert [*first] == ["count", "next", "previous", "results"]
    assert len(first["results"]) == min(first["count"], 10)
    for wrong in (
        "limit=0",
        "limit=501",
        "limit=-1",
        "offset=-1",
        "offset=10000001",
        "cursor=x",
        "ordering=nope",
    ):
        answer = api(world.owner).get(f"{address}?{wrong}")
        assert (answer.status, [*answer.json["errors"]]) == (400, [wrong.partition("=")[0]])
    beyond = api(world.owner).get(f"{address}?offset=10000000&limit=500").json
    assert (beyond["count"], beyond["next"], beyond["results"]) == (first["count"], None, [])


@pytest.mark.parametrize("operation", LISTS, ids=str)
def test_every_list_is_walked_by_cursor(operation: Operation, world: World) -> None:
    address = operation.address(path_ids(operation, make_cast(world), world.owner))
    walked = [row for page in _walk(world, f"{address}?cursor=&limit=1") for row in page.json["results"]]
    assert walked == api(world.owner).get(f"{address}?limit=500").json["results"]


def test_pages_by_offset_join_up(many: World) -> None:
    pages = [*_walk(many, f"{TEAMS}?limit=10&search=team")]
    assert [len(page.json["results"]) for page in pages] == [10, 10, 5]
    assert pages[0].json["next"] == f"{TEAMS}?limit=10&search=team&offset=10"
    assert pages[1].json["previous"] == f"{TEAMS}?limit=10&search=team&offset=0"
    assert pages[0].json["previous"] is pages[2].json["next"] is None
    assert {page.json["count"] for page in pages} == {25}
    assert len({row["id"] for page in pages for row in page.json["results"]}) == 25


def test_filters_are_kept_as_they_were_written(many: World) -> None:
    seen = api(many.owner).get(f"{TEAMS}?search=Team%200&limit=3").json["next"]
    assert dict(parse_qsl(urlsplit(seen).query)) == {"search": "Team 0", "limit": "3", "offset": "3"}
    assert api(many.owner).get(seen).json["count"] == 10


def test_the_newest_come_first_and_ties_go_by_id(many: World) -> None:
    with organization(many.acme.id):
        expected = [str(team.id) for team in Team.objects.order_by("-created_on", "-id")]
    assert [row["id"] for row in api(many.owner).get(f"{TEAMS}?limit=100").json["results"]] == expected


@pytest.mark.parametrize(
    "ordering", ["name", "-name", "created_on", "-created_on", "created_on,-name", "-created_on,name"]
)
def test_any_order_may_be_walked(ordering: str, many: World) -> None:
    fields = [(part.lstrip("-"), part.startswith("-")) for part in ordering.split(",")]
    whole = api(many.owner).get(f"{TEAMS}?limit=100&ordering={ordering}").json["results"]
    with organization(many.acme.id):
        exact = {str(team.id): team for team in Team.objects.all()}
    expected = whole
    for field, descending in reversed(fields):
        expected = sorted(expected, key=lambda row: getattr(exact[row["id"]], field), reverse=descending)
    assert [row["id"] for row in whole] == [row["id"] for row in expected]
    walked = [
        row
        for page in _walk(many, f"{TEAMS}?ordering={ordering}&cursor=&limit=4")
        for row in page.json["results"]
    ]
    assert walked == whole


@pytest.mark.parametrize(
    "ordering", ["", "name,name", "name,", "+name", "--name", "id", "name;drop", "Name", "name,-name"]
)
def test_an_order_that_is_none_is_named(ordering: str, world: World) -> None:
    answer = api(world.owner).get(f"{TEAMS}?ordering={ordering}")
    assert answer.status == (200 if ordering == "" else 400)


def test_a_walk_under_writes_gives_each_unchanged_row_once(many: World) -> None:
    seen: list[str] = []
    with organization(many.acme.id):
        unchanged = {str(team.id) for team in Team.objects.exclude(name__in=("Team 03", "Team 17"))}
    for number, page in enumerate(_walk(many, f"{TEAMS}?cursor=&limit=3&ordering=-created_on")):
        seen += [row["id"] for row in page.json["results"]]
        with organization(many.acme.id):
            Team.objects.create(org=many.acme, name=f"New {number}")
            Team.objects.filter(name=("Team 03", "Team 17")[number % 2]).delete()
    assert [one for one in seen if one in unchanged] == [
        *dict.fromkeys(one for one in seen if one in unchanged)
    ]
    assert unchanged <= {*seen}


def test_a_cursor_is_for_one_order(many: World) -> None:
    cursor = dict(parse_qsl(urlsplit(api(many.owner).get(f"{TEAMS}?cursor=&limit=5").json["next"]).query))[
        "cursor"
    ]
    answer = api(many.owner).get(f"{TEAMS}?cursor={cursor}&ordering=name")
    assert (answer.status, [*answer.json["errors"]]) == (400, ["cursor"])


def test_a_cursor_cannot_be_made_up(many: World) -> None:
    cursor = dict(parse_qsl(urlsplit(api(many.owner).get(f"{TEAMS}?cursor=&limit=5").json["next"]).query))[
        "cursor"
    ]
    for forged in (
        cursor[:-2],
        cursor + "AA",
        "A" * len(cursor),
        cursor[::-1],
        "%00",
        "ü",
        "=" * 9,
        "A",
        "A" * 1999,
    ):
        answer = api(many.owner).get(f"{TEAMS}?cursor={forged}")
        assert (answer.status, [*answer.json["errors"]]) == (400, ["cursor"]), forged


def test_a_cursor_and_an_offset_do_not_go_together(many: World) -> None:
    answer = api(many.owner).get(f"{TEAMS}?cursor=&offset=5")
    assert (answer.status, [*answer.json["errors"]]) == (400, ["offset"])


def test_an_empty_list_is_a_list(world: World) -> None:
    for query in ("", "?cursor=", f"?search={new_id()}"):
        seen = api(world.stranger).get(f"{TEAMS}{query}").json
        assert seen == {"count": 0, "next": None, "previous": None, "results": []}


def _walk(world: World, address: str | None) -> Iterator[Answer]:
    while address:
        page = api(world.owner).get(address)
        assert page.status == 200, page
        yield page
        address = page.json["next"]
