"""Contacts: the people whom one deals with."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, Field, model_validator

from fairlead.api import record_merges, resources
from fairlead.api import record_reading as reading
from fairlead.api.accounts import PhoneNumber, Website
from fairlead.api.changes import NOT_GIVEN, ReadOnly
from fairlead.api.outputs import Named, instant_sql
from fairlead.api.pages import contains
from fairlead.api.record_inputs import Address, LanguageCode, RecordChange, RecordFilter
from fairlead.api.record_outputs import AddressOut, RecordOut, RecordRow
from fairlead.api.types import Body, Clearable, EmailAddress, Flag, Id, Line, Reference, Truth
from fairlead.crm import account_contacts, contacts, reaching
from fairlead.foundation.errors import InvalidInput
from fairlead.foundation.pages import Key

MOST = 20
EmailType = Literal["work", "private", "other"]
PhoneType = Literal["work", "mobile", "private", "fax", "other"]
AddressType = Literal["work", "private", "other"]


class _Whole(Body):
    """An entry of a list: what is left out is as it is by default."""

    @model_validator(mode="after")
    def _be_whole(self) -> Self:
        self.model_fields_set.update(type(self).model_fields)
        return self


class ContactEmailIn(_Whole):
    """An e-mail address. Without one that says it is the primary one, the first is."""

    email: EmailAddress
    type: EmailType = "work"
    is_primary: Truth = False


class ContactPhoneIn(_Whole):
    """A telephone number, stored as E.164 has it."""

    phone: PhoneNumber
    type: PhoneType = "work"
    is_primary: Truth = False


class ContactAddressIn(Address):
    """A postal address of a person."""

    type: AddressType = "work"
    is_primary: Truth = False


class ContactAccountIn(Body):
    """An account at which the person is something. `id` is the account's; its `name` changes nothing here."""

    id: Reference
    role: Clearable[Annotated[str, Line(100)]] = ""
    title: Clearable[Annotated[str, Line(100)]] = ""
    is_primary: Truth = False
    name: Annotated[str | None, Field(json_schema_extra={"readOnly": True})] = None


class ContactChange(RecordChange):
    """The fields to change. Telephone numbers are stored as E.164 has them, e-mail addresses in small letters."""

    salutation: Clearable[Annotated[str, Line(40)]] = NOT_GIVEN
    first_name: Annotated[str, Line(100, filled=True)] = NOT_GIVEN
    last_name: Clearable[Annotated[str, Line(100)]] = NOT_GIVEN
    title: Clearable[Annotated[str, Line(100)]] = NOT_GIVEN
    department: Clearable[Annotated[str, Line(100)]] = NOT_GIVEN
    emails: Annotated[list[ContactEmailIn], Field(max_length=MOST)] | None = NOT_GIVEN
    phones: Annotated[list[ContactPhoneIn], Field(max_length=MOST)] | None = NOT_GIVEN
    addresses: Annotated[list[ContactAddressIn], Field(max_length=MOST)] | None = NOT_GIVEN
    do_not_call: Truth = NOT_GIVEN
    language: Clearable[LanguageCode] = NOT_GIVEN
    linkedin_url: Clearable[Website] = NOT_GIVEN
    accounts: Annotated[list[ContactAccountIn], Field(max_length=200)] | None = NOT_GIVEN

    name: ReadOnly
    email: ReadOnly
    phone: ReadOnly
    anonymised_on: ReadOnly


class ContactIn(ContactChange):
    """A new contact."""

    first_name: Annotated[str, Line(100, filled=True)]


def _stored(tidy: Callable[[str], str]) -> AfterValidator:
    """Asks for the spelling that is stored; what has none is looked for as it is, and not found."""

    def ask(text: str) -> str:
        try:
            return tidy(text)
        except InvalidInput:
            return text

    return AfterValidator(ask)


