"""Who may do what: every operation against the published table, from every place that a member can stand in."""

import pytest

from fairlead.tenancy import policy
from fairlead.tenancy.models import Membership
from fairlead.tenancy.policy import Relation
from tests import operations
from tests.invoicing import unchanged
from tests.operations import Operation
from tests.permissions import published
from tests.records import RECORDS, Cast, Ground, make_cast, make_record, path_ids
from tests.world import World, api, make_world

PROTECTED = [operation for operation in operations.every() if not operation.is_public]

OPENED = [one for one in PROTECTED if one.action.split(".")[0] in policy._OPENED_BY]


@pytest.mark.promise(24)
@pytest.mark.parametrize("operation", PROTECTED, ids=str)
def test_each_may_do_what_the_table_says(operation: Operation, ground: Ground) -> None:
    # What is about a record leaves the people as they are.
    cast = ground.cast if policy.is_about_record(operation.action) else make_cast(make_world())
    row = published()[str(operation)]
    _take_flags(cast, operation)
    for relation in _relations(operation):
        caller = cast.people[relation]
        answer = operation.call(api(caller), path_ids(operation, cast, caller))
        expected = row.refusal(relation)
        if expected:
            assert answer.status == expected, f"{relation} got {answer}"
        else:
            assert answer.status not in (401, 403, 404), f"{relation} got {answer}"


@pytest.mark.promise(24)
def test_the_table_is_of_these_operations_and_no_others() -> None:
    assert {*published()} == {str(operation) for operation in PROTECTED}


@pytest.mark.promise(24)
def test_what_the_description_tells_is_the_table() -> None:
    for operation in PROTECTED:
        may = {one for one in _relations(operation) if not published()[str(operation)].refusal(one)}
        told = set(operation.details["x-who-may"])
        assert told == (may if policy.is_about_record(operation.action) else may - {Relation.CREATOR})


def _relations(operation: Operation) -> list[Relation]:
    """Who is asked. Of what is not about a record, who has made one is one member more."""
    if policy.is_about_record(operation.action):
        return [*Relation]
    return [Relation.ADMIN, Relation.CREATOR, Relation.MEMBER]


@pytest.mark.promise(24)
@pytest.mark.parametrize("operation", OPENED, ids=str)
def test_without_its_flag_a_resource_is_closed_but_to_an_admin(operation: Operation, world: World) -> None:
    cast = make_cast(world)
    creator, owner = cast.creator, world.owner
    ids = path_ids(operation, cast, creator)
    flags = {"has_sales_access": False, "has_marketing_access": False}
    Membership.objects.filter(user_id__in=[creator.user_id, owner.user_id]).update(**flags)
    with unchanged(world.acme.id):
        assert operation.call(api(creator), ids).status == 403
    assert operation.call(api(owner), ids).status not in (401, 403, 404)


def _take_flags(cast: Cast, operation: Operation) -> None:
    """The other member has neither flag, the creator both: but where one opens it they make no difference."""
    other = Membership.objects.filter(user_id=cast.people[Relation.MEMBER].user_id)
    other.update(has_sales_access=operation in OPENED, has_marketing_access=operation in OPENED)


@pytest.mark.promise(24)
@pytest.mark.parametrize("plural", ["invoices", *RECORDS])
def test_who_gives_a_record_away_is_told_what_it_has_become(world: World, plural: str) -> None:
    cast = make_cast(world)
    address = f"/api/{plural}/{make_record(cast, plural)}/"
    former = api(cast.people[Relation.ASSIGNEE])
    answer = former.patch(address, {"assigned_to": [], "teams": []})
    assert (answer.status, answer.json["assigned_to"], answer.json["teams"]) == (200, [], [])
    assert former.get(address).status == 404
    assert api(cast.creator).get(address).json["assigned_to"] == []
