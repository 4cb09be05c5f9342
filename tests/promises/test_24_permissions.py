"""Row 24: every cell of the published table, the scopes of API tokens among them, and nothing that is in no table."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from pytest_django.fixtures import Settings

from fairlead.api.access import access_of
from fairlead.api.api import api as fairlead
from fairlead.api.seam import FairleadAPI
from fairlead.tenancy import api_tokens, policy
from fairlead.tenancy.context import organization
from fairlead.tenancy.policy import EVERYONE, Relation
from tests.api.test_policy import PROTECTED
from tests.api.test_policy import test_each_may_do_what_the_table_says as members_are_proven
from tests.invoicing import unchanged
from tests.operations import Operation
from tests.permissions import published
from tests.records import Cast, Ground, make_cast, path_ids
from tests.structure.test_operations import (
    test_every_route_is_marked_and_its_action_is_in_the_policy as marks_are_proven,
)
from tests.world import Api, World, api, make_world


@pytest.fixture(autouse=True)
def _as_often_as_one_likes(settings: Settings) -> None:
    """Each scope tries to change the password, too."""
    settings.FAILED_SIGN_INS_PER_ACCOUNT = 1_000


@pytest.fixture(scope="module")
def cast() -> Cast:
    """An organization whose admin has a token of each scope: see `bearers`."""
    return make_cast(make_world())


@pytest.fixture(scope="module")
def bearers(cast: Cast) -> dict[str, Api]:
    """The API as each of the admin's tokens calls it."""
    owner = cast.people[Relation.ADMIN]
    with organization(owner.org_id, owner.actor):
        tokens = {scope: api_tokens.make(scope, [scope], None)[1] for scope in policy.scopes()}
    return {scope: Api({"Authorization": f"Bearer {token}"}) for scope, token in tokens.items()}


@pytest.mark.promise(24)
@pytest.mark.parametrize("operation", PROTECTED, ids=str)
def test_a_token_does_what_its_scope_says(operation: Operation, cast: Cast, bearers: dict[str, Api]) -> None:
    row, owner = published()[str(operation)], cast.people[Relation.ADMIN]
    ids = path_ids(operation, cast, owner)
    with unchanged(owner.org_id):
        for scope in policy.scopes():
            if not row.is_enough(scope):
                assert operation.call(bearers[scope], ids).status == 403, scope
    for scope in filter(row.is_enough, policy.scopes()):
        answer = operation.call(bearers[scope], path_ids(operation, cast, owner))
        assert answer.status not in (401, 403, 404), f"{scope} got {answer}"


@pytest.mark.promise(24)
@pytest.mark.parametrize("operation", PROTECTED, ids=str)
def test_nobody_is_let_in_who_has_not_signed_in(operation: Operation, cast: Cast) -> None:
    ids = dict.fromkeys(operation.path_parameters, str(cast.world.acme.id))
    assert operation.call(api(), ids).status == 401


@pytest.mark.promise(24)
def test_every_cell_is_asked(figure: Any) -> None:
    cells = len(PROTECTED) * (len(Relation) + len(policy.scopes()) + 1)
    figure(
        "cells",
        f"{cells}: {len(PROTECTED)} operations, {len(Relation)} relations, {len(policy.scopes())} scopes, nobody",
    )
    assert len(PROTECTED) >= 45


@pytest.mark.promise(24)
def test_what_nobody_has_marked_cannot_be_called() -> None:
    unmarked = FairleadAPI(urls_namespace="unmarked")

    @unmarked.get("peep/")
    def peep(request: HttpRequest) -> HttpResponse:
        return HttpResponse("everything")

    with pytest.raises(AttributeError, match="access"):
        _ = unmarked.urls


@pytest.mark.promise(24)
def test_what_is_in_no_row_is_nobodys(world: World) -> None:
    with pytest.raises(KeyError):
        policy.require("invoices.burn", world.owner.actor)


@pytest.mark.promise(24, sabotage="a row of the policy that lets every member change teams")
def test_a_wrong_row_is_seen(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(policy.MAY, "teams.change", EVERYONE)
    with pytest.raises(AssertionError):
        members_are_proven(_operation("POST /api/teams/"), ground)


@pytest.mark.promise(24, sabotage="an operation without its mark")
def test_a_missing_mark_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    route = next(
        operation
        for bound in fairlead._get_bound_routers()
        for view in bound.path_operations.values()
        for operation in view.operations
        if access_of(operation).action == "teams.change"
    )
    monkeypatch.delattr(route.view_func, "access")
    with pytest.raises(AttributeError, match="access"):
        marks_are_proven()


@pytest.mark.promise(24, sabotage="scopes that nobody looks at")
def test_scopes_that_are_not_heeded_are_seen(
    cast: Cast, bearers: dict[str, Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "require_scope", lambda action, actor: None)
    with pytest.raises(AssertionError):
        test_a_token_does_what_its_scope_says(_operation("GET /api/users/"), cast, bearers)


def _operation(name: str) -> Operation:
    return next(one for one in PROTECTED if str(one) == name)
