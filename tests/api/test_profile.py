"""The caller's own profile."""

import pytest

from fairlead.tenancy.models import User
from tests.world import World, api, join

PROFILE = "/api/profile/"


def test_who_one_is(world: World) -> None:
    join(User.objects.get(id=world.owner.user_id), world.globex)
    assert api(world.owner).get(PROFILE).json == {
        "id": world.owner.id,
        "name": "Olivia Owner",
        "email": world.owner.email,
        "organizations": [
            {"id": str(world.acme.id), "name": "Acme", "role": "ADMIN"},
            {"id": str(world.globex.id), "name": "Globex", "role": "USER"},
        ],
    }


def test_a_name_is_changed_and_seen_by_colleagues(world: World) -> None:
    before = api(world.owner).get(f"/api/users/{world.clerk.id}/")
    assert api(world.clerk).patch(PROFILE, {"name": "Claire Clark"}).json["name"] == "Claire Clark"
    after = api(world.owner).get(f"/api/users/{world.clerk.id}/")
    assert after.json["name"] == "Claire Clark"
    assert after.headers["ETag"] != before.headers["ETag"]


def test_what_was_read_may_be_sent_back(world: World) -> None:
    before = api(world.clerk).get(PROFILE)
    after = api(world.clerk).patch(PROFILE, before.json)
    assert (after.json, after.headers["ETag"]) == (before.json, before.headers["ETag"])


@pytest.mark.parametrize("change", [{"email": "eve@acme.example"}, {"id": "another"}, {"organizations": []}])
def test_the_rest_is_refused(change: dict[str, object], world: World) -> None:
    answer = api(world.clerk).patch(PROFILE, {**change, "name": "Eve"})
    assert (answer.status, [*answer.json["errors"]]) == (422, [*change])
    assert api(world.clerk).get(PROFILE).json["name"] == "Claire Clerk"


def test_a_stale_version_is_refused(world: World) -> None:
    etag = api(world.clerk).get(PROFILE).headers["ETag"]
    statuses = [
        api(world.clerk).patch(PROFILE, {"name": name}, headers={"If-Match": etag}).status
        for name in ("Anna", "Berta")
    ]
    assert statuses == [200, 412]
