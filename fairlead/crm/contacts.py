"""Contacts: the people whom one deals with."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fairlead.crm import handles, reaching
from fairlead.crm.account_contacts import Side
from fairlead.crm.models import Contact
from fairlead.foundation.errors import InvalidInput
from fairlead.foundation.versions import Expected
from fairlead.records import keeping
from fairlead.records.keeping import ManagedKind
from fairlead.tenancy.policy import ADMIN, WORKS


def _settle(contact: Contact, given: Mapping[str, Any]) -> None:
    contact.emails = _ways("emails", "email", contact.emails, lambda _, text: reaching.email(text))
    if "phones" in given:
        contact.phones = _ways("phones", "phone", contact.phones, reaching.phone)
    contact.addresses = reaching.with_primary("addresses", contact.addresses or [])
    contact.linkedin_url = reaching.website(contact.linkedin_url)


def _ways(path: str, name: str, entries: Any, tidy: Any) -> list[Any]:
    """Entries with `name` in its one spelling, none twice, one of them the primary one."""
    tidied = [
        {**one, name: tidy(f"{path}.{position}.{name}", one[name])}
        for position, one in enumerate(entries or [])
    ]
    values = [one[name] for one in tidied]
    for position, value in enumerate(values):
        if value in values[:position]:
            raise InvalidInput.of(f"{path}.{position}.{name}", "This stands here twice: name it once.")
    return reaching.with_primary(path, tidied)


def _handles(contact: Contact) -> handles.Found:
    for entry in contact.emails:
        yield "email", entry["email"]
    for entry in contact.phones:
        yield "phone", entry["phone"]
    yield "name", f"{contact.first_name} {contact.last_name}" if contact.last_name else ""


CONTACT: ManagedKind = ManagedKind(
    "contact",
    "contacts",
    Contact,
    is_listed="r.archived_at IS NULL AND r.merged_into_id IS NULL",
    verbs={"merge": WORKS, "anonymise": ADMIN},
    fields=(
        "salutation",
        "first_name",
        "last_name",
        "title",
        "department",
        "emails",
        "phones",
        "addresses",
        "do_not_call",
        "language",
        "linkedin_url",
        "description",
    ),
    parts={"accounts": Side("contact", "account")},
    settle=_settle,
    merged=("primary_account",),
    stored=lambda contact: handles.keep(CONTACT, contact),
    require_new=lambda contact: handles.require_new(CONTACT, contact),
)
handles.of_kind["contact"] = _handles


def create(given: Mapping[str, Any], *, force: bool = True) -> UUID:
    """A new contact. Raises `InvalidInput`, and without `force` `handles.Duplicate`. Returns its id."""
    return keeping.create(CONTACT, given, force=force)


def change(contact_id: UUID, given: Mapping[str, Any], *, version: Expected = None) -> None:
    """Change the fields given. Raises `NotFound`, `NotPermitted`, `StaleVersion`, `InvalidInput`."""
    keeping.change(CONTACT, contact_id, given, version=version)
