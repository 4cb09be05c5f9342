"""What a mail says, in the organization's look: the same content as HTML and as plain text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from django.template.loader import render_to_string

from fairlead.messaging.mail import LOGO_ID
from fairlead.tenancy.models import Organization

# The accent of Fairlead's own pages, for an organization that has chosen none.
_ACCENT = "#225bcc"
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")

Facts = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Letter:
    """The two bodies of a mail."""

    text: str
    html: str


def render(organization: Organization, subject: str, message: str, facts: Facts, language: str) -> Letter:
    """Lay out a message, a summary of label and value pairs, and who sends it. Nothing of it is taken as markup."""
    parts = {
        "subject": subject,
        "message": message.strip("\n"),
        "facts": facts,
        "language": language,
        "sender": organization.legal_name or organization.name,
        "name": organization.name,
        "address": _address(organization, language),
        "accent": organization.accent_color if _COLOR.fullmatch(organization.accent_color) else _ACCENT,
        "logo": f"cid:{LOGO_ID}" if organization.logo_sha256 else "",
        "organization": organization,
    }
    return Letter(
        render_to_string("messaging/letter.txt", parts), render_to_string("messaging/letter.html", parts)
    )


def _address(organization: Organization, language: str) -> list[str]:
    given = organization.address
    town = " ".join(filter(None, (given.get("postcode"), given.get("city"), given.get("state"))))
    lines = (given.get("address_line"), given.get("street"), town, _country(organization.country, language))
    return [line for line in lines if line]


def _country(code: str, language: str) -> str:
    try:
        return str(Locale.parse(language).territories.get(code, code))
    except (UnknownLocaleError, ValueError):
        return code
