"""Accounts: the companies that one deals with."""

from typing import Annotated, Literal

from pydantic import Field

from fairlead.api import resources
from fairlead.api.changes import NOT_GIVEN
from fairlead.api.organizations import ElectronicAddress, VatId
from fairlead.api.record_inputs import Address, Days, LanguageCode, RecordChange, RecordFilter
from fairlead.api.record_outputs import AddressOut, RecordOut, RecordRow
from fairlead.api.types import AnyCurrency, Between, Clearable, DecimalText, Email, Form, Line
from fairlead.crm import accounts
from fairlead.foundation.pages import Key

Status = Literal["open", "closed"]
Website = Annotated[
    str,
    Line(300),
    Form(
        r"((https?://)?[^\s/:@\[\]?#\\]+\.[^\s/:@\[\]?#\\]+(:[0-9]{1,5})?([/?#][!-~]*)?)?",
        "Give an address such as https://techsolutions.example.",
    ),
    Field(examples=["https://techsolutions.example"]),
]
Phone = Annotated[
    str,
    Line(40),
    Form(r"(\+?[0-9][0-9 ()./-]{2,38})?", "Give a telephone number, such as +49 30 1234567."),
    Field(examples=["+49 30 1234567"]),
]


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


class AccountRow(RecordRow):
    """An account in a list."""

    name: str
    email: str
    phone: str
    website: str
    industry: str
    number_of_employees: int | None
    annual_revenue: str | None
    currency: str
    status: Status


class AccountOut(RecordOut):
    """An account with all its parts."""

    name: str
    email: str
    phone: str
    website: str
    industry: str
    number_of_employees: int | None
    annual_revenue: str | None
    currency: str
    status: Status
    billing_address: AddressOut | None
    shipping_address: AddressOut | None
    vat_id: str
    registration_id: str
    electronic_address: ElectronicAddress | None
    buyer_reference: str
    payment_terms: int | None
    language: str


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
        name: f"r.{name}"
        for name in (
            "billing_address shipping_address vat_id registration_id electronic_address buyer_reference payment_terms "
            "language"
        ).split()
    },
    commands=accounts,
    keys={"name": Key("r.name", "text"), "status": Key("r.status", "text")},
    conditions={"name": "strpos(lower(r.name), lower(%s)) > 0"},
    never_null=frozenset({"name", "status"}),
)
