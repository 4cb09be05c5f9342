"""The members of an organization: invited by e-mail, given a role, and never without an admin."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from fairlead.foundation import versions
from fairlead.foundation.clock import now
from fairlead.foundation.errors import Conflict, InvalidInput, NotFound
from fairlead.tenancy import secrets
from fairlead.tenancy.context import Actor, current_org_id
from fairlead.tenancy.models import ApiToken, Invitation, Membership, Role, TeamMember, User

INVITATION_DAYS = 14
CHANGEABLE = ("role", "has_sales_access", "has_marketing_access", "is_active")


def actor_in(user_id: UUID, org_id: UUID) -> Actor | None:
    """This person as a member of that organization, or None where they are no (active) member."""
    member = (
        Membership.objects.select_related("user")
        .filter(org_id=org_id, user_id=user_id, is_active=True)
        .first()
    )
    if not member:
        return None
    return Actor(
        user_id,
        org_id,
        member.role == Role.ADMIN,
        member.user.name,
        member.user.email,
        member.has_sales_access,
        member.has_marketing_access,
    )


def of_person(user_id: UUID) -> QuerySet[Membership]:
    """Where a person is a member, by the organizations' names."""
    mine = Membership.objects.filter(user_id=user_id, is_active=True)
    return mine.select_related("org").order_by("org__name", "org_id")


def find(user_id: UUID) -> Membership:
    """A member or an invited person of the bound organization. Raises `NotFound`."""
    return _get(_present(), user_id)


def version_of(member: Membership) -> int:
    """What a member's record counts: a person's own name is part of it."""
    return member.version + member.user.version


def name_of(member: Membership) -> str:
    """Who has not agreed to be a member shows the name that they were invited by."""
    return member.user.name if member.joined_at else member.invited_as or member.user.email


def invite(email: str, name: str, given: Mapping[str, Any]) -> tuple[Membership, Invitation]:
    """Invite a person; they become a member when they accept. Inviting again makes a new link and ends the old one.

    `given` may hold role, has_sales_access and has_marketing_access. Raises `Conflict` for a member.
    """
    user = _person(email.strip().lower(), name)
    member, _ = Membership.objects.select_for_update(no_key=True).get_or_create(
        org_id=current_org_id(),
        user=user,
        defaults={"is_active": False, "joined_at": None, "role": Role.USER},
    )
    if member.joined_at and not member.removed_at:
        raise Conflict(
            f"email: {email} is a member already.", errors={"email": ["This person is a member already."]}
        )
    member.invited_as, member.joined_at, member.removed_at = name, None, None
    for field in given:
        setattr(member, field, given[field])
    member.version += 1
    member.save()
    return member, _make_invitation(member)


def invitation_token(invitation_id: UUID) -> str:
    """The text that proves who was invited. It goes out in the mail and is stored nowhere."""
    return secrets.format_token(invitation_id, secrets.derived_secret("invitation", invitation_id))


def change(user_id: UUID, given: Mapping[str, Any], expected: versions.Expected = None) -> Membership:
    """Set `CHANGEABLE` fields of a member. Raises `NotFound`, `StaleVersion`, or `InvalidInput` for the last admin."""
    member = _lock(user_id, expected)
    given = {field: value for field, value in given.items() if getattr(member, field) != value}
    if given.get("is_active") and not member.joined_at:
        raise InvalidInput.of("is_active", "This person has not accepted the invitation yet.")
    if member.is_active and (given.get("role") == Role.USER or given.get("is_active") is False):
        _keep_an_admin(member)
    if given:
        member.version += 1
        for field in given:
            setattr(member, field, given[field])
        member.save(update_fields=[*given, "version"])
    return member


def remove(user_id: UUID, expected: versions.Expected = None) -> None:
    """End a membership: out of its teams, its API tokens revoked. Raises as `change`."""
    member = _lock(user_id, expected)
    if member.is_active:
        _keep_an_admin(member)
    member.is_active, member.removed_at, member.version = False, now(), member.version + 1
    member.save(update_fields=["is_active", "removed_at", "version"])
    here = {"org_id": member.org_id, "user_id": user_id}
    TeamMember.objects.filter(**here).delete()
    Invitation.objects.filter(**here, used_at=None).delete()
    ApiToken.objects.filter(**here, revoked_at=None).update(revoked_at=now())


def _person(email: str, name: str) -> User:
    user, _ = User.objects.get_or_create(email=email, defaults={"name": name or User.nameless(email)})
    return user


def _make_invitation(member: Membership) -> Invitation:
    here = {"org_id": member.org_id, "user_id": member.user_id}
    Invitation.objects.filter(**here, used_at=None).delete()
    return Invitation.objects.create(**here, expires_at=now() + timedelta(days=INVITATION_DAYS))


def _present() -> QuerySet[Membership]:
    return Membership.objects.select_related("user").filter(org_id=current_org_id(), removed_at=None)


def _get(members: QuerySet[Membership], user_id: UUID) -> Membership:
    member = members.filter(user_id=user_id).first()
    if not member:
        raise NotFound
    return member


def _lock(user_id: UUID, expected: versions.Expected) -> Membership:
    """Lock every admin with the member, in one order, so that two admins cannot end each other at once."""
    list(_admins().select_for_update(no_key=True, of=("self",)).order_by("id"))
    member = _get(_present().select_for_update(no_key=True, of=("self",)), user_id)
    versions.require(version_of(member), expected)
    return member


def _keep_an_admin(member: Membership) -> None:
    if member.role == Role.ADMIN and not _admins().exclude(id=member.id).exists():
        message = "This is the last admin of the organization: make somebody else an admin first."
        raise InvalidInput(message, errors={"role": [message]})


def _admins() -> QuerySet[Membership]:
    return Membership.objects.filter(
        org_id=current_org_id(), role=Role.ADMIN, is_active=True, user__is_active=True
    )
