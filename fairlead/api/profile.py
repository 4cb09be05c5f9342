"""What concerns the caller alone: their name, their password, their API tokens."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from fairlead.api import changes, outputs, pages
from fairlead.api.access import Door, may
from fairlead.api.auth import MembershipOut, Message, Password, organizations_of
from fairlead.api.changes import NOT_GIVEN, Change, ReadOnly
from fairlead.api.pages import Listed, Listing, Page
from fairlead.api.seam import caller_of, if_match
from fairlead.api.types import Between, Body, Line
from fairlead.foundation.pages import Key
from fairlead.tenancy import api_tokens, people, policy, sign_in
from fairlead.tenancy.context import current_actor
from fairlead.tenancy.models import ApiToken, User

router = Router()

_SCOPES = policy.scopes()
Scope = Literal[_SCOPES]  # type: ignore[valid-type]  # the policy's own list


class ProfileChange(Change):
    name: Annotated[str, Line(200, filled=True)] = NOT_GIVEN
    id: ReadOnly
    email: ReadOnly
    organizations: ReadOnly


class ProfileOut(outputs.Person):
    organizations: list[MembershipOut]


class PasswordChange(Body):
    old_password: Password
    new_password: Password


class TokenIn(Body):
    name: Annotated[str, Line(100, filled=True)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(_SCOPES))]
    expires_in_days: Annotated[int, Between(1, 3650)] | None = 90


class TokenOut(Schema):
    id: UUID
    name: str
    scopes: list[str]
    created_on: datetime
    expires_on: datetime | None
    last_used_on: datetime | None


class NewToken(TokenOut):
    token: str = Field(description="Shown this once: keep it.")


_KEYS = {"created_on": Key("t.created_on", "timestamptz"), "name": Key("t.name", "text")}
_TOKEN_ROW = f"""json_build_object('id', t.id, 'name', t.name, 'scopes', t.scopes,
    'created_on', {outputs.instant_sql("t.created_on")}, 'expires_on', {outputs.instant_sql("t.expires_at")},
    'last_used_on', {outputs.instant_sql("t.last_used_at")})"""


@router.get("", response=ProfileOut, summary="Read your profile")
@may("profile.read", door=Door.PERSON)
def read(request: HttpRequest) -> HttpResponse:
    """You, and the organizations that you belong to."""
    return _answer(people.find(caller_of(request).user_id))


@router.patch("", response=ProfileOut, summary="Change your name")
@may("profile.change", door=Door.PERSON)
def change(request: HttpRequest, data: ProfileChange) -> HttpResponse:
    """Your e-mail address is how you sign in, and cannot be changed here."""
    user_id = caller_of(request).user_id
    given = changes.given(data, _show(people.find(user_id)))
    return _answer(people.change(user_id, given, if_match(request)))


@router.post("change-password/", response=Message, summary="Change your password")
@may("password.change", door=Door.PERSON, replayable=False, tries=sign_in.password_tries)
def change_password(request: HttpRequest, data: PasswordChange) -> HttpResponse:
    """Ends every other sign-in of yours; your API tokens stay good."""
    caller = caller_of(request)
    sign_in.change_password(
        caller.user_id, data.old_password, data.new_password, session_id=caller.session_id
    )
    return outputs.record({"message": "Your password has changed, and your other sign-ins have ended."})


@router.get("tokens/", response=Listed[TokenOut], summary="List your API tokens")
@may("tokens.manage")
def list_tokens(request: HttpRequest, page: Query[Page]) -> HttpResponse:
    """Your tokens for this organization. Order by created_on or name."""
    actor = current_actor()
    listing = Listing(
        source="tenancy_apitoken AS t",
        row=_TOKEN_ROW,
        keys=_KEYS,
        tie=Key("t.id", "uuid"),
        where="t.org_id = %s AND t.user_id = %s AND t.revoked_at IS NULL",
        values=[actor.org_id, actor.user_id],
    )
    return pages.answer(request, page, listing)


@router.post("tokens/", response={201: NewToken}, summary="Make an API token")
@may("tokens.manage", replayable=False)
def make_token(request: HttpRequest, data: TokenIn) -> HttpResponse:
    """A token acts as you, in this organization, within its scopes. It is shown this once, and makes no tokens."""
    token, text = api_tokens.make(data.name, sorted(set(data.scopes)), data.expires_in_days)
    return outputs.record({**_show_token(token), "token": text}, status=201, version=1)


@router.delete("tokens/{uuid:token_id}/", response=outputs.Done, summary="Delete an API token")
@may("tokens.manage")
def delete_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """It stops working at once."""
    api_tokens.revoke(token_id, if_match(request))
    return outputs.done("The token is deleted.", token_id)


def _answer(user: User) -> HttpResponse:
    return outputs.record(_show(user), version=user.version)


def _show(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "organizations": organizations_of(user.id),
    }


def _show_token(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": token.scopes,
        "created_on": token.created_on,
        "expires_on": token.expires_at,
        "last_used_on": token.last_used_at,
    }
