"""The invoice of an opportunity: a draft of what was sold, for its account."""

from typing import Any
from uuid import UUID

from fairlead.billing import invoices
from fairlead.crm import opportunity_contacts, opportunity_lines
from fairlead.crm.models import Opportunity
from fairlead.crm.opportunities import OPPORTUNITY
from fairlead.foundation.errors import InvalidInput
from fairlead.records import history, keeping
from fairlead.tenancy import policy
from fairlead.tenancy.context import current_actor


def make(opportunity_id: UUID) -> UUID:
    """A draft with its lines, or else one line of its amount; its contact is the first. Returns the invoice's id.

    An open one may be invoiced, too, such as for a deposit; a lost one not. Raises `NotFound`, `NotPermitted`,
    `InvalidInput` where there is nothing to invoice, or nobody to whom.
    """
    policy.require_scope("invoices.create", current_actor())
    opportunity: Opportunity = keeping.lock(OPPORTUNITY, "invoice", opportunity_id)
    if opportunity.status == "lost":
        raise InvalidInput("It is lost, so nobody owes anything for it: reopen it first.")
    if opportunity.account_id is None:
        raise InvalidInput.of("account", "Give the opportunity its account first: the invoice goes there.")
    invoice_id = invoices.create(
        {
            "invoice_title": opportunity.name,
            "name": opportunity.account.name,
            "currency": opportunity.currency,
            "account": opportunity.account_id,
            "contact": next(iter(opportunity_contacts.of(opportunity)), None),
            "opportunity": opportunity.id,
            "lines": _lines(opportunity),
        }
    )
    history.write(OPPORTUNITY.name, opportunity.id, "invoiced", {"invoice": [None, str(invoice_id)]})
    return invoice_id


def _lines(opportunity: Opportunity) -> list[dict[str, Any]]:
    lines = opportunity_lines.again(opportunity).get("lines", [])
    if not lines and opportunity.amount is None:
        raise InvalidInput.of(
            "amount", "Give the opportunity an amount or lines first: that is what is invoiced."
        )
    if not lines:
        return [{"description": opportunity.name, "rate": opportunity.amount}]
    return [{name: value for name, value in line.items() if name != "id"} for line in lines]
