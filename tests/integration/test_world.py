"""The cast that every other test calls by name."""

from fairlead.tenancy.context import organization
from fairlead.tenancy.models import Team
from tests.world import World, make_world


def test_each_organization_shows_its_own_rows_only(world: World) -> None:
    with organization(world.acme.id):
        assert list(Team.objects.values_list("name", flat=True)) == ["dev"]
    with organization(world.globex.id):
        assert not Team.objects.exists()
    assert not Team.objects.exists()


def test_worlds_share_nothing(world: World) -> None:
    other = make_world()
    assert {world.acme.id, world.globex.id}.isdisjoint({other.acme.id, other.globex.id})
    assert world.owner.email != other.owner.email
