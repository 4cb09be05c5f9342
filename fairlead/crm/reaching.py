"""Ways to reach somebody, each stored in one spelling, so that equal ones are equal."""

from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from fairlead.foundation.errors import InvalidInput
from fairlead.tenancy.context import current_org_id
from fairlead.tenancy.models import Organization

# Mailboxes that anybody has: their domains tell nothing about an employer.
_OPEN_TO_ALL = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com me.com aol.com gmx.de gmx.net "
    "gmx.at gmx.ch web.de t-online.de proton.me protonmail.com mail.com yandex.com mail.ru qq.com 163.com orange.fr "
    "free.fr laposte.net libero.it".split()
)


def phone(path: str, number: str, country: str = "") -> str:
    """A telephone number as E.164 has it, such as +493012345678; '' stays.

    One without its country's code is of `country` (two letters), or else of the organization's own. Raises
    `InvalidInput` by path.
    """
    if not number.strip():
        return ""
    region = country or ("" if number.lstrip().startswith("+") else _home())
    try:
        parsed = phonenumbers.parse(number, region or None)
    except NumberParseException:
        raise InvalidInput.of(
            path, "Give a telephone number with its country's code, such as +49 30 12345678."
        ) from None
    if parsed.extension:
        raise InvalidInput.of(path, "Give the number without its extension.")
    if phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        raise InvalidInput.of(path, "No telephone number has so many digits: look whether one is missing.")
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def email(address: str) -> str:
    """An address in small letters, where only its owner knows whether capitals mean anything: nobody's do."""
    return address.strip().lower()


def website(address: str, path: str = "website") -> str:
    """With its scheme, and its host in small letters; '' stays. Raises `InvalidInput` by path."""
    address = address.strip()
    if not address:
        return ""
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
    except ValueError:
        raise InvalidInput.of(path, "Give an address such as https://techsolutions.example.") from None
    return parts._replace(netloc=parts.netloc.lower()).geturl()


def domain_of_website(address: str) -> str:
    """The host of a website without `www.`, or ''."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def domain_of_email(address: str) -> str:
    """The domain of an address, or '' where it is one that anybody may have."""
    domain = address.rpartition("@")[2].lower()
    return "" if domain in _OPEN_TO_ALL else domain


def _home() -> str:
    address = Organization.objects.values_list("address", flat=True).get(id=current_org_id())
    return str((address or {}).get("country", ""))


def with_primary(path: str, entries: list[Any]) -> list[Any]:
    """Ways to reach somebody, one of which is the primary one: the first where none says so. Raises `InvalidInput`."""
    primary = [position for position, one in enumerate(entries) if one.get("is_primary")]
    if len(primary) > 1:
        raise InvalidInput.of(f"{path}.{primary[1]}.is_primary", "Only one can be the primary one.")
    first = primary[0] if primary else 0
    return [{**one, "is_primary": position == first} for position, one in enumerate(entries)]
