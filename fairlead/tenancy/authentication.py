"""Who a caller is, proven by a short-lived access token (of a session) or by a personal API token."""

import json
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from django.db import connection

from fairlead.foundation.clock import now
from fairlead.foundation.errors import MalformedRequest, NotAuthenticated, NotPermitted
from fairlead.tenancy import secrets
from fairlead.tenancy.context import Actor
from fairlead.tenancy.limits import COUNT_SQL, Limit
from fairlead.tenancy.models import ApiToken, Role, Session, User

_OF_SESSION = """
    FROM tenancy_session s JOIN tenancy_user u ON u.id = s.user_id AND u.is_active
    LEFT JOIN tenancy_membership m ON m.user_id = u.id AND m.is_active AND (%s::uuid IS NULL OR m.org_id = %s)
    WHERE s.id = %s AND s.user_id = %s AND s.revoked_at IS NULL AND s.expires_at > now() LIMIT 2"""
_OF_API_KEY = """
    FROM tenancy_apitoken t JOIN tenancy_user u ON u.id = t.user_id AND u.is_active
    JOIN tenancy_membership m ON m.user_id = u.id AND m.is_active AND m.org_id = t.org_id
    WHERE t.id = %s AND t.secret_hash = %s AND t.revoked_at IS NULL
        AND (t.expires_at IS NULL OR t.expires_at > now())"""
_COLUMNS = "u.id, u.name, u.email, m.org_id, m.role, m.has_sales_access, m.has_marketing_access"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client holds after signing in: `access` for minutes, `refresh` to get the next pair once."""

    access: str
    refresh: str


@dataclass(frozen=True, slots=True)
class Caller:
    """A person whose token was good. `actor` is them as a member of the organization they named, if any."""

    user_id: UUID
    name: str
    email: str
    requests: int
    actor: Actor | None = None
    choices: int = 0
    session_id: UUID | None = None
    scopes: frozenset[str] | None = None

    def in_organization(self) -> Actor:
        """The actor. Raises `MalformedRequest` where the caller has several organizations and named none."""
        if self.actor:
            return self.actor
        if self.choices > 1:
            message = "You belong to several organizations: name one in this header."
            raise MalformedRequest(f"organization-id: {message}", errors={"organization-id": [message]})
        raise NotPermitted("You do not belong to this organization, or to none at all.")


def request_limit() -> Limit:
    """How many requests a token may make in a minute."""
    return Limit(settings.REQUESTS_PER_MINUTE, 60)


def identify(token: str, org_id: UUID | None) -> Caller:
    """Who holds this bearer token; counts the request. One statement, outside of any transaction.

    Raises `NotAuthenticated` for a token that is not good (any more), `NotPermitted` where the caller does not belong
    to `org_id`.
    """
    caller = _by_api_token(token, org_id) if token.startswith("fl_") else _by_access_token(token, org_id)
    if org_id and not caller.actor:
        raise NotPermitted("You do not belong to this organization.")
    return caller


def open_session(user: User, lifetime: timedelta | None = None) -> Session:
    """Begin a session for a user whose identity has been proven."""
    days = timedelta(days=settings.REFRESH_TOKEN_DAYS)
    return Session.objects.create(user=user, expires_at=now() + (lifetime or days))


def make_tokens(session: Session, access_lifetime: timedelta | None = None) -> Tokens:
    """The pair of tokens for a session's present generation."""
    ends = now() + (access_lifetime or timedelta(minutes=settings.ACCESS_TOKEN_MINUTES))
    claims = {"sub": str(session.user_id), "sid": str(session.id), "aud": "fairlead", "iat": now()}
    access = {**claims, "typ": "access", "exp": min(ends, session.expires_at)}
    refresh = {**claims, "typ": "refresh", "gen": session.generation, "exp": session.expires_at}
    return Tokens(access=jwt.encode(access, _key(), "HS256"), refresh=jwt.encode(refresh, _key(), "HS256"))


def issue_session(user: User, hours: float) -> str:
    """An access token good for so many hours, for somebody who holds the machine already."""
    lifetime = timedelta(hours=hours)
    return make_tokens(open_session(user, lifetime), lifetime).access


def refresh(token: str) -> Tokens:
    """Exchange a refresh token for the next pair. A token used twice ends its session, whoever used it.

    Raises `NotAuthenticated`.
    """
    claims = _read(token, "refresh")
    live = Session.objects.filter(id=claims["sid"], revoked_at=None, expires_at__gt=now())
    generation = int(claims["gen"])
    # By its own columns alone: whoever waits here for another looks at those anew, and at a joined table's not.
    if not live.filter(generation=generation).update(generation=generation + 1):
        live.update(revoked_at=now())
        raise _ended()
    session = live.filter(user__is_active=True).first()
    if not session:  # its old token was used again in this very moment
        raise _ended()
    return make_tokens(session)


