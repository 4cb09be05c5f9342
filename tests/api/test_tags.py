"""Tags: one of each name, on records of any kind, merged and taken away everywhere."""

from typing import Any

from tests.world import World, api


def tag(world: World, name: str) -> str:
    answer = api(world.owner).post("/api/tags/", {"name": name})
    assert answer.status == 201, answer
    return str(answer.json["id"])


def account(world: World, tags: list[str]) -> str:
    answer = api(world.clerk).post("/api/accounts/?force=true", {"name": "Tech Solutions", "tags": tags})
    assert answer.status == 201, answer
    return str(answer.json["id"])


def tags_of(world: World, account_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api(world.clerk).get(f"/api/accounts/{account_id}/").json["tags"]
    return found


def test_a_name_is_there_once_in_any_case(world: World) -> None:
    tag(world, "Key Account")
    answer = api(world.owner).post("/api/tags/", {"name": "key account"})
    assert (answer.status, [*answer.json["errors"]]) == (409, ["name"])
    assert api(world.owner).get("/api/tags/").json["count"] == 1


def test_a_new_name_is_seen_on_every_record(world: World) -> None:
    made = tag(world, "key")
    tagged = account(world, [made])
    answer = api(world.owner).put(f"/api/tags/{made}/", {"name": "key account", "color": "#AA0000"})
    assert answer.json == {"id": made, "name": "key account", "color": "#aa0000", "records": 1}
    assert tags_of(world, tagged) == [{"id": made, "name": "key account", "color": "#aa0000"}]


def test_merged_tags_are_one(world: World) -> None:
    one, other = tag(world, "vip"), tag(world, "key account")
    only_one, both = account(world, [one]), account(world, [one, other])
    answer = api(world.owner).post(f"/api/tags/{one}/merge/", {"into": other})
    assert (answer.status, answer.json["id"], answer.json["records"]) == (200, other, 2)
    assert [[one["id"] for one in tags_of(world, record)] for record in (only_one, both)] == [
        [other],
        [other],
    ]
    assert api(world.owner).get(f"/api/tags/{one}/").status == 404


def test_a_tag_is_not_merged_into_itself_or_into_nothing(world: World) -> None:
    one = tag(world, "vip")
    for into in (one, world.clerk.id):
        answer = api(world.owner).post(f"/api/tags/{one}/merge/", {"into": into})
        assert (answer.status, [*answer.json["errors"]]) == (422, ["into"])
    assert api(world.owner).get(f"/api/tags/{one}/").status == 200


def test_a_deleted_tag_leaves_the_record(world: World) -> None:
    made = tag(world, "vip")
    tagged = account(world, [made])
    assert api(world.owner).delete(f"/api/tags/{made}/").status == 200
    assert tags_of(world, tagged) == []


def test_an_unknown_tag_is_refused_by_its_place(world: World) -> None:
    answer = api(world.clerk).post(
        "/api/accounts/", {"name": "X", "tags": [tag(world, "vip"), world.clerk.id]}
    )
    assert (answer.status, [*answer.json["errors"]]) == (422, ["tags.1"])
    assert api(world.owner).get("/api/accounts/").json["count"] == 0


def test_a_list_is_narrowed_by_tag(world: World) -> None:
    made = tag(world, "vip")
    tagged = account(world, [made])
    account(world, [])
    found = api(world.clerk).get(f"/api/accounts/?tag={made}").json
    assert [one["id"] for one in found["results"]] == [tagged]
