"""Personal API tokens: what they may do, how long, and that nobody can read them back."""

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from fairlead.foundation.clock import now
from fairlead.tenancy.models import ApiToken
from tests.world import Answer, Api, Person, World, api

pytestmark = pytest.mark.promise(31)

TOKENS = "/api/profile/tokens/"


def make(person: Person, *scopes: str, **more: object) -> Answer:
    return api(person).post(TOKENS, {"name": "Export", "scopes": [*scopes], **more})


def bearer(token: str) -> Api:
    return Api({"Authorization": f"Bearer {token}"})


def test_a_token_is_shown_once_and_works(world: World) -> None:
    made = make(world.owner, "teams:read").json
    assert made["token"].startswith(f"fl_{made['id'].replace('-', '')}_")
    assert bearer(made["token"]).get("/api/teams/").json["count"] == 1
    listed = api(world.owner).get(TOKENS).json["results"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert "token" not in listed[0]
    assert listed[0]["last_used_on"]


@pytest.mark.parametrize(
    ("scope", "reads", "writes"),
    [("teams:read", 200, 403), ("teams:write", 200, 201), ("users:write", 403, 403)],
)
def test_a_scope_is_heeded(scope: str, reads: int, writes: int, world: World) -> None:
    caller = bearer(make(world.owner, scope).json["token"])
    assert caller.get("/api/teams/").status == reads
    assert caller.post("/api/teams/", {"name": "Sales"}).status == writes


def test_a_scope_gives_no_more_than_its_owner_may(world: World) -> None:
    caller = bearer(make(world.clerk, "teams:write").json["token"])
    assert caller.post("/api/teams/", {"name": "Sales"}).status == 403


def test_no_token_makes_or_deletes_tokens_or_changes_the_password(world: World) -> None:
    made = make(world.owner, "profile:write", "users:write", "organization:write").json
    caller = bearer(made["token"])
    assert caller.post(TOKENS, {"name": "More", "scopes": ["teams:read"]}).status == 403
    assert caller.get(TOKENS).status == 403
    assert caller.delete(f"{TOKENS}{made['id']}/").status == 403
    change = {"old_password": "correct horse battery staple", "new_password": "eleven pipers piping"}
    assert caller.post("/api/profile/change-password/", change).status == 403
    assert caller.post("/api/auth/logout/").status == 422
    assert ApiToken.objects.filter(user_id=world.owner.user_id).count() == 1


def test_a_token_is_for_one_organization(world: World) -> None:
    caller = bearer(make(world.owner, "teams:read", "organization:read").json["token"])
    assert caller.get("/api/teams/", headers={"organization-id": str(world.acme.id)}).status == 200
    assert caller.get("/api/teams/", headers={"organization-id": str(world.globex.id)}).status == 403
    assert caller.get(f"/api/org/{world.globex.id}/").status == 404


def test_a_token_founds_no_organization(world: World) -> None:
    caller = bearer(make(world.owner, "organization:write").json["token"])
    answer = caller.post("/api/org/", {"name": "Another"})
    assert (answer.status, "No API token" in answer.json["detail"]) == (403, True)
    assert api(world.owner).get("/api/org/").json["count"] == 1


def test_a_deleted_token_stops_at_once(world: World) -> None:
    made = make(world.owner, "teams:read").json
    assert api(world.owner).delete(f"{TOKENS}{made['id']}/").json["id"] == made["id"]
    assert bearer(made["token"]).get("/api/teams/").status == 401
    assert api(world.owner).delete(f"{TOKENS}{made['id']}/").status == 404
    assert api(world.owner).get(TOKENS).json["count"] == 0


def test_a_token_expires(world: World) -> None:
    made = make(world.owner, "teams:read", expires_in_days=1).json
    ApiToken.objects.filter(id=made["id"]).update(expires_at=now() - timedelta(seconds=1))
    assert bearer(made["token"]).get("/api/teams/").status == 401


def test_a_token_may_last_for_good(world: World) -> None:
    assert make(world.owner, "teams:read", expires_in_days=None).json["expires_on"] is None


def test_a_token_ends_with_the_membership(world: World) -> None:
    token = make(world.clerk, "teams:read", "profile:read").json["token"]
    assert api(world.owner).post(f"/api/users/{world.clerk.id}/status/", {"is_active": False}).status == 200
    assert bearer(token).get("/api/teams/").status == 401
    assert bearer(token).get("/api/profile/").status == 401


def test_another_person_does_not_see_it(world: World) -> None:
    made = make(world.owner, "teams:read").json
    assert api(world.clerk).get(TOKENS).json["count"] == 0
    assert api(world.clerk).delete(f"{TOKENS}{made['id']}/").status == 404
    assert bearer(made["token"]).get("/api/teams/").status == 200


def test_a_token_that_was_altered_is_none(world: World) -> None:
    token = make(world.owner, "teams:read").json["token"]
    for place in (4, 40, 50, len(token) - 1):
        letter = "0" if token[place] != "0" else "1"
        assert bearer(f"{token[:place]}{letter}{token[place + 1 :]}").get("/api/teams/").status == 401


def test_scopes_that_are_none_are_refused(world: World) -> None:
    assert make(world.owner, "teams:delete").status == 400
    assert make(world.owner).status == 400


def test_only_so_many_tokens(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairlead.tenancy.api_tokens.MOST", 2)
    assert [make(world.owner, "teams:read").status for _ in range(3)] == [201, 201, 422]


def test_so_many_requests_in_a_minute(world: World, settings: Settings) -> None:
    settings.REQUESTS_PER_MINUTE = 5
    statuses, left = [], []
    for _ in range(7):
        answer = api(world.clerk).get("/api/teams/")
        statuses.append(answer.status)
        left.append(answer.headers["RateLimit"])
    assert sorted(statuses)[:5] == [200] * 5
    assert (
        429 in statuses or len({one.rpartition("=")[2] for one in left}) > 1
    )  # unless a minute has just begun
    assert api(world.owner).get("/api/teams/").status == 200
