"""Who may do what: every operation against the table of the policy, from every place that a member can stand in."""

import pytest

from fairlead.tenancy import policy
from fairlead.tenancy.policy import Relation
from tests import operations
from tests.operations import Operation
from tests.records import make_cast, path_ids
from tests.world import World, api

PROTECTED = [operation for operation in operations.every() if not operation.is_public]


@pytest.mark.parametrize("operation", PROTECTED, ids=str)
def test_each_may_do_what_the_policy_says(operation: Operation, world: World) -> None:
    cast = make_cast(world)
    is_about_record = policy.is_about_record(operation.action)
    relations = [*cast.people] if is_about_record else [Relation.ADMIN, Relation.MEMBER]
    for relation in relations:
        caller = cast.people[relation]
        answer = operation.call(api(caller), path_ids(operation, cast, caller))
        expected = _refusal(operation.action, relation, is_about_record)
        if expected:
            assert answer.status == expected, f"{relation} got {answer}"
        else:
            assert answer.status not in (401, 403, 404), f"{relation} got {answer}"


def test_what_the_description_tells_is_the_policy() -> None:
    for operation in PROTECTED:
        assert operation.details["x-who-may"] == sorted(policy.MAY[operation.action])


def _refusal(action: str, relation: Relation, is_about_record: bool) -> int | None:
    if relation in policy.MAY[action]:
        return None
    return 404 if is_about_record and relation is Relation.MEMBER else 403
