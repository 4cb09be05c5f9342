"""The members of the organization."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from fairlead.api import changes, outputs, pages
from fairlead.api.access import may
from fairlead.api.changes import NOT_GIVEN, Change, ReadOnly
from fairlead.api.pages import Listed, Listing, Page, contains
from fairlead.api.seam import if_match
from fairlead.api.types import Body, Clearable, EmailAddress, Flag, Line, Truth
from fairlead.foundation.pages import Key
from fairlead.messaging import invitations
from fairlead.tenancy import members
from fairlead.tenancy.context import current_org_id
from fairlead.tenancy.models import Membership, Team

router = Router()

RoleName = Literal["ADMIN", "USER"]


class UserFilters(Page):
    role: RoleName | None = None
    is_active: Flag | None = None
    search: Annotated[str, Line(200)] | None = None


class InvitationIn(Body):
    email: EmailAddress
    name: Clearable[Annotated[str, Line(200)]] = ""
    role: RoleName = "USER"
    has_sales_access: Truth = True
    has_marketing_access: Truth = True


class UserChange(Change):
    role: RoleName = NOT_GIVEN
    has_sales_access: Truth = NOT_GIVEN
    has_marketing_access: Truth = NOT_GIVEN
    is_active: Truth = NOT_GIVEN
    id: ReadOnly
    name: ReadOnly
    email: ReadOnly
    is_invited: ReadOnly
    teams: ReadOnly
    created_on: ReadOnly


class UserStatus(Body):
    is_active: Truth


class UserRow(outputs.Person):
    role: RoleName
    has_sales_access: bool
    has_marketing_access: bool
    is_active: bool
    is_invited: bool
    created_on: datetime


class UserOut(UserRow):
    teams: list[outputs.Named]


# Who has been invited shows the name that they were invited by, until they agree to be a member.
_NAME = "CASE WHEN m.joined_at IS NULL THEN coalesce(nullif(m.invited_as, ''), u.email) ELSE u.name END"
_ROW = f"""json_build_object('id', u.id, 'name', {_NAME}, 'email', u.email, 'role', m.role,
    'has_sales_access', m.has_sales_access, 'has_marketing_access', m.has_marketing_access, 'is_active', m.is_active,
    'is_invited', m.joined_at IS NULL, 'created_on', {outputs.instant_sql("m.created_on")})"""
_KEYS = {
    "created_on": Key("m.created_on", "timestamptz"),
    "name": Key(f"({_NAME})", "text"),
    "email": Key("u.email", "text"),
}


@router.get("", response=Listed[UserRow], summary="List members")
@may("users.read")
def list_users(request: HttpRequest, filters: Query[UserFilters]) -> HttpResponse:
    """Members, and whoever is invited. `search` looks in name and e-mail. Order by created_on, name or email."""
    conditions = {
        "m.org_id = %s": current_org_id(),
        "m.role = %s": filters.role,
        "m.is_active = %s": filters.is_active,
        contains(f"{_NAME} || ' ' || u.email"): filters.search,
    }
    used = {sql: value for sql, value in conditions.items() if value is not None}
    listing = Listing(
        source="tenancy_membership AS m JOIN tenancy_user AS u ON u.id = m.user_id",
        row=_ROW,
        keys=_KEYS,
        tie=Key("u.id", "uuid"),
        where=" AND ".join(["m.removed_at IS NULL", *used]),
        values=[*used.values()],
    )
    return pages.answer(request, filters, listing)


@router.post("", response={201: UserOut}, summary="Invite a member")
@may("users.change")
def invite(request: HttpRequest, data: InvitationIn) -> HttpResponse:
    """They get a mail with a link, and are a member once they accept it. Inviting again makes a new link."""
    return _answer(invitations.invite(data.email, data.name, data.model_dump(exclude={"email", "name"})), 201)


@router.get("{uuid:user_id}/", response=UserOut, summary="Read a member")
@may("users.read")
def read(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """A member, with their teams."""
    return _answer(members.find(user_id))


@router.put("{uuid:user_id}/", response=UserOut, summary="Change a member")
@may("users.change")
def change(request: HttpRequest, user_id: UUID, data: UserChange) -> HttpResponse:
    """The last admin stays one. Name and e-mail are the person's own."""
    given = changes.given(data, _show(members.find(user_id)))
    return _answer(members.change(user_id, given, if_match(request)))


@router.delete("{uuid:user_id}/", response=outputs.Done, summary="Remove a member")
@may("users.change")
def remove(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Their access ends at once; what they did keeps their name."""
    members.remove(user_id, if_match(request))
    return outputs.done("The member is removed.", user_id)


@router.post("{uuid:user_id}/status/", response=UserOut, summary="Let a member in, or keep them out")
@may("users.change")
def set_status(request: HttpRequest, user_id: UUID, data: UserStatus) -> HttpResponse:
    """A member who is not active keeps their place, and cannot do anything."""
    return _answer(members.change(user_id, {"is_active": data.is_active}, if_match(request)))


def _answer(member: Membership, status: int = 200) -> HttpResponse:
    return outputs.record(_show(member), status=status, version=members.version_of(member))


def _show(member: Membership) -> dict[str, Any]:
    teams = Team.objects.filter(org_id=member.org_id, members__user_id=member.user_id).order_by("name")
    return {
        "id": member.user_id,
        "name": members.name_of(member),
        "email": member.user.email,
        "role": member.role,
        "has_sales_access": member.has_sales_access,
        "has_marketing_access": member.has_marketing_access,
        "is_active": member.is_active,
        "is_invited": member.joined_at is None,
        "created_on": member.created_on,
        "teams": list(teams.values("id", "name")),
    }
