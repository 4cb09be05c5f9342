"""Accounts: the companies that one deals with."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fairlead.crm import handles, reaching
from fairlead.crm.account_contacts import Side
from fairlead.crm.models import Account
from fairlead.foundation import codes
from fairlead.foundation.errors import InvalidInput
from fairlead.foundation.versions import Expected
from fairlead.records import keeping
from fairlead.records.keeping import ManagedKind
from fairlead.tenancy.policy import WORKS


def _settle(account: Account, given: Mapping[str, Any]) -> None:
    account.email = reaching.email(account.email)
    account.website = reaching.website(account.website)
    if "phone" in given:
        account.phone = reaching.phone(
            "phone", account.phone, (account.billing_address or {}).get("country", "")
        )
    if "vat_id" in given and account.vat_id:
        account.vat_id = account.vat_id.replace(" ", "").upper()
        _refuse("vat_id", codes.vat_id_complaint(account.vat_id))
    if account.annual_revenue is not None and not account.currency:
        raise InvalidInput.of("currency", "Say in which currency annual_revenue is, such as EUR.")
    if account.annual_revenue is not None and account.annual_revenue < 0:
        raise InvalidInput.of("annual_revenue", "Give an amount that is not negative.")


def _refuse(field: str, complaint: str | None) -> None:
    if complaint:
        raise InvalidInput.of(field, complaint)


def _handles(account: Account) -> handles.Found:
    yield "email", account.email
    yield "phone", account.phone
    yield "name", account.name
    yield "domain", reaching.domain_of_website(account.website)
    yield "domain", reaching.domain_of_email(account.email)


ACCOUNT: ManagedKind = ManagedKind(
    "account",
    "accounts",
    Account,
    is_listed="r.archived_at IS NULL AND r.merged_into_id IS NULL",
    verbs={"merge": WORKS},
    fields=(
        "name",
        "email",
        "phone",
        "website",
        "industry",
        "number_of_employees",
        "annual_revenue",
        "currency",
        "billing_address",
        "shipping_address",
        "vat_id",
        "registration_id",
        "electronic_address",
        "buyer_reference",
        "payment_terms",
        "language",
        "status",
        "description",
    ),
    parts={"contacts": Side("account", "contact")},
    settle=_settle,
    stored=lambda account: handles.keep(ACCOUNT, account),
    require_new=lambda account: handles.require_new(ACCOUNT, account),
    together=(("annual_revenue", "currency"),),
)
handles.of_kind["account"] = _handles


def create(given: Mapping[str, Any], *, force: bool = True) -> UUID:
    """A new account. Raises `InvalidInput`, and without `force` `handles.Duplicate`. Returns its id."""
    return keeping.create(ACCOUNT, given, force=force)


def change(account_id: UUID, given: Mapping[str, Any], *, version: Expected = None) -> None:
    """Change the fields given. Raises `NotFound`, `NotPermitted`, `StaleVersion`, `InvalidInput`."""
    keeping.change(ACCOUNT, account_id, given, version=version)
