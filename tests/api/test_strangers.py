"""What a caller may not see does not exist: the same answer, byte for byte, as for an id that never was."""

import json
from typing import Any

import pytest

from fairlead.foundation.ids import new_id
from fairlead.tenancy import policy
from fairlead.tenancy.policy import Relation
from tests import operations
from tests.operations import Operation
from tests.records import make_cast, path_ids
from tests.world import Answer, Person, World, api

BY_ID = [one for one in operations.every() if one.path_parameters]


@pytest.mark.parametrize("operation", BY_ID, ids=str)
def test_another_organizations_record_is_one_that_never_was(operation: Operation, world: World) -> None:
    cast = make_cast(world)
    ids = path_ids(operation, cast, world.owner)
    _assert_same_refusal(operation, world.stranger, ids)


@pytest.mark.parametrize("operation", BY_ID, ids=str)
def test_a_record_that_one_does_not_see_is_one_that_never_was(operation: Operation, world: World) -> None:
    if not policy.is_about_record(operation.action):
        pytest.skip("every member sees it")
    cast = make_cast(world)
    ids = path_ids(operation, cast, cast.creator)
    _assert_same_refusal(operation, cast.people[Relation.MEMBER], ids)


def _assert_same_refusal(operation: Operation, caller: Person, ids: dict[str, str]) -> None:
    seen = operation.call(api(caller), ids)
    never = operation.call(api(caller), {name: str(new_id()) for name in ids})
    assert never.status == 404
    assert _comparable(seen) == _comparable(never)


def _comparable(answer: Answer) -> tuple[int, dict[str, Any], list[str]]:
    body = json.loads(answer.body)
    del body["request_id"]
    return answer.status, body, sorted(set(answer.headers) - {"RateLimit"})
