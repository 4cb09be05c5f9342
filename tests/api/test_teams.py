"""Teams, and with them what every record shares: ETag, If-Match, Idempotency-Key, read-only fields."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from fairlead.foundation.ids import new_id
from fairlead.tenancy.context import organization
from fairlead.tenancy.models import Team
from tests.world import Answer, World, api

TEAMS = "/api/teams/"


def test_a_team_is_made_read_changed_and_deleted(world: World) -> None:
    made = api(world.owner).post(
        TEAMS, {"name": "Sales", "description": "They sell.\nDaily.", "users": [world.clerk.id]}
    )
    assert made.status == 201
    address = f"{TEAMS}{made.json['id']}/"
    assert made.json["users"] == [{"id": world.clerk.id, "name": "Claire Clerk", "email": world.clerk.email}]
    assert api(world.clerk).get(address).json == made.json
    changed = api(world.owner).put(address, {"users": [world.owner.id, world.colleague.id]}).json
    assert [one["name"] for one in changed["users"]] == ["Colin Colleague", "Olivia Owner"]
    assert changed["description"] == "They sell.\nDaily."
    assert api(world.owner).put(address, {"description": None}).json["description"] == ""
    assert api(world.owner).delete(address).json == {"message": "The team is deleted.", "id": made.json["id"]}
    assert api(world.owner).get(address).status == 404


def test_what_a_detail_answered_is_taken_back(world: World) -> None:
    address = f"{TEAMS}{world.dev.id}/"
    before = api(world.owner).get(address)
    after = api(world.owner).put(address, before.json)
    assert (after.json, after.headers["ETag"]) == (before.json, before.headers["ETag"])


@pytest.mark.parametrize("name", ["dev", "DEV", "Dev"])
def test_a_name_is_taken_once(name: str, world: World) -> None:
    answer = api(world.owner).post(TEAMS, {"name": name})
    assert (answer.status, [*answer.json["errors"]]) == (409, ["name"])
    assert api(world.stranger).post(TEAMS, {"name": name}).status == 201


def test_only_members_are_in_a_team(world: World) -> None:
    for user_id in (world.stranger.id, str(new_id())):
        answer = api(world.owner).post(TEAMS, {"name": "Sales", "users": [user_id]})
        assert (answer.status, [*answer.json["errors"]]) == (422, ["users"])
        assert answer.json["detail"] == f"users: No active member has the id {user_id}."
    with organization(world.acme.id):
        assert Team.objects.count() == 1


def test_a_team_that_sees_records_stays(world: World) -> None:
    body = {
        "invoice_title": "Work",
        "name": "Tech Solutions",
        "currency": "EUR",
        "quantity": 1,
        "rate": "1.00",
    }
    assert api(world.owner).post("/api/invoices/", {**body, "teams": [str(world.dev.id)]}).status == 201
    assert api(world.owner).delete(f"{TEAMS}{world.dev.id}/").status == 422
    assert api(world.owner).get(f"{TEAMS}{world.dev.id}/").status == 200


def test_a_read_only_field_with_another_value_is_named(world: World) -> None:
    answer = api(world.owner).put(f"{TEAMS}{world.dev.id}/", {"id": str(new_id()), "name": "Ops"})
    assert (answer.status, [*answer.json["errors"]]) == (422, ["id"])
    assert api(world.owner).get(f"{TEAMS}{world.dev.id}/").json["name"] == "dev"


def test_of_many_who_change_the_same_version_one_gets_through(world: World) -> None:
    address = f"{TEAMS}{world.dev.id}/"
    etag = api(world.owner).get(address).headers["ETag"]

    def change(number: int) -> int:
        try:
            return api(world.owner).put(address, {"name": f"dev {number}"}, headers={"If-Match": etag}).status
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        statuses = [*pool.map(change, range(8))]
    assert sorted(statuses) == [200] + [412] * 7


def test_the_same_key_makes_one_team(world: World) -> None:
    first, second = (_keyed(world, "k1", {"name": "Sales"}) for _ in range(2))
    assert (second.status, second.body, second.headers["ETag"]) == (201, first.body, first.headers["ETag"])
    assert second.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    # Another spelling of the same JSON is the same body.
    third = api(world.owner).call(
        "POST", TEAMS, body=b'{ "name" : "S\\u0061les" }', headers={"Idempotency-Key": "k1"}
    )
    assert (third.status, third.body) == (201, first.body)
    assert _names(world) == ["Sales", "dev"]


def test_the_same_key_with_another_body_is_refused(world: World) -> None:
    _keyed(world, "k1", {"name": "Sales"})
    answer = _keyed(world, "k1", {"name": "Support"})
    assert (answer.status, [*answer.json["errors"]]) == (422, ["Idempotency-Key"])
    assert _names(world) == ["Sales", "dev"]


def test_a_refused_request_uses_no_key_up(world: World) -> None:
    assert _keyed(world, "k1", {"name": "dev"}).status == 409
    assert _keyed(world, "k1", {"name": ""}).status == 400
    assert _keyed(world, "k1", {"name": "Sales"}).status == 201


def test_a_key_is_its_callers_own(world: World) -> None:
    assert _keyed(world, "k1", {"name": "Sales"}).status == 201
    assert api(world.stranger).post(TEAMS, {"name": "Sales"}, headers={"Idempotency-Key": "k1"}).status == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "ü", "a\tb", "a\x7fb"])
def test_a_bad_key_is_named(key: str, world: World) -> None:
    answer = _keyed(world, key, {"name": "Sales"})
    assert (answer.status, [*answer.json["errors"]]) == (400, ["Idempotency-Key"])


def test_of_many_with_one_key_one_does_the_work(world: World) -> None:
    def make(_: int) -> Answer:
        try:
            return _keyed(world, "k1", {"name": "Sales"})
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = [*pool.map(make, range(16))]
    assert {answer.status for answer in answers} <= {201, 409}
    done = [answer for answer in answers if answer.status == 201]
    assert len({answer.body for answer in done}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in done) == 1
    assert _names(world) == ["Sales", "dev"]


def _keyed(world: World, key: str, body: object) -> Answer:
    return api(world.owner).post(TEAMS, body, headers={"Idempotency-Key": key})


def _names(world: World) -> list[str]:
    return sorted(team["name"] for team in api(world.owner).get(TEAMS).json["results"])