class ContactFilter(RecordFilter):
    """Which contacts to list."""

    name: Annotated[Annotated[str, Line(200)] | None, Field(description="Part of the name, in any case.")] = (
        None
    )
    email: Annotated[str, Line(254), _stored(reaching.email)] | None = None
    phone: Annotated[str, Line(40), _stored(lambda text: reaching.phone("phone", text))] | None = None
    account: Id | None = None
    title: Annotated[str, Line(100)] | None = None
    department: Annotated[str, Line(100)] | None = None
    do_not_call: Flag | None = None
    language: LanguageCode | None = None


class ContactEmailOut(Schema):
    email: str
    type: EmailType
    is_primary: bool


class ContactPhoneOut(Schema):
    phone: str
    type: PhoneType
    is_primary: bool


class ContactAddressOut(AddressOut):
    type: AddressType
    is_primary: bool


class ContactAccountOut(Schema):
    """An account at which a person is something."""

    id: UUID
    name: str
    role: str
    title: str
    is_primary: bool


class ContactFields(Schema):
    """What a contact shows in a list and in full."""

    name: str
    salutation: str
    first_name: str
    last_name: str
    title: str
    department: str
    email: str
    phone: str
    do_not_call: bool
    language: str


class ContactRow(ContactFields, RecordRow):
    """A contact in a list, with the primary ways to reach them. `accounts` are those that you see."""

    accounts: list[Named]


class ContactOut(ContactFields, RecordOut):
    """A contact with all its parts."""

    linkedin_url: str
    emails: list[ContactEmailOut]
    phones: list[ContactPhoneOut]
    addresses: list[ContactAddressOut]
    accounts: list[ContactAccountOut]
    anonymised_on: datetime | None


class ContactMerged(ContactOut):
    """The contact that stays, and the id by which `unmerge` takes the two apart again."""

    merge_id: UUID


_ACCOUNTS = f"""FROM crm_accountcontact l JOIN crm_account a ON a.org_id = l.org_id AND a.id = l.account_id
    WHERE l.org_id = r.org_id AND l.contact_id = r.id AND {account_contacts.usable("a")}"""


def _reached_by(form: str) -> str:
    """The condition that a value is one of the handles of a contact."""
    return f"""EXISTS (SELECT FROM crm_handle h
        WHERE h.org_id = r.org_id AND h.form = '{form}' AND h.value = %s AND h.record_id = r.id)"""


RESOURCE = resources.Resource(
    kind=contacts.CONTACT,
    row=ContactRow,
    out=ContactOut,
    new=ContactIn,
    change=ContactChange,
    filters=ContactFilter,
    columns={
        "name": "r.label",
        **{
            name: f"r.{name}"
            for name in "salutation first_name last_name title department do_not_call language".split()
        },
        "email": reading.primary("r.emails", "email"),
        "phone": reading.primary("r.phones", "phone"),
        "accounts": reading.array(f"SELECT a.id, a.label AS name {_ACCOUNTS} ORDER BY a.id"),
    },
    details={
        **{name: f"r.{name}" for name in "linkedin_url emails phones addresses".split()},
        "accounts": reading.array(
            f"""SELECT a.id, a.label AS name, l.role, l.title,
                a.id IS NOT DISTINCT FROM r.primary_account_id AS is_primary {_ACCOUNTS} ORDER BY a.id"""
        ),
        "anonymised_on": instant_sql("r.anonymised_at"),
    },
    commands=contacts,
    keys={
        "name": Key("r.label", "text"),
        "last_name": Key("r.last_name", "text"),
        "department": Key("r.department", "text"),
    },
    conditions={
        "name": contains("r.label"),
        "email": _reached_by("email"),
        "phone": _reached_by("phone"),
        "account": f"EXISTS (SELECT {_ACCOUNTS} AND a.id = %s)",
    },
    never_null=frozenset({"first_name", "do_not_call"}),
)
MERGED = record_merges.Merged(RESOURCE, ContactMerged)
