"""What every operation has: a mark, a row of the policy, words, examples, and every answer that it may give."""

import json
from typing import Any, cast

import pytest
from ninja import Schema
from ninja.operation import Operation as NinjaOperation
from openapi_spec_validator import validate

from fairlead.api.access import Access, Door, access_of
from fairlead.api.api import api as fairlead
from fairlead.api.seam import unit_of_work
from fairlead.tenancy import policy
from tests import contract, operations
from tests.operations import Operation
from tests.records import MAKERS, RECORDS

EVERY = operations.every()


def _routes() -> list[NinjaOperation]:
    return [
        operation
        for bound in fairlead._get_bound_routers()
        for view in bound.path_operations.values()
        for operation in view.operations
    ]


def test_the_description_is_valid_openapi() -> None:
    validate(contract.description())
    assert contract.description()["openapi"].startswith("3.1")


@pytest.mark.promise(24)
def test_every_route_is_marked_and_its_action_is_in_the_policy() -> None:
    for route in _routes():
        access = access_of(route)
        assert isinstance(access, Access), route.path
        assert (access.door is Door.PUBLIC) == (access.action is None), route.path
        assert access.action is None or access.action in policy.MAY, route.path


def test_every_route_goes_through_the_seam() -> None:
    for route in _routes():
        assert cast("Any", route.run).__code__ in unit_of_work.__code__.co_consts, route.path


def test_only_signing_in_is_public() -> None:
    assert {one.path for one in EVERY if one.is_public} == {
        "/api/auth/login/",
        "/api/auth/refresh-token/",
        "/api/auth/logout/",
        "/api/auth/accept-invitation/",
        "/api/leads/create-from-site/",
    }


def test_every_row_of_the_policy_is_used() -> None:
    marked = {access_of(route).action for route in _routes()}
    # Decided within a step, by what the record is like.
    assert policy.MAY.keys() - marked == {"invoices.issue", "invoices.cancel_issued"}


def test_every_route_is_described() -> None:
    assert sum(len(route.methods) for route in _routes()) == len(EVERY)


def test_no_two_schemas_bear_one_name() -> None:
    """ninja keeps the last of them without a word."""
    by_name: dict[str, set[str]] = {}
    for schema in _subclasses(Schema):
        if schema.__module__.startswith("fairlead") and "[" not in schema.__name__:
            by_name.setdefault(schema.__name__, set()).add(schema.__module__)
    assert {name: modules for name, modules in by_name.items() if len(modules) > 1} == {}


@pytest.mark.parametrize("operation", EVERY, ids=str)
def test_it_is_told_in_words(operation: Operation) -> None:
    assert operation.details["summary"]
    assert operation.details["description"]
    assert len(operation.details["tags"]) == 1
    assert all(
        one.get("description") or one["schema"].get("title") for one in operation.details["parameters"]
    )


@pytest.mark.parametrize("operation", EVERY, ids=str)
def test_its_examples_fit_their_schemas(operation: Operation) -> None:
    bodies = [operation.details.get("requestBody", {}), *operation.details["responses"].values()]
    for body in bodies:
        for content in contract._resolve(body).get("content", {}).values():
            if "schema" in content:
                errors = [*contract.validator(content["schema"]).iter_errors(content["example"])]
                assert not errors, (errors[0].message, json.dumps(content["example"])[:500])


@pytest.mark.parametrize("operation", EVERY, ids=str)
def test_it_tells_what_it_may_answer(operation: Operation) -> None:
    statuses = {int(status) for status in operation.details["responses"]}
    assert statuses & {200, 201}
    expected = {400, 401, 405, 429, 503}
    if not operation.is_public:
        expected |= {403}
        assert operation.details["security"] == [{"bearer": []}]
        assert "organization-id" in operation.headers
    if operation.path_parameters:
        expected |= {404}
    if operation.method != "GET":
        expected |= {409, 413, 415, 422}
    if operation.method in ("PUT", "PATCH", "DELETE") or operation.path.endswith("/status/"):
        expected |= {412}
        assert "If-Match" in operation.headers
    assert expected <= statuses


@pytest.mark.parametrize("operation", EVERY, ids=str)
def test_every_id_in_its_path_has_a_maker(operation: Operation) -> None:
    for name in operation.path_parameters:
        known = {*MAKERS, "record_id"} if operation.path.split("/")[2] in {*RECORDS, "invoices"} else MAKERS
        assert f"{operation.method} {operation.path} {name}" in MAKERS or name in known


def test_keys_are_heeded_on_every_post_but_sign_in_tokens_and_downloads() -> None:
    without = {one.path for one in EVERY if one.method == "POST" and "Idempotency-Key" not in one.headers}
    assert {path for path in without if not path.startswith("/api/auth/")} == {
        "/api/leads/create-from-site/",
        "/api/profile/change-password/",
        "/api/profile/tokens/",
        "/api/invoices/{invoice_id}/download/",
    }


def _subclasses(kind: type[Any]) -> set[type[Any]]:
    return {kind}.union(*(_subclasses(sub) for sub in kind.__subclasses__()))
