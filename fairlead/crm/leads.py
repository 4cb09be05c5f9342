"""Leads: who may buy, until they are converted or let go."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fairlead.crm import conversion, handles, reaching
from fairlead.crm.conversion import Conversion
from fairlead.crm.models import Lead
from fairlead.foundation.errors import InvalidInput
from fairlead.foundation.versions import Expected
from fairlead.records import keeping
from fairlead.records.keeping import ManagedKind
from fairlead.tenancy.policy import WORKS


def _settle(lead: Lead, given: Mapping[str, Any]) -> None:
    lead.email = reaching.email(lead.email)
    lead.website = reaching.website(lead.website)
    if "phone" in given:
        lead.phone = reaching.phone("phone", lead.phone, (lead.address or {}).get("country", ""))
    if lead.opportunity_amount is not None and not lead.currency:
        raise InvalidInput.of("currency", "Say in which currency opportunity_amount is, such as EUR.")
    if lead.opportunity_amount is not None and lead.opportunity_amount < 0:
        raise InvalidInput.of("opportunity_amount", "Give an amount that is not negative.")


def _handles(lead: Lead) -> handles.Found:
    yield "email", lead.email
    yield "phone", lead.phone


LEAD: ManagedKind = ManagedKind(
    "lead",
    "leads",
    Lead,
    verbs={"convert": WORKS},
    fields=(
        "title",
        "first_name",
        "last_name",
        "company_name",
        "job_title",
        "email",
        "phone",
        "website",
        "status",
        "source",
        "industry",
        "rating",
        "opportunity_amount",
        "currency",
        "probability",
        "close_date",
        "address",
        "next_follow_up",
        "description",
    ),
    settle=_settle,
    stored=lambda lead: handles.keep(LEAD, lead),
    require_new=lambda lead: handles.require_new(LEAD, lead),
)
handles.of_kind["lead"] = _handles


def create(given: Mapping[str, Any], *, force: bool = True) -> UUID:
    """A new lead. Raises `InvalidInput`. Returns its id."""
    if given.get("status") == "converted":
        raise InvalidInput.of("status", "Make the lead first, then convert it.")
    return keeping.create(LEAD, given, force=force)


def change(lead_id: UUID, given: Mapping[str, Any], *, version: Expected = None) -> None:
    """Change the fields given, then convert it if the `status` says so. Of a converted one only people and tags change.

    Raises `NotFound`, `NotPermitted`, `StaleVersion`, `InvalidInput`.
    """
    lead: Lead = keeping.lock(LEAD, "change", lead_id, version=version)
    if lead.status == "converted":
        _refuse_changes(lead, given)
    is_to_convert = given.get("status") == "converted" != lead.status
    keeping.edit(
        LEAD, lead, {name: value for name, value in given.items() if name != "status" or not is_to_convert}
    )
    if is_to_convert:
        conversion.convert(lead, {})


def convert(lead_id: UUID, given: Mapping[str, Any], *, version: Expected = None) -> Conversion:
    """Convert a lead, as `conversion.convert` tells. Raises `NotFound`, `NotPermitted`, `StaleVersion` and as that."""
    return conversion.convert(keeping.lock(LEAD, "convert", lead_id, version=version), given)


def _refuse_changes(lead: Lead, given: Mapping[str, Any]) -> None:
    message = "The lead is converted: change what it has become."
    changed = [name for name in LEAD.fields if name in given and given[name] != getattr(lead, name)]
    if changed:
        raise InvalidInput(f"{changed[0]}: {message}", errors={name: [message] for name in changed})
