"""The binding of a transaction to an organization."""

from collections.abc import Callable

import pytest
from django.db import ProgrammingError, connection, transaction

from fairlead.foundation.errors import NotAuthenticated
from fairlead.tenancy import context, isolation
from fairlead.tenancy.context import organization
from fairlead.tenancy.models import Team
from tests.world import World


def test_organizations_nest_and_the_outer_one_comes_back(world: World) -> None:
    with organization(world.acme.id):
        with organization(world.globex.id):
            assert Team.objects.count() == 0
            assert context.current_org_id() == world.globex.id
        assert Team.objects.count() == 1
        assert context.current_org_id() == world.acme.id


def test_an_error_within_leaves_the_outer_one_bound(world: World) -> None:
    with organization(world.acme.id):
        with pytest.raises(ProgrammingError), organization(world.globex.id), connection.cursor() as cursor:
            cursor.execute("SELECT nonsense")
        assert Team.objects.count() == 1


def test_within_a_plain_transaction_the_binding_ends_with_its_block(world: World) -> None:
    with transaction.atomic():
        with organization(world.acme.id):
            assert Team.objects.count() == 1
        assert Team.objects.count() == 0


@pytest.mark.promise(23)
def test_the_connection_carries_nothing_over(world: World) -> None:
    with organization(world.acme.id):
        pass
    assert Team.objects.count() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.org_id', true)")
        assert not cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("ask", "error"), [(context.current_org_id, RuntimeError), (context.current_actor, NotAuthenticated)]
)
def test_outside_nobody_is_bound(ask: Callable[[], object], error: type[Exception]) -> None:
    with pytest.raises(error):
        ask()


def test_deriving_again_changes_nothing() -> None:
    before = _catalog()
    isolation.derive("owner")
    assert _catalog() == before


def _catalog() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2")
        constraints = cursor.fetchall()
        cursor.execute("SELECT * FROM pg_policies ORDER BY tablename, policyname")
        policies = cursor.fetchall()
        cursor.execute(
            "SELECT relname, relrowsecurity, relforcerowsecurity, relacl::text FROM pg_class ORDER BY oid"
        )
        return [*constraints, *policies, *cursor.fetchall()]
