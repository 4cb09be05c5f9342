"""Signing in and out."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from fairlead.api import outputs
from fairlead.api.access import public
from fairlead.api.seam import bearer
from fairlead.api.types import Body, EmailAddress, Line, Prose
from fairlead.foundation.errors import InvalidInput
from fairlead.tenancy import authentication, limits, members, sign_in
from fairlead.tenancy.models import User

router = Router()

# A JSON web token, or what might be one.
Token = Annotated[str, Line(4096, filled=True)]
Password = Annotated[str, Prose(1000, filled=True)]


class Credentials(Body):
    email: EmailAddress
    password: Password


class RefreshToken(Body):
    refresh: Token


class SignedOut(Body):
    refresh: Token | None = None


class AcceptedInvitation(Body):
    token: Token
    password: Password
    name: Annotated[str, Line(200)] = ""


class Tokens(Schema):
    access: str
    refresh: str


class MembershipOut(Schema):
    id: UUID
    name: str
    role: str


class SignedIn(Tokens):
    user: outputs.Person
    organizations: list[MembershipOut]


class Message(Schema):
    message: str


@router.post("login/", response=SignedIn, summary="Sign in")
@public
def login(request: HttpRequest, data: Credentials) -> HttpResponse:
    """Whoever guesses is slowed by account and by network; an unknown e-mail gets the answer of a wrong password."""
    return _signed_in(sign_in.sign_in(data.email, data.password, limits.network(request)))


@router.post("refresh-token/", response=Tokens, summary="Get the next pair of tokens")
@public
def refresh_token(request: HttpRequest, data: RefreshToken) -> HttpResponse:
    """A refresh token is good once. One that is used again ends the sign-in that it came from."""
    tokens = authentication.refresh(data.refresh)
    return outputs.record({"access": tokens.access, "refresh": tokens.refresh})


@router.post("logout/", response=Message, summary="Sign out")
@public
def logout(request: HttpRequest, data: SignedOut) -> HttpResponse:
    """End the sign-in of the refresh token in the body, or else of the access token in the header."""
    authentication.revoke_session(_session(request, data.refresh))
    return outputs.record({"message": "You have signed out."})


@router.post("accept-invitation/", response=SignedIn, summary="Accept an invitation")
@public
def accept_invitation(request: HttpRequest, data: AcceptedInvitation) -> HttpResponse:
    """Become a member by the token of an invitation's mail, and sign in.

    Choose a password here, or give yours if you have one already.
    """
    return _signed_in(
        sign_in.accept_invitation(data.token, data.password, data.name, limits.network(request))
    )


def _signed_in(user: User) -> HttpResponse:
    tokens = authentication.make_tokens(authentication.open_session(user))
    return outputs.record(
        {
            "access": tokens.access,
            "refresh": tokens.refresh,
            "user": {"id": user.id, "name": user.name, "email": user.email},
            "organizations": organizations_of(user.id),
        }
    )


def organizations_of(user_id: UUID) -> list[dict[str, Any]]:
    """The organizations that a person belongs to, by name."""
    return [{"id": one.org_id, "name": one.org.name, "role": one.role} for one in members.of_person(user_id)]


def _session(request: HttpRequest, refresh: str | None) -> UUID:
    if refresh:
        return authentication.session_of(refresh)
    caller = authentication.identify(bearer(request), None)
    if not caller.session_id:
        raise InvalidInput("An API token does not sign out: delete it at /api/profile/tokens/.")
    return caller.session_id
