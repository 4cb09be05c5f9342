"""Inviting somebody: the membership that waits for their yes, and the mail that asks for it."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from fairlead.messaging import outbox
from fairlead.messaging.delivery import SECRET, secret_sources
from fairlead.tenancy import members
from fairlead.tenancy.models import Invitation, Membership, Organization

KIND = "invitation"
_SUBJECTS = {
    "en": "Invitation to {name}",
    "de": "Einladung zu {name}",
    "fr": "Invitation à rejoindre {name}",
    "es": "Invitación a {name}",
}
_MESSAGES = {
    "en": (
        "You are invited to join {name}.\n\nTo accept, send this token and a password to {address}:\n\n{token}\n\n"
        "It is good for {days} days, once."
    ),
    "de": (
        "Sie sind eingeladen, {name} beizutreten.\n\nUm anzunehmen, senden Sie diesen Schlüssel und ein Passwort an "
        "{address}:\n\n{token}\n\nEr gilt {days} Tage lang, einmal."
    ),
    "fr": (
        "Vous êtes invité à rejoindre {name}.\n\nPour accepter, envoyez ce jeton et un mot de passe à {address} :\n\n"
        "{token}\n\nIl est valable {days} jours, une seule fois."
    ),
    "es": (
        "Ha recibido una invitación para unirse a {name}.\n\nPara aceptarla, envíe este código y una contraseña a "
        "{address}:\n\n{token}\n\nVale {days} días, una sola vez."
    ),
}


def invite(email: str, name: str, given: Mapping[str, Any]) -> Membership:
    """Invite a person to the bound organization and queue the mail. Raises as `members.invite`."""
    member, invitation = members.invite(email, name, given)
    outbox.queue(_letter(member, invitation))
    return member


def _letter(member: Membership, invitation: Invitation) -> outbox.NewEmail:
    org = Organization.objects.get(id=member.org_id)
    facts = {
        "name": org.name,
        "address": f"{settings.PUBLIC_URL}/api/auth/accept-invitation/",
        "token": SECRET,
        "days": members.INVITATION_DAYS,
    }
    return outbox.NewEmail(
        kind=KIND,
        record_id=invitation.id,
        recipients=[member.user.email],
        subject=_SUBJECTS[org.language].format_map(facts),
        message=_MESSAGES[org.language].format_map(facts),
        language=org.language,
    )


secret_sources[KIND] = members.invitation_token
