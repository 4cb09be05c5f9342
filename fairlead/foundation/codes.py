"""Codes of the world: countries, time zones, tax and bank numbers. Each check says what is wrong, or None."""

from functools import cache
from zoneinfo import available_timezones

import pycountry
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.exceptions import ValidationError
from stdnum.util import get_cc_module

LANGUAGES = ("en", "de", "fr", "es")


def country_complaint(code: str) -> str | None:
    """ISO 3166-1 alpha-2, in capitals."""
    if code in _countries():
        return None
    return "Give a country by its two letters of ISO 3166, such as DE."


def time_zone_complaint(name: str) -> str | None:
    """An IANA name, such as Europe/Berlin."""
    return None if name in _time_zones() else "Give a time zone of the IANA list, such as Europe/Berlin."


def vat_id_complaint(number: str) -> str | None:
    """A VAT identifier with its country's prefix; checked where the country's rule is known, else taken as it is."""
    rule = get_cc_module(_prefix(number), "vat") if number[:2].isalpha() else None
    if rule is None:
        return None
    try:
        rule.validate(number)
    except ValidationError as error:
        return f"This is no VAT identifier of {number[:2].upper()}: {str(error).rstrip('.')}."
    return None


def iban_complaint(number: str) -> str | None:
    """An IBAN with a right length and checksum."""
    try:
        IBAN(number)
    except SchwiftyException as error:
        return f"This is no IBAN: {str(error).rstrip('.')}."
    return None


def bic_complaint(code: str) -> str | None:
    """A BIC of 8 or 11 characters with a known country."""
    try:
        BIC(code)
    except SchwiftyException as error:
        return f"This is no BIC: {str(error).rstrip('.')}."
    return None


@cache
def _countries() -> frozenset[str]:
    return frozenset(country.alpha_2 for country in pycountry.countries)


@cache
def _time_zones() -> frozenset[str]:
    """Without names such as `localtime`, which mean something else on each machine."""
    return frozenset(name for name in available_timezones() if "/" in name) | {"UTC"}


def _prefix(number: str) -> str:
    """Greece writes EL before its VAT identifiers, and Northern Ireland XI."""
    return {"EL": "gr", "XI": "gb"}.get(number[:2].upper(), number[:2].lower())
