"""Accounts: the companies that one deals with."""

from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from fairlead.api import account_figures, record_merges, resources
from fairlead.api import record_reading as reading
from fairlead.api.account_figures import AccountFigures
from fairlead.api.changes import NOT_GIVEN, ReadOnly
from fairlead.api.organizations import ElectronicAddress, VatId
from fairlead.api.pages import contains
from fairlead.api.record_inputs import Address, Days, LanguageCode, RecordChange, RecordFilter
from fairlead.api.record_outputs import AddressOut, RecordOut, RecordRow
from fairlead.api.record_reading import primary
from fairlead.api.types import (
    AnyCurrency,
    Between,
    Body,
    Clearable,
    DecimalText,
    Email,
    Form,
    Line,
    Reference,
)
from fairlead.crm import account_contacts, accounts
from fairlead.foundation.pages import Key

Status = Literal["open", "closed"]
# A part of a host's name, in any script.
_PART = r"[^\s\u0000-\u0020\u007f-\u00a0\ufffe\uffff/:@\[\]?#\\]+"
Website = Annotated[
    str,
    Line(300),
    Form(
        rf"((https?://)?{_PART}\.{_PART}(:[0-9]{{1,5}})?([/?#][!-~]*)?)?",
        "Give an address such as https://techsolutions.example.",
    ),
    Field(examples=["https://techsolutions.example"]),
]
_NUMBER = r"\+?[0-9][0-9 ()./-]{2,38}"
_PHONE_WORDS = "Give a telephone number, such as +49 30 1234567."
Phone = Annotated[str, Line(40), Form(f"({_NUMBER})?", _PHONE_WORDS), Field(examples=["+49 30 1234567"])]
PhoneNumber = Annotated[str, Line(40), Form(_NUMBER, _PHONE_WORDS), Field(examples=["+49 30 1234567"])]


class AccountContactIn(Body):
    """A person at this account. `id` is the contact's; `name` and `email` are theirs and change nothing here."""

    id: Reference
    role: Clearable[Annotated[str, Line(100)]] = ""
    title: Clearable[Annotated[str, Line(100)]] = ""
    name: Annotated[str | None, Field(json_schema_extra={"readOnly": True})] = None
    email: Annotated[str | None, Field(json_schema_extra={"readOnly": True})] = None


class AccountContactOut(Schema):
    """A person at an account: their role in the business with it, and their title there."""

    id: UUID
    name: str
    role: str
    title: str
    email: str


class AccountChange(RecordChange):
    """The fields to change. `annual_revenue` is in `currency`; telephone numbers are stored as E.164 has them."""

    name: Annotated[str, Line(200, filled=True)] = NOT_GIVEN
    email: Clearable[Email] = NOT_GIVEN
    phone: Clearable[Phone] = NOT_GIVEN
    website: Clearable[Website] = NOT_GIVEN
    industry: Clearable[Annotated[str, Line(100)]] = NOT_GIVEN
    number_of_employees: Annotated[int, Between(0, 10_000_000)] | None = NOT_GIVEN
    annual_revenue: DecimalText | None = NOT_GIVEN
    currency: Clearable[AnyCurrency] = NOT_GIVEN
    billing_address: Address | None = NOT_GIVEN
    shipping_address: Address | None = NOT_GIVEN
    vat_id: Clearable[VatId] = NOT_GIVEN
    registration_id: Clearable[Annotated[str, Line(50)]] = NOT_GIVEN
    electronic_address: ElectronicAddress | None = NOT_GIVEN
    buyer_reference: Clearable[Annotated[str, Line(100)]] = NOT_GIVEN
    payment_terms: Days | None = NOT_GIVEN
    language: Clearable[LanguageCode] = NOT_GIVEN
    status: Status = NOT_GIVEN
    contacts: Annotated[list[AccountContactIn], Field(max_length=200)] | None = NOT_GIVEN

    figures: ReadOnly


class AccountIn(AccountChange):
    """A new account."""

    name: Annotated[str, Line(200, filled=True)]


class AccountFilter(RecordFilter):
    """Which accounts to list."""

    name: Annotated[Annotated[str, Line(200)] | None, Field(description="Part of the name, in any case.")] = (
        None
    )
    status: Status | None = None
    industry: Annotated[str, Line(100)] | None = None


class AccountFields(Schema):
    """What an account shows in a list and in full."""

    name: str
    email: str
    phone: str
    website: str
    industry: str
    number_of_employees: int | None
    annual_revenue: str | None
    currency: str
    status: Status


class AccountRow(AccountFields, RecordRow):
    """An account in a list."""


class AccountOut(AccountFields, RecordOut):
    """An account with all its parts."""

    billing_address: AddressOut | None
    shipping_address: AddressOut | None
    vat_id: str
    registration_id: str
    electronic_address: ElectronicAddress | None
    buyer_reference: str
    payment_terms: int | None
    language: str
    figures: list[AccountFigures]
    contacts: list[AccountContactOut]


class AccountMerged(AccountOut):
    """The account that stays, and the id by which `unmerge` takes the two apart again."""

    merge_id: UUID


RESOURCE = resources.Resource(
    kind=accounts.ACCOUNT,
    row=AccountRow,
    out=AccountOut,
    new=AccountIn,
    change=AccountChange,
    filters=AccountFilter,
    columns={
        **{
            name: f"r.{name}"
            for name in "name email phone website industry number_of_employees currency status".split()
        },
        "annual_revenue": "r.annual_revenue::text",
    },
    details={
        **{
            name: f"r.{name}"
            for name in (
                "billing_address shipping_address vat_id registration_id electronic_address buyer_reference "
                "payment_terms language"
            ).split()
        },
        "figures": account_figures.SQL,
        "contacts": reading.array(
            f"""SELECT c.id, c.label AS name, l.role, l.title, {primary("c.emails", "email")} AS email
            FROM crm_accountcontact l JOIN crm_contact c ON c.org_id = l.org_id AND c.id = l.contact_id
            WHERE l.org_id = r.org_id AND l.account_id = r.id AND {account_contacts.usable("c")} ORDER BY c.id"""
        ),
    },
    commands=accounts,
    keys={"name": Key("r.name", "text"), "status": Key("r.status", "text")},
    conditions={"name": contains("r.name")},
    never_null=frozenset({"name", "status"}),
)
MERGED = record_merges.Merged(RESOURCE, AccountMerged)
