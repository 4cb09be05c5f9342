"""The caller's organizations and their settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from fairlead.api import changes, outputs, pages
from fairlead.api.access import Door, may
from fairlead.api.changes import NOT_GIVEN, Change, ReadOnly
from fairlead.api.invoice_inputs import Language
from fairlead.api.pages import Listed, Listing, Page
from fairlead.api.record_inputs import Address
from fairlead.api.seam import caller_of, if_match
from fairlead.api.types import Between, Body, Clearable, Color, Currency, Email, Form, Line
from fairlead.billing import numbering
from fairlead.foundation.errors import NotFound, TooLarge
from fairlead.foundation.pages import Key
from fairlead.tenancy import logos, members, organizations, policy
from fairlead.tenancy.context import current_org_id, organization
from fairlead.tenancy.models import Organization

router = Router()


class ElectronicAddress(Body):
    scheme: Annotated[
        str,
        Form("[0-9A-Z]{2,4}", "Give the scheme by its code, such as 0204 or EM."),
        Field(examples=["0204"]),
    ]
    id: Annotated[str, Line(100, filled=True)]


def _compact(text: str) -> str:
    return text.replace(" ", "").upper()


Iban = Annotated[
    str,
    Form(
        "[A-Za-z]{2}[0-9]{2}( ?[A-Za-z0-9]){11,30}",
        "Give an IBAN: its country, two digits, then the account, such as DE02 1203 0000 0000 2020 51.",
        _compact,
    ),
    Field(examples=["DE02120300000000202051"]),
]
Bic = Annotated[
    str,
    Form(
        "([A-Z0-9]{8}([A-Z0-9]{3})?)?",
        "Give a BIC of 8 or 11 capital letters and digits, such as BYLADEM1001.",
    ),
    Field(examples=["BYLADEM1001"]),
]


class BankAccount(Body):
    iban: Iban
    bic: Clearable[Bic] = ""
    account_holder: Clearable[Annotated[str, Line(140)]] = ""
    bank_name: Clearable[Annotated[str, Line(140)]] = ""
    currency: Annotated[
        Currency | None, Field(description="For invoices in this currency; null: for any.")
    ] = None


VatId = Annotated[
    str,
    Form(
        "([A-Z]{2}[A-Z0-9+*]{2,30})?",
        "Give a VAT identifier: the two capital letters of its country, then the number without spaces,"
        " such as DE136695976.",
    ),
    Field(examples=["DE136695976"]),
]
Terms = Annotated[int, Between(0, 3650), Field(description="Days until an invoice is due.")]


class NumberSeries(Body):
    pattern: Annotated[str, Line(40, filled=True), Field(examples=["INV-{number:03d}"])]
    restart: Literal["never", "yearly"]
    number_on: Annotated[Literal["create", "issue"], Field(description="When a draft gets its number.")]


class NumberSeriesChange(Change):
    """How invoices are numbered from now on: text with {year}, {month} and {number:03d}."""

    pattern: Annotated[str, Line(40, filled=True), Field(examples=["INV-{number:03d}"])] = NOT_GIVEN
    restart: Literal["never", "yearly"] = NOT_GIVEN
    number_on: Literal["create", "issue"] = NOT_GIVEN


class Settings(Body):
    legal_name: Clearable[Annotated[str, Line(200)]] = ""
    address: Address = Field(default_factory=Address)
    vat_id: Clearable[VatId] = ""
    registration_id: Clearable[Annotated[str, Line(64)]] = ""
    electronic_address: ElectronicAddress | None = None
    email: Clearable[Email] = ""
    phone: Clearable[Annotated[str, Line(40)]] = ""
    website: Clearable[Annotated[str, Line(200)]] = ""
    bank_accounts: Annotated[list[BankAccount], Field(max_length=10)] = Field(default_factory=list)
    currency: Currency = "EUR"
    language: Language = "en"
    time_zone: Annotated[str, Line(64, filled=True), Field(examples=["Europe/Berlin"])] = "UTC"
    payment_terms: Terms | None = None
    accent_color: Clearable[Color] = ""


class NewOrganization(Settings):
    name: Annotated[str, Line(200, filled=True)]


class OrganizationChange(Change, Settings):
    name: Annotated[str, Line(200, filled=True)] = NOT_GIVEN
    number_series: NumberSeriesChange = NOT_GIVEN
    id: ReadOnly
    role: ReadOnly
    logo: ReadOnly
    created_on: ReadOnly


class OrganizationRow(Schema):
    id: UUID
    name: str
    role: str


class OrganizationOut(OrganizationRow):
    legal_name: str
    address: Address
    vat_id: str
    registration_id: str
    electronic_address: ElectronicAddress | None
    email: str
    phone: str
    website: str
    bank_accounts: list[BankAccount]
    currency: str
    language: str
    time_zone: str
    payment_terms: int | None
    accent_color: str
    number_series: NumberSeries
    logo: str | None = Field(description="Where the logo is, or null.")
    created_on: datetime


# What a parts-only address would leave behind is nobody's: what is given replaces what was.
_REPLACED_WHOLE = {"address", "bank_accounts", "electronic_address"}
_KEYS = {"name": Key("o.name", "text"), "created_on": Key("o.created_on", "timestamptz")}


@router.get("", response=Listed[OrganizationRow], summary="List your organizations")
@may("organization.list", door=Door.PERSON)
def list_organizations(request: HttpRequest, page: Query[Page]) -> HttpResponse:
    """The organizations that you belong to. Order by name or created_on."""
    listing = Listing(
        source="tenancy_membership AS m JOIN tenancy_organization AS o ON o.id = m.org_id",
        row="json_build_object('id', o.id, 'name', o.name, 'role', m.role)",
        keys=_KEYS,
        tie=Key("o.id", "uuid"),
        where="m.user_id = %s AND m.is_active AND (%s::uuid IS NULL OR o.id = %s)",
        values=[caller_of(request).user_id, *[_only(request)] * 2],
    )
    return pages.answer(request, page, listing)


@router.post("", response={201: OrganizationOut}, summary="Found an organization")
@may("organization.create", door=Door.PERSON)
def create(request: HttpRequest, data: NewOrganization) -> HttpResponse:
    """You become its admin."""
    org = organizations.create(caller_of(request).user_id, data.model_dump())
    with _as_member(request, org.id, "organization.read"):
        return _answer(request, org, status=201)


@router.get("{uuid:org_id}/", response=OrganizationOut, summary="Read an organization's settings")
@may("organization.read", door=Door.PERSON)
def read(request: HttpRequest, org_id: UUID) -> HttpResponse:
    """What its documents say of it."""
    with _as_member(request, org_id, "organization.read"):
        return _answer(request, Organization.objects.get(id=org_id))


@router.put("{uuid:org_id}/", response=OrganizationOut, summary="Change an organization's settings")
@may("organization.change", door=Door.PERSON)
def change(request: HttpRequest, org_id: UUID, data: OrganizationChange) -> HttpResponse:
    """Documents that are issued keep what they say."""
    with _as_member(request, org_id, "organization.change"):
        given = changes.given(data, _show(request, Organization.objects.get(id=org_id)))
        given |= data.model_dump(include=given.keys() & _REPLACED_WHOLE)
        renumbered = _renumber(given.pop("number_series", {}))
        return _answer(request, organizations.change(given, if_match(request), touch=renumbered))


@router.get("{uuid:org_id}/logo/", response={200: outputs.Png}, summary="Download the logo")
@may("organization.read", door=Door.PERSON)
def read_logo(request: HttpRequest, org_id: UUID) -> HttpResponse:
    """The logo as PNG; 404 without one."""
    with _as_member(request, org_id, "organization.read"):
        org = Organization.objects.get(id=org_id)
        png = organizations.logo_of(org)
    if png is None:
        raise NotFound("This organization has no logo.")
    return HttpResponse(png, content_type="image/png", headers={"ETag": f'"{org.version}"'})


@router.post("{uuid:org_id}/logo/", response=OrganizationOut, summary="Upload a logo")
@may("organization.change", door=Door.PERSON)
def set_logo(request: HttpRequest, org_id: UUID, logo: File[UploadedFile]) -> HttpResponse:
    """A PNG, JPEG, WebP or GIF of at most 300 KiB; it is written anew as PNG. The next documents bear it."""
    with _as_member(request, org_id, "organization.change"):
        if (logo.size or 0) > logos.MOST_BYTES:
            raise TooLarge.of("logo", f"Give a picture of at most {logos.MOST_BYTES // 1024} KiB.")
        org = organizations.set_logo(logos.read(logo.read()), if_match(request))
        return _answer(request, org)


@router.delete("{uuid:org_id}/logo/", response=OrganizationOut, summary="Remove the logo")
@may("organization.change", door=Door.PERSON)
def remove_logo(request: HttpRequest, org_id: UUID) -> HttpResponse:
    """Documents that are issued keep it."""
    with _as_member(request, org_id, "organization.change"):
        return _answer(request, organizations.remove_logo(if_match(request)))


@contextmanager
def _as_member(request: HttpRequest, org_id: UUID, action: str) -> Iterator[None]:
    """Act in the organization that the path names. Raises `NotFound` for a stranger, `NotPermitted`."""
    only = _only(request)
    actor = members.actor_in(caller_of(request).user_id, org_id) if only in (None, org_id) else None
    if not actor:
        raise NotFound
    policy.require(action, actor)
    with organization(org_id, actor):
        yield


def _renumber(series: dict[str, Any]) -> bool:
    before = numbering.settings_of_invoices()
    return bool(series) and numbering.change_settings(series) != before


def _only(request: HttpRequest) -> UUID | None:
    """The one organization that an API token was made for."""
    caller = caller_of(request)
    return caller.actor.org_id if caller.actor and caller.scopes is not None else None


def _answer(request: HttpRequest, org: Organization, status: int = 200) -> HttpResponse:
    return outputs.record(_show(request, org), status=status, version=org.version)


def _show(request: HttpRequest, org: Organization) -> dict[str, Any]:
    role = members.find(caller_of(request).user_id).role
    settings = {name: getattr(org, name) for name in organizations.SETTINGS}
    settings["address"] = {name: org.address.get(name, "") for name in Address.model_fields}
    logo = f"/api/org/{current_org_id()}/logo/" if org.logo_sha256 else None
    series = asdict(numbering.settings_of_invoices())
    return {
        "id": org.id,
        "role": role,
        **settings,
        "number_series": series,
        "logo": logo,
        "created_on": org.created_on,
    }
