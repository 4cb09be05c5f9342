"""How one gets in at all: tokens and the organization's header, on every operation."""

from uuid import UUID

import pytest

from fairlead.foundation.ids import new_id
from fairlead.tenancy.models import Role, User
from tests import operations
from tests.operations import Operation
from tests.records import Ground
from tests.world import World, api, join, make_organization

PROTECTED = [operation for operation in operations.every() if not operation.is_public]
IN_ORGANIZATION = [one for one in PROTECTED if not one.path.startswith(("/api/org/", "/api/profile/"))]
BAD_TOKENS = {
    "none": None,
    "no scheme": "abc",
    "another scheme": "Basic abc",
    "no token": "Bearer ",
    "nonsense": "Bearer nonsense",
    "three parts": "Bearer a.b.c",
    "not ASCII": "Bearer ü.ü.ü",
    "an API token of nobody": "Bearer fl_01980a3c7f527c1e9a415f0c2b7d9e10_" + "0" * 43 + "_000000",
    "very long": "Bearer " + "a" * 8000,
}
SOME_ID = "01980a3c-7f52-7c1e-9a41-5f0c2b7d9e10"
BAD_ORGANIZATIONS = (
    "x",
    "0",
    f"{{{SOME_ID}}}",
    f"urn:uuid:{SOME_ID}",
    SOME_ID.replace("-", ""),
    "１" * 32,
    f"{SOME_ID},{SOME_ID}",
)


@pytest.mark.parametrize("operation", PROTECTED, ids=str)
def test_without_a_token_nobody_gets_in(operation: Operation, ground: Ground) -> None:
    ids = {name: str(new_id()) for name in operation.path_parameters}
    answer = operation.call(api(ground.world.owner), ids, headers={"Authorization": None})
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS)
def test_a_bad_token_is_refused(token: str | None, world: World) -> None:
    answer = api(world.owner).get("/api/teams/", headers={"Authorization": token})
    assert (answer.status, answer.json["type"]) == (401, "/problems/not-authenticated")


@pytest.mark.parametrize("operation", PROTECTED, ids=str)
def test_a_malformed_organization_is_named(operation: Operation, ground: Ground) -> None:
    ids = ground.ids(operation)
    answer = operation.call(api(ground.world.owner), ids, headers={"organization-id": "acme"})
    assert (answer.status, [*answer.json["errors"]]) == (400, ["organization-id"])


@pytest.mark.parametrize("given", BAD_ORGANIZATIONS)
def test_an_organization_is_named_by_a_plain_uuid(given: str, world: World) -> None:
    assert api(world.owner).get("/api/teams/", headers={"organization-id": given}).status == 400


@pytest.mark.parametrize("operation", PROTECTED, ids=str)
def test_nobody_acts_in_an_organization_of_others(operation: Operation, ground: Ground) -> None:
    ids = ground.ids(operation)
    answer = operation.call(
        api(ground.world.owner), ids, headers={"organization-id": str(ground.world.globex.id)}
    )
    assert answer.status == 403


@pytest.mark.parametrize("operation", IN_ORGANIZATION, ids=str)
def test_who_has_several_organizations_names_one(operation: Operation, world: World) -> None:
    join(User.objects.get(id=world.owner.user_id), make_organization("Initech"))
    ids = {name: str(new_id()) for name in operation.path_parameters}
    answer = operation.call(api(world.owner), ids, headers={"organization-id": None})
    assert (answer.status, [*answer.json["errors"]]) == (400, ["organization-id"])


def test_who_has_one_organization_need_not_name_it(world: World) -> None:
    answer = api(world.owner).get("/api/teams/", headers={"organization-id": None})
    assert [team["name"] for team in answer.json["results"]] == ["dev"]


def test_the_older_name_of_the_header_is_taken(world: World) -> None:
    answer = api(world.owner).get(
        "/api/teams/", headers={"organization-id": None, "org": str(world.globex.id)}
    )
    assert answer.status == 403


def test_who_belongs_nowhere_has_a_profile_only(world: World) -> None:
    assert api(world.owner).delete(f"/api/users/{world.clerk.id}/").status == 200
    alone = {"organization-id": None}
    assert api(world.clerk).get("/api/profile/", headers=alone).json["organizations"] == []
    assert api(world.clerk).get("/api/teams/", headers=alone).status == 403


def test_in_two_organizations_one_sees_the_one_that_is_named(world: World) -> None:
    initech = make_organization("Initech")
    there = join(User.objects.get(id=world.owner.user_id), initech, Role.USER)
    assert api(there).get("/api/teams/").json["count"] == 0
    assert api(world.owner).get("/api/teams/").json["count"] == 1
    assert api(there).post("/api/teams/", {"name": "Mine"}).status == 403


def test_the_end_of_a_membership_is_heeded_at_once(world: World) -> None:
    assert api(world.clerk).get("/api/teams/").status == 200
    assert api(world.owner).post(f"/api/users/{world.clerk.id}/status/", {"is_active": False}).status == 200
    assert api(world.clerk).get("/api/teams/").status == 403
    assert UUID(world.clerk.id)
