"""Personal API tokens: for programs that act as a member of one organization, within scopes."""

from datetime import timedelta
from uuid import UUID

from fairlead.foundation import versions
from fairlead.foundation.clock import now
from fairlead.foundation.errors import InvalidInput, NotFound
from fairlead.tenancy import secrets
from fairlead.tenancy.context import current_actor
from fairlead.tenancy.models import ApiToken

MOST = 50


def make(name: str, scopes: list[str], days: int | None) -> tuple[ApiToken, str]:
    """A new token of who acts, good for so many days or (None) until it is revoked; and its text, to be shown once.

    Raises `InvalidInput` for one too many.
    """
    actor = current_actor()
    mine = ApiToken.objects.filter(org_id=actor.org_id, user_id=actor.user_id, revoked_at=None)
    if mine.count() >= MOST:
        raise InvalidInput(f"You have {MOST} API tokens: delete one first.")
    secret = secrets.make_secret()
    token = ApiToken.objects.create(
        org_id=actor.org_id,
        user_id=actor.user_id,
        name=name,
        scopes=scopes,
        secret_hash=secrets.keyed_hash("api-token", secret),
        expires_at=now() + timedelta(days=days) if days else None,
    )
    return token, secrets.format_token(token.id, secret)


def revoke(token_id: UUID, expected: versions.Expected = None) -> None:
    """Revoke a token of who acts; it stops working at once. Raises `NotFound`, `StaleVersion`."""
    actor = current_actor()
    live = ApiToken.objects.filter(org_id=actor.org_id, user_id=actor.user_id, revoked_at=None, id=token_id)
    # A token never changes, so it has one version.
    if live.exists():
        versions.require(1, expected)
    if not live.update(revoked_at=now()):
        raise NotFound
