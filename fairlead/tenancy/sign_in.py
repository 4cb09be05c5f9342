"""Signing in with e-mail and password, slow for whoever guesses, never closed to the owner.

Failures are counted per account and network. Strangers' networks share the account's ten tries; a network from which
the owner has signed in before, or joined, has ten of its own, so that nobody who guesses elsewhere can use them up.
"""

import hashlib
import hmac
from functools import cache
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from fairlead.foundation.clock import now
from fairlead.foundation.errors import InvalidInput, NotAuthenticated
from fairlead.tenancy import authentication, limits, members, secrets
from fairlead.tenancy.limits import Limit
from fairlead.tenancy.models import Invitation, KnownNetwork, Membership, User


def sign_in(email: str, password: str, network: str) -> User:
    """The user whose e-mail and password these are.

    Raises `NotAuthenticated`, after the same work for an unknown user as for a wrong password, or `LimitReached`.
    """
    email = email.strip().lower()
    user = User.objects.filter(email=email, is_active=True).first()
    keys = _keys(email, network, known=user is not None and _knows(user, network))
    for key, limit in keys.items():
        limit.check(limits.count(key, limit))
    good = check_password(password, user.password if user and user.password else _nobody())
    if not user or not good:
        raise NotAuthenticated(
            "E-mail or password is wrong.", headers={"WWW-Authenticate": 'Bearer realm="fairlead"'}
        )
    for key, limit in keys.items():
        limits.give_back(key, limit)
    _remember(user, network)
    return user


def warm_up() -> None:
    """Make what an unknown user is compared with, or the first one of this process would cost more than the others."""
    _nobody()


def set_password(user: User, password: str, field: str = "password") -> None:
    """Store a new password; raises `InvalidInput` that names `field` where it is too weak."""
    user.password = hash_password(password, user, field)
    user.save(update_fields=["password"])


def password_tries() -> Limit:
    """How often somebody who has signed in may try to change the password."""
    return Limit(settings.FAILED_SIGN_INS_PER_ACCOUNT, 900)


def change_password(user_id: UUID, old: str, new: str, *, session_id: UUID | None) -> None:
    """Replace the caller's password and end their other sessions. Raises `InvalidInput`."""
    user = User.objects.select_for_update(no_key=True).get(id=user_id)
    if not check_password(old, user.password or _nobody()):
        raise InvalidInput.of("old_password", "This is not your present password.")
    set_password(user, new, field="new_password")
    authentication.revoke_all(user.id, but=session_id)


def hash_password(password: str, user: User | None = None, field: str = "password") -> str:
    """An Argon2 hash. Raises `InvalidInput` that names every weakness."""
    try:
        validate_password(password, user)  # type: ignore[arg-type]  # the validators ask for attributes only
    except ValidationError as weak:
        raise InvalidInput(f"{field}: choose a stronger one.", errors={field: list(weak.messages)}) from None
    return make_password(password)


def accept_invitation(token: str, password: str, name: str, network: str) -> User:
    """Make an invited person a member, once. Who has no password yet chooses it; who has one proves it.

    Raises `NotAuthenticated` for a link that is not good or a wrong password, `LimitReached`, `InvalidInput`.
    """
    invitation = _invitation(token)
    user = invitation.user
    if user.password:
        sign_in(user.email, password, network)
    hashed = user.password or hash_password(password, user)
    with transaction.atomic():
        if not Invitation.objects.filter(id=invitation.id, used_at=None).update(used_at=now()):
            raise _bad_invitation()
        if not user.password:
            user.name, user.password = name or user.name, hashed
            user.save(update_fields=["name", "password"])
        joined = Membership.objects.filter(org_id=invitation.org_id, user=user, joined_at=None)
        joined.update(joined_at=now(), is_active=True, version=F("version") + 1)
        _remember(user, network)
    return user


def _invitation(token: str) -> Invitation:
    parsed = secrets.parse_token(token)
    if not parsed or not hmac.compare_digest(members.invitation_token(parsed[0]), token):
        raise _bad_invitation()
    good = Invitation.objects.filter(id=parsed[0], used_at=None, expires_at__gt=now(), user__is_active=True)
    invitation = good.select_related("user").first()
    if not invitation:
        raise _bad_invitation()
    return invitation


def _bad_invitation() -> NotAuthenticated:
    return NotAuthenticated("This invitation is used up or too old: ask an admin for another.")


def _knows(user: User, network: str) -> bool:
    return KnownNetwork.objects.filter(user=user, network_hash=_hash(network)).exists()


def _remember(user: User, network: str) -> None:
    KnownNetwork.objects.update_or_create(user=user, network_hash=_hash(network), defaults={"last_at": now()})


def _hash(network: str) -> bytes:
    return hashlib.sha256(network.encode()).digest()


def _keys(email: str, network: str, *, known: bool) -> dict[str, Limit]:
    account = hashlib.sha256(email.encode()).hexdigest()[:40]
    whose = f"signin:{account}:{network}" if known else f"signin:{account}"
    return {
        whose: Limit(settings.FAILED_SIGN_INS_PER_ACCOUNT, 900),
        f"signin-net:{network}": Limit(settings.FAILED_SIGN_INS_PER_NETWORK, 900),
    }


@cache
def _nobody() -> str:
    """A hash that no password fits, so that an unknown user costs the same time."""
    return make_password(secrets.make_secret())
