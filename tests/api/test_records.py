"""What every kind of record that people keep can do, tried with each: a new kind is covered by its row in `RECORDS`."""

from typing import Any

import pytest

from tests import contract
from tests.records import RECORDS, make_cast, make_record
from tests.world import Person, World, api

pytestmark = pytest.mark.parametrize("plural", RECORDS)


def made(world: World, plural: str, **more: Any) -> str:
    return make_record(make_cast(world), plural, **more)


def read(person: Person, plural: str, record_id: str) -> dict[str, Any]:
    answer = api(person).get(f"/api/{plural}/{record_id}/")
    assert answer.status == 200, answer
    found: dict[str, Any] = answer.json
    return found


def listed(person: Person, plural: str, query: str = "") -> list[str]:
    answer = api(person).get(f"/api/{plural}/?limit=100&{query}")
    assert answer.status == 200, answer
    assert answer.json["count"] == len(answer.json["results"])
    return [one["id"] for one in answer.json["results"]]


def actions(person: Person, plural: str, record_id: str) -> list[str]:
    entries = api(person).get(f"/api/{plural}/{record_id}/history/?limit=100").json["results"]
    return [one["action"] for one in entries]


def test_what_was_read_can_be_sent_back_and_changes_nothing(world: World, plural: str) -> None:
    record_id = made(world, plural)
    before = api(world.clerk).get(f"/api/{plural}/{record_id}/")
    after = api(world.clerk).put(f"/api/{plural}/{record_id}/", before.json)
    assert (after.status, after.json) == (200, before.json)
    assert after.headers["ETag"] == before.headers["ETag"]


def test_a_change_is_told_with_before_and_after(world: World, plural: str) -> None:
    record_id = made(world, plural)
    answer = api(world.clerk).patch(f"/api/{plural}/{record_id}/", {"description": "Met at the fair."})
    assert (answer.status, answer.json["description"]) == (200, "Met at the fair.")
    newest = answer.json["history"][0]
    assert (newest["action"], newest["changes"]) == ("changed", {"description": ["", "Met at the fair."]})
    assert newest["updated_by"]["id"] == world.clerk.id


def test_who_has_read_an_older_version_changes_nothing(world: World, plural: str) -> None:
    record_id = made(world, plural)
    tag = api(world.clerk).get(f"/api/{plural}/{record_id}/").headers["ETag"]
    api(world.clerk).patch(f"/api/{plural}/{record_id}/", {"description": "First"})
    for method in ("PATCH", "DELETE"):
        body = {"description": "Second"} if method == "PATCH" else None
        late = api(world.clerk).call(
            method, f"/api/{plural}/{record_id}/", json=body, headers={"If-Match": tag}
        )
        assert late.status == 412
    assert read(world.clerk, plural, record_id)["description"] == "First"


def test_an_archived_one_leaves_the_list_until_it_is_restored(world: World, plural: str) -> None:
    record_id = made(world, plural)
    assert api(world.clerk).delete(f"/api/{plural}/{record_id}/").status == 200
    assert (listed(world.clerk, plural), listed(world.clerk, plural, "archived=true")) == ([], [record_id])
    assert read(world.clerk, plural, record_id)["archived_on"]
    refused = api(world.clerk).patch(f"/api/{plural}/{record_id}/", {"description": "X"})
    assert (refused.status, read(world.clerk, plural, record_id)["description"]) == (422, "")
    assert api(world.clerk).delete(f"/api/{plural}/{record_id}/").status == 404
    assert api(world.clerk).post(f"/api/{plural}/{record_id}/restore/").json["archived_on"] is None
    assert listed(world.clerk, plural) == [record_id]
    assert actions(world.clerk, plural, record_id)[:2] == ["restored", "archived"]


def test_a_list_is_narrowed_to_whom_and_by_whom(world: World, plural: str) -> None:
    cast = make_cast(world)
    record_id = make_record(cast, plural)
    assignee = next(iter(read(world.clerk, plural, record_id)["assigned_to"]))["id"]
    for query in (
        f"assigned_to={assignee}",
        f"team={world.dev.id}",
        f"created_by={world.clerk.id}",
    ):
        assert listed(world.owner, plural, query) == [record_id], query
    for query in (
        f"assigned_to={world.owner.id}",
        f"team={world.clerk.id}",
        f"created_by={world.owner.id}",
        f"tag={world.clerk.id}",
    ):
        assert listed(world.owner, plural, query) == [], query


def test_who_is_given_it_sees_it_and_nobody_else(world: World, plural: str) -> None:
    record_id = made(world, plural, assigned_to=[], teams=[])
    assert listed(world.colleague, plural) == []
    given = {"assigned_to": [world.colleague.id]}
    api(world.clerk).patch(f"/api/{plural}/{record_id}/", given)
    assert listed(world.colleague, plural) == [record_id]
    api(world.clerk).patch(f"/api/{plural}/{record_id}/", {"assigned_to": []})
    assert api(world.colleague).get(f"/api/{plural}/{record_id}/").status == 404


def test_a_walk_by_cursor_meets_each_once(world: World, plural: str) -> None:
    cast = make_cast(world)
    ids = {make_record(cast, plural) for _ in range(5)}
    met: list[str] = []
    address = f"/api/{plural}/?limit=2&cursor="
    while address:
        page = api(world.clerk).get(address).json
        met += [one["id"] for one in page["results"]]
        address = page["next"]
    assert (len(met), set(met)) == (5, ids)


def test_every_order_is_taken(world: World, plural: str) -> None:
    cast = make_cast(world)
    ids = {make_record(cast, plural) for _ in range(2)}
    described = contract.description()["paths"][f"/api/{plural}/"]["get"]["description"]
    for name in described.partition("Order by ")[2].rstrip(".").split(", "):
        for sign in ("", "-"):
            assert set(listed(world.clerk, plural, f"ordering={sign}{name}")) == ids, name


def test_comments_and_files_show_on_the_timeline(world: World, plural: str) -> None:
    record_id = made(world, plural)
    api(world.clerk).post(f"/api/{plural}/comment/{record_id}/", {"comment": "Called them."})
    answer = api(world.clerk).get(f"/api/{plural}/{record_id}/timeline/")
    assert answer.status == 200, answer
    assert [one["type"] for one in answer.json["results"]][:2] == ["comment", "change"]
    assert answer.json["results"][0]["facts"] == {"comment": "Called them."}
    assert "created" in [one["facts"].get("action") for one in answer.json["results"]]
