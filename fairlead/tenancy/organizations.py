"""Organizations and their settings: what documents say of the one who sends them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from fairlead.foundation import codes, versions
from fairlead.foundation.errors import InvalidInput
from fairlead.tenancy.context import current_org_id, organization
from fairlead.tenancy.logos import Image
from fairlead.tenancy.models import Logo, Membership, Organization, Role

MOST_OF_ONE_PERSON = 100
# What the floors above put into an organization that is just founded, in it and in the same transaction.
on_founded: list[Callable[[], object]] = []
SETTINGS = (
    "name",
    "legal_name",
    "address",
    "vat_id",
    "registration_id",
    "electronic_address",
    "email",
    "phone",
    "website",
    "bank_accounts",
    "currency",
    "language",
    "time_zone",
    "payment_terms",
    "accent_color",
)


def create(user_id: UUID, given: Mapping[str, Any]) -> Organization:
    """Found an organization of which this person is the admin. `given` holds `SETTINGS`. Raises `InvalidInput`."""
    if Membership.objects.filter(user_id=user_id, is_active=True).count() >= MOST_OF_ONE_PERSON:
        raise InvalidInput(
            f"You belong to {MOST_OF_ONE_PERSON} organizations: leave one before you found another."
        )
    _check(given)
    with transaction.atomic():
        org = Organization.objects.create(**given)
        Membership.objects.create(org=org, user_id=user_id, role=Role.ADMIN)
        with organization(org.id):
            for furnish in on_founded:
                furnish()
    return org


def change(
    given: Mapping[str, Any], expected: versions.Expected = None, *, touch: bool = False
) -> Organization:
    """Set `SETTINGS` of the bound organization; `touch` counts a change that is kept elsewhere.

    Raises `InvalidInput` naming each field, `StaleVersion`.
    """
    org = _lock(expected)
    given = {name: value for name, value in given.items() if getattr(org, name) != value}
    _check(given)
    return _store(org, given, touch=touch)


def set_logo(image: Image, expected: versions.Expected = None) -> Organization:
    """Let documents bear this logo from now on; those that are issued keep theirs. Raises `StaleVersion`."""
    org = _lock(expected)
    Logo.objects.get_or_create(org=org, sha256=image.sha256, defaults={"png": image.png})
    return _store(org, {"logo_sha256": image.sha256})


def remove_logo(expected: versions.Expected = None) -> Organization:
    """Let documents bear no logo from now on. Raises `StaleVersion`."""
    return _store(_lock(expected), {"logo_sha256": ""})


def logo_of(org: Organization) -> bytes | None:
    """The organization's present logo as PNG."""
    with organization(org.id):
        logo = Logo.objects.filter(org=org, sha256=org.logo_sha256).first()
    return bytes(logo.png) if logo else None


def _lock(expected: versions.Expected) -> Organization:
    org = Organization.objects.select_for_update(no_key=True).get(id=current_org_id())
    versions.require(org.version, expected)
    return org


def _store(org: Organization, given: Mapping[str, Any], *, touch: bool = False) -> Organization:
    changed = [name for name, value in given.items() if getattr(org, name) != value]
    if changed or touch:
        for name in changed:
            setattr(org, name, given[name])
        org.version += 1
        org.save(update_fields=[*changed, "version"])
    return org


def _check(given: Mapping[str, Any]) -> None:
    errors = {path: [complaint] for path, complaint in _complaints(given) if complaint}
    if errors:
        field, messages = next(iter(errors.items()))
        raise InvalidInput(f"{field}: {messages[0]}", errors=errors)


def _complaints(given: Mapping[str, Any]) -> Iterable[tuple[str, str | None]]:
    checks: dict[str, Callable[[str], str | None]] = {
        "vat_id": codes.vat_id_complaint,
        "time_zone": codes.time_zone_complaint,
    }
    for name, check in checks.items():
        if given.get(name):
            yield name, check(given[name])
    if (given.get("address") or {}).get("country"):
        yield "address.country", codes.country_complaint(given["address"]["country"])
    for index, account in enumerate(given.get("bank_accounts") or []):
        yield f"bank_accounts.{index}.iban", codes.iban_complaint(account["iban"])
        yield f"bank_accounts.{index}.bic", codes.bic_complaint(account["bic"]) if account["bic"] else None
