"""Teams: colleagues who see what is given to their team."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, QuerySet

from fairlead.foundation import versions
from fairlead.foundation.errors import Conflict, InvalidInput, NotFound
from fairlead.tenancy.context import current_org_id
from fairlead.tenancy.models import Membership, Team, TeamMember


def find(team_id: UUID) -> Team:
    """A team of the bound organization. Raises `NotFound`."""
    return _get(Team.objects.all(), team_id)


def create(name: str, description: str = "", users: Collection[UUID] = ()) -> Team:
    """A new team of these members. Raises `Conflict` for a name that is taken, `InvalidInput` for a non-member."""
    team = Team(org_id=current_org_id(), name=name, description=description)
    _save(team)
    _set_users(team, users)
    return team


def change(team_id: UUID, given: Mapping[str, Any], expected: versions.Expected = None) -> Team:
    """Set name, description or users. Raises `NotFound`, `StaleVersion`, and as `create`."""
    team = _lock(team_id, expected)
    before = (team.name, team.description, _user_ids(team))
    team.name = given.get("name", team.name)
    team.description = given.get("description", team.description)
    users = set(given.get("users", before[2]))
    if before != (team.name, team.description, users):
        team.version += 1
        _save(team)
        _set_users(team, users)
    return team


def delete(team_id: UUID, expected: versions.Expected = None) -> None:
    """Delete a team that no record is given to. Raises `NotFound`, `StaleVersion`, `InvalidInput`."""
    team = _lock(team_id, expected)
    try:
        with transaction.atomic():
            team.delete()
    except (ProtectedError, IntegrityError):
        raise InvalidInput("This team still sees records: take it off them first.") from None


def _get(teams: QuerySet[Team], team_id: UUID) -> Team:
    team = teams.filter(org_id=current_org_id(), id=team_id).first()
    if not team:
        raise NotFound
    return team


def _lock(team_id: UUID, expected: versions.Expected) -> Team:
    team = _get(Team.objects.select_for_update(no_key=True), team_id)
    versions.require(team.version, expected)
    return team


def _save(team: Team) -> None:
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError:
        message = "There is a team of this name already."
        raise Conflict(f"name: {message}", errors={"name": [message]}) from None


def _user_ids(team: Team) -> set[UUID]:
    return set(TeamMember.objects.filter(org_id=team.org_id, team=team).values_list("user_id", flat=True))


def _set_users(team: Team, users: Collection[UUID]) -> None:
    present, wanted = _user_ids(team), set(users)
    _require_members(wanted - present)
    TeamMember.objects.filter(org_id=team.org_id, team=team, user_id__in=present - wanted).delete()
    TeamMember.objects.bulk_create(
        [TeamMember(org_id=team.org_id, team=team, user_id=user_id) for user_id in sorted(wanted - present)]
    )


def _require_members(users: Collection[UUID]) -> None:
    members = Membership.objects.filter(org_id=current_org_id(), user_id__in=users, is_active=True)
    unknown = set(users) - set(members.values_list("user_id", flat=True))
    if unknown:
        message = f"No active member has the id {min(unknown)}."
        raise InvalidInput(f"users: {message}", errors={"users": [message]})
