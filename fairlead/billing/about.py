"""What an invoice is about: the records of the CRM that it refers to, and what it begins with because of them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from fairlead.billing.models import Invoice
from fairlead.crm.accounts import ACCOUNT
from fairlead.crm.anonymising import Kept
from fairlead.crm.contacts import CONTACT
from fairlead.crm.models import Account
from fairlead.crm.opportunities import OPPORTUNITY
from fairlead.records import keeping
from fairlead.records.kinds import Kind
from fairlead.tenancy.context import current_org_id

# By the name of the field.
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (ACCOUNT, CONTACT, OPPORTUNITY)}
# What a new invoice has of its account where the request does not say: its field, and the account's.
_OF_ACCOUNT = {
    "to_address": "billing_address",
    **{name: name for name in "email vat_id buyer_reference payment_terms language".split()},
}


def refer(invoice: Invoice, given: Mapping[str, Any]) -> None:
    """Let it refer to the records given. Raises `InvalidInput` for one that who acts does not see, or an archived one.

    What it refers to already need not be seen.
    """
    for name in KINDS.keys() & given.keys():
        other = given[name]
        if other is not None and other != getattr(invoice, f"{name}_id"):
            keeping.require_usable(name, KINDS[name], other)
        setattr(invoice, f"{name}_id", other)


def of_account(account_id: UUID) -> dict[str, Any]:
    """What a new invoice of this account has unless it is told otherwise."""
    account = Account.objects.get(org_id=current_org_id(), id=account_id)
    told = {name: getattr(account, column) for name, column in _OF_ACCOUNT.items()}
    return {name: value for name, value in told.items() if value not in (None, "")}


def kept_issued(contact_ids: Sequence[UUID]) -> Kept:
    """Issued invoices about a person who is anonymised."""
    why = "An issued document stays as it was issued: the law wants it kept."
    return Kept("issued invoices", _of_contacts(contact_ids).filter(issued_at__isnull=False).count(), why)


def kept_drafts(contact_ids: Sequence[UUID]) -> Kept:
    """Invoices about such a person that are not issued."""
    why = "A draft may name the person: change it, or delete it."
    return Kept("drafts of invoices", _of_contacts(contact_ids).filter(issued_at=None).count(), why)


def _of_contacts(contact_ids: Sequence[UUID]) -> QuerySet[Invoice]:
    return Invoice.objects.filter(org_id=current_org_id(), contact_id__in=contact_ids)


def held(kind: Kind, record_id: UUID) -> str | None:
    """Why a record must stay: issued invoices are about it."""
    if kind.name not in KINDS:
        return None
    mine = {"org_id": current_org_id(), f"{kind.name}_id": record_id}
    count = Invoice.objects.filter(**mine, issued_at__isnull=False).count()
    if not count:
        return None
    what = "1 issued invoice is" if count == 1 else f"{count} issued invoices are"
    return f"{what} about this {kind.name}, so it stays; what is open can be closed instead."