def revoke_session(session_id: UUID) -> None:
    """End one session: its access and refresh tokens stop working at once."""
    Session.objects.filter(id=session_id, revoked_at=None).update(revoked_at=now())


def revoke_all(user_id: UUID, *, but: UUID | None = None) -> None:
    """End all of a person's sessions, except the one they are using."""
    live = Session.objects.filter(user_id=user_id, revoked_at=None)
    (live.exclude(id=but) if but else live).update(revoked_at=now())


def forget_old() -> int:
    """A day's job: forget the sessions that ended a week ago; returns how many."""
    return Session.objects.filter(expires_at__lt=now() - timedelta(days=7)).delete()[0]


def session_of(refresh_token: str) -> UUID:
    """Which session a refresh token belongs to. Raises `NotAuthenticated`."""
    return UUID(_read(refresh_token, "refresh")["sid"])


def _by_access_token(token: str, org_id: UUID | None) -> Caller:
    claims = _read(token, "access")
    rows = _counted(f"session:{claims['sid']}", _OF_SESSION, [org_id, org_id, claims["sid"], claims["sub"]])
    return _caller(rows, session_id=UUID(claims["sid"]))


def _by_api_token(token: str, org_id: UUID | None) -> Caller:
    parsed = secrets.parse_token(token)
    if not parsed:
        raise _unknown()
    token_id, secret = parsed
    secret_hash = secrets.keyed_hash("api-token", secret)
    rows = _counted(
        f"token:{token_id}",
        _OF_API_KEY,
        [token_id, secret_hash],
        columns=f"{_COLUMNS}, t.scopes, t.last_used_at",
    )
    caller = _caller(rows, token_id=token_id, scopes=frozenset(json.loads(rows[0][7])) if rows else None)
    if org_id and caller.actor and caller.actor.org_id != org_id:
        raise NotPermitted("This API token was made for another organization.")
    _note_use(token_id, rows[0][8])
    return caller


def _counted(key: str, source: str, values: list[Any], columns: str = _COLUMNS) -> list[tuple[Any, ...]]:
    """The rows, each with the number of requests in this window last."""
    sql = f"WITH hit AS ({COUNT_SQL}) SELECT {columns}, (SELECT count FROM hit) {source}"
    with connection.cursor() as cursor:
        cursor.execute(sql, [key, request_limit().window(), *values])
        return list(cursor.fetchall())


def _caller(rows: list[tuple[Any, ...]], **proof: Any) -> Caller:
    if not rows:
        raise _unknown()
    user_id, name, email, org_id, role, sales, marketing = rows[0][:7]
    scopes, session_id = proof.get("scopes"), proof.get("session_id")
    actor = Actor(
        user_id,
        org_id,
        role == Role.ADMIN,
        name,
        email,
        sales,
        marketing,
        scopes,
        session_id,
        proof.get("token_id"),
    )
    one = org_id is not None and len(rows) == 1
    choices = len(rows) if org_id else 0
    return Caller(user_id, name, email, rows[0][-1], actor if one else None, choices, session_id, scopes)


def _note_use(token_id: UUID, last_used_at: Any) -> None:
    if last_used_at is None or now() - last_used_at > timedelta(minutes=10):
        ApiToken.objects.filter(id=token_id).update(last_used_at=now())


def _read(token: str, kind: str) -> dict[str, Any]:
    required = ["sub", "sid", "exp", "aud", "typ"] + (["gen"] if kind == "refresh" else [])
    try:
        claims: dict[str, Any] = jwt.decode(
            token, _key(), algorithms=["HS256"], audience="fairlead", options={"require": required}
        )
    except jwt.PyJWTError:
        raise _unknown() from None
    if claims["typ"] != kind or not _is_well_formed(claims):
        raise _unknown()
    return claims


def _is_well_formed(claims: dict[str, Any]) -> bool:
    """Only our key signs, so this is for the day when it has leaked, or a later version writes other claims."""
    try:
        return bool(UUID(claims["sub"]) and UUID(claims["sid"]) and int(claims.get("gen", 1)))
    except (ValueError, TypeError, AttributeError):
        return False


def _ended() -> NotAuthenticated:
    return NotAuthenticated("This refresh token is used up, and its session has ended: sign in again.")


def _unknown() -> NotAuthenticated:
    return NotAuthenticated(
        "The token is missing, wrong or used up: sign in at /api/auth/login/ and send `Authorization: Bearer <token>`.",
        headers={"WWW-Authenticate": 'Bearer realm="fairlead", error="invalid_token"'},
    )


def _key() -> bytes:
    return sha256(f"fairlead.sessions:{settings.SECRET_KEY}".encode()).digest()
