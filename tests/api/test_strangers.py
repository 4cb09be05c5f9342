"""What a caller may not see does not exist: the same answer, byte for byte, as for an id that never was."""

from uuid import UUID

import pytest

from fairlead.foundation.ids import new_id
from fairlead.tenancy import policy
from fairlead.tenancy.policy import Relation
from tests import operations
from tests.contract import comparable
from tests.invoicing import unchanged
from tests.operations import Operation
from tests.records import Ground
from tests.world import Person, api

BY_ID = [one for one in operations.every() if one.path_parameters]
OF_RECORDS = [one for one in BY_ID if policy.is_about_record(one.action)]


@pytest.mark.promise(22)
@pytest.mark.parametrize("operation", BY_ID, ids=str)
def test_another_organizations_record_is_one_that_never_was(operation: Operation, ground: Ground) -> None:
    world = ground.world
    _assert_same_refusal(operation, world.stranger, ground.ids(operation), world.acme.id)


@pytest.mark.promise(22)
@pytest.mark.parametrize("operation", OF_RECORDS, ids=str)
def test_a_record_that_one_does_not_see_is_one_that_never_was(operation: Operation, ground: Ground) -> None:
    ids = ground.ids(operation, ground.cast.creator)
    _assert_same_refusal(operation, ground.cast.people[Relation.MEMBER], ids, ground.world.acme.id)


def _assert_same_refusal(operation: Operation, caller: Person, ids: dict[str, str], org_id: UUID) -> None:
    with unchanged(org_id):
        seen = operation.call(api(caller), ids)
    never = operation.call(api(caller), {name: str(new_id()) for name in ids})
    assert never.status == 404
    assert comparable(seen) == comparable(never)
