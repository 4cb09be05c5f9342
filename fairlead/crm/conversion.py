"""A lead becomes an account, a contact and an opportunity: once, and of what exists already nothing is made again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from fairlead.crm import account_contacts, accounts, contacts, handles, opportunities
from fairlead.crm.models import Account, Contact, Lead
from fairlead.records import history, keeping, kinds, links, values
from fairlead.records.models import Attachment, Comment


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a lead has become. `contact` is None where the lead named nobody."""

    account: UUID
    contact: UUID | None
    opportunity: UUID


def convert(lead: Lead, given: Mapping[str, Any]) -> Conversion:
    """Convert a lead that is locked; one that is converted already answers what it has become.

    `given` may name the `account` and the `contact` to take, and `opportunity_name`. Without them those are taken that
    are named as in the lead, in any case of letters, of those that who acts sees. What hangs on the lead moves to the
    opportunity. Raises `InvalidInput`.
    """
    if lead.status != "converted":
        _convert(lead, given)
    return Conversion(cast(UUID, lead.account_id), lead.contact_id, cast(UUID, lead.opportunity_id))


def _convert(lead: Lead, given: Mapping[str, Any]) -> None:
    people = links.read(lead.id)
    lead.account_id = given.get("account") or _account(lead, people)
    keeping.require_usable("account", accounts.ACCOUNT, lead.account_id)
    lead.contact_id = given.get("contact") or _contact(lead, people)
    if lead.contact_id:
        keeping.require_usable("contact", contacts.CONTACT, lead.contact_id)
    lead.opportunity_id = _opportunity(lead, given.get("opportunity_name") or lead.title, people)
    _move_along(lead)
    before, lead.status = lead.status, "converted"
    keeping.store(lead)
    made = {
        name: [None, values.plain(getattr(lead, f"{name}_id"))]
        for name in ("account", "contact", "opportunity")
    }
    history.write(_name(), lead.id, "converted", made, status=(before, lead.status))


def _account(lead: Lead, people: Mapping[str, Any]) -> UUID:
    name = lead.company_name or _person(lead) or lead.title
    for one in handles.likely(accounts.ACCOUNT, Account(org_id=lead.org_id, name=name)):
        if "name" in one["matches"]:
            return UUID(one["id"])
    given = {"website": lead.website, "industry": lead.industry, "billing_address": lead.address}
    return accounts.create({"name": name, **given, **people})


def _contact(lead: Lead, people: Mapping[str, Any]) -> UUID | None:
    if not (lead.email or _person(lead)):
        return None
    given = {
        "first_name": lead.first_name or lead.last_name or lead.email.partition("@")[0],
        "last_name": lead.last_name if lead.first_name else "",
        "title": lead.job_title,
        "emails": [{"email": lead.email, "type": "work", "is_primary": True}] if lead.email else [],
        "phones": [{"phone": lead.phone, "type": "work", "is_primary": True}] if lead.phone else [],
    }
    present = _present_contact(lead, Contact(org_id=lead.org_id, **given))
    if present is None:
        at = [{"id": lead.account_id, "title": lead.job_title}]
        return contacts.create({**given, "accounts": at, **people})
    account_contacts.bring_together(cast(UUID, lead.account_id), present, title=lead.job_title)
    return present


def _present_contact(lead: Lead, person: Contact) -> UUID | None:
    """Who has the lead's address, or else its name at the account."""
    alike = handles.likely(contacts.CONTACT, person)
    here = {str(one) for one in account_contacts.people_at(cast(UUID, lead.account_id))}
    by_address = [one["id"] for one in alike if "email" in one["matches"]]
    by_name = [one["id"] for one in alike if "name" in one["matches"] and one["id"] in here]
    return UUID(found[0]) if (found := by_address + by_name) else None


def _opportunity(lead: Lead, name: str, people: Mapping[str, Any]) -> UUID:
    """What the lead hopes for, at the beginning of the pipeline."""
    given = {
        "name": name,
        "account": lead.account_id,
        "contacts": [lead.contact_id] if lead.contact_id else [],
        "amount": lead.opportunity_amount,
        "probability": lead.probability,
        "expected_close_date": lead.close_date,
        "lead_source": lead.source,
        "description": lead.description,
        **({"currency": lead.currency} if lead.currency else {}),
    }
    return opportunities.create({**given, **people})


def _move_along(lead: Lead) -> None:
    """Comments and files go to the opportunity. Its history stays with the lead, which tells where they went."""
    for model in (Comment, Attachment):
        model.about(lead.org_id, _name(), lead.id).update(
            kind=opportunities.OPPORTUNITY.name, record_id=lead.opportunity_id
        )


def _name() -> str:
    return kinds.of_model(Lead).name


def _person(lead: Lead) -> str:
    return f"{lead.first_name} {lead.last_name}".strip()
