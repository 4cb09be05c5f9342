"""Teams of the organization."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from fairlead.api import changes, outputs, pages
from fairlead.api.access import may
from fairlead.api.changes import NOT_GIVEN, Change, ReadOnly
from fairlead.api.pages import Listed, Listing, Page, contains
from fairlead.api.seam import if_match
from fairlead.api.types import Body, Clearable, Line, Prose, Reference
from fairlead.foundation.pages import Key
from fairlead.tenancy import teams
from fairlead.tenancy.context import current_org_id
from fairlead.tenancy.models import Team, User

router = Router()


class TeamFilters(Page):
    search: Annotated[str, Line(200)] | None = None


class TeamIn(Body):
    name: Annotated[str, Line(100, filled=True)]
    description: Clearable[Annotated[str, Prose(2000)]] = ""
    users: Annotated[list[Reference], Field(max_length=500)] = Field(default_factory=list)


class TeamChange(Change):
    name: Annotated[str, Line(100, filled=True)] = NOT_GIVEN
    description: Clearable[Annotated[str, Prose(2000)]] = NOT_GIVEN
    users: Annotated[list[Reference], Field(max_length=500)] = NOT_GIVEN
    id: ReadOnly
    created_on: ReadOnly


class TeamRow(Schema):
    id: UUID
    name: str
    description: str
    users: list[UUID]
    created_on: datetime


class TeamOut(Schema):
    id: UUID
    name: str
    description: str
    users: list[outputs.Person]
    created_on: datetime


_ROW = f"""json_build_object('id', t.id, 'name', t.name, 'description', t.description, 'users', coalesce((
        SELECT json_agg(m.user_id ORDER BY m.user_id) FROM tenancy_teammember AS m
        WHERE m.org_id = t.org_id AND m.team_id = t.id), '[]'),
    'created_on', {outputs.instant_sql("t.created_on")})"""
_KEYS = {"created_on": Key("t.created_on", "timestamptz"), "name": Key("t.name", "text")}


@router.get("", response=Listed[TeamRow], summary="List teams")
@may("teams.read")
def list_teams(request: HttpRequest, filters: Query[TeamFilters]) -> HttpResponse:
    """`search` looks in the name. Order by created_on or name."""
    search = contains("t.name")
    listing = Listing(
        source="tenancy_team AS t",
        row=_ROW,
        keys=_KEYS,
        tie=Key("t.id", "uuid"),
        where=f"t.org_id = %s AND {search}" if filters.search else "t.org_id = %s",
        values=[current_org_id(), filters.search] if filters.search else [current_org_id()],
    )
    return pages.answer(request, filters, listing)


@router.post("", response={201: TeamOut}, summary="Make a team")
@may("teams.change")
def create(request: HttpRequest, data: TeamIn) -> HttpResponse:
    """`users` are ids of active members."""
    return _answer(teams.create(data.name, data.description, data.users), 201)


@router.get("{uuid:team_id}/", response=TeamOut, summary="Read a team")
@may("teams.read")
def read(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """A team, with its users."""
    return _answer(teams.find(team_id))


@router.put("{uuid:team_id}/", response=TeamOut, summary="Change a team")
@may("teams.change")
def change(request: HttpRequest, team_id: UUID, data: TeamChange) -> HttpResponse:
    """A list of users replaces the one before."""
    given = changes.given(data, _show(teams.find(team_id)))
    return _answer(teams.change(team_id, given, if_match(request)))


@router.delete("{uuid:team_id}/", response=outputs.Done, summary="Delete a team")
@may("teams.change")
def delete(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Refused while records are given to it."""
    teams.delete(team_id, if_match(request))
    return outputs.done("The team is deleted.", team_id)


def _answer(team: Team, status: int = 200) -> HttpResponse:
    return outputs.record(_show(team), status=status, version=team.version)


def _show(team: Team) -> dict[str, Any]:
    users = User.objects.filter(id__in=team.members.values("user_id")).order_by("name", "id")
    return {
        "id": team.id,
        "name": team.name,
        "description": team.description,
        "users": list(users.values("id", "name", "email")),
        "created_on": team.created_on,
    }
