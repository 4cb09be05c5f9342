"""Web forms: the keys by which other websites hand in leads."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from fairlead.api import changes, outputs, pages
from fairlead.api import record_reading as reading
from fairlead.api.access import may
from fairlead.api.accounts import Website
from fairlead.api.changes import NOT_GIVEN, Change, ReadOnly
from fairlead.api.outputs import Person
from fairlead.api.pages import Listed, Listing, Page
from fairlead.api.record_inputs import References
from fairlead.api.record_outputs import TagOut
from fairlead.api.seam import if_match
from fairlead.api.types import Clearable, Line
from fairlead.crm import web_forms
from fairlead.crm.models import WebForm
from fairlead.foundation.pages import Key
from fairlead.tenancy.context import current_org_id

router = Router()

Strategy = Literal["fixed", "round_robin"]


class WebFormChange(Change):
    """The fields to change. `website` is the site that the form is on: a browser on another one is refused."""

    title: Annotated[str, Line(200, filled=True)] = NOT_GIVEN
    website: Clearable[Website] = NOT_GIVEN
    strategy: Annotated[
        Strategy, Field(description="fixed: every lead to all of them; round_robin: to one after the other.")
    ] = NOT_GIVEN
    lead_assigned_to: References = NOT_GIVEN
    tags: References = NOT_GIVEN
    id: ReadOnly
    apikey: ReadOnly
    created_on: ReadOnly


class WebFormIn(WebFormChange):
    """A new form."""

    title: Annotated[str, Line(200, filled=True)]


class WebFormOut(Schema):
    """A form, and the key that its entries bear."""

    id: UUID
    title: str
    website: str
    strategy: Strategy
    apikey: str
    lead_assigned_to: list[Person]
    tags: list[TagOut]
    created_on: datetime


class WebFormRow(Schema):
    """A form in a list."""

    id: UUID
    title: str
    website: str
    strategy: Strategy
    lead_assigned_to: list[Person]
    tags: list[TagOut]
    created_on: datetime
    leads: int


_ROW = reading.json_object(
    [
        "r.id",
        "r.title",
        "r.website",
        "r.strategy",
        f"{reading.people('r')} AS lead_assigned_to",
        f"{reading.tags('r')} AS tags",
        f"{outputs.instant_sql('r.created_on')} AS created_on",
        """(SELECT count(*) FROM crm_lead l WHERE l.org_id = r.org_id AND l.web_form_id = r.id) AS leads""",
    ]
)


@router.get("", response=Listed[WebFormRow], summary="List web forms")
@may("api_settings.read")
def list_forms(request: HttpRequest, page: Query[Page]) -> HttpResponse:
    """The newest first, with how many leads each has brought. Order by created_on or title."""
    listing = Listing(
        source="crm_webform r",
        row=_ROW,
        keys={"created_on": Key("r.created_on", "timestamptz"), "title": Key("r.title", "text")},
        tie=Key("r.id", "uuid"),
        where="r.org_id = %s",
        values=[current_org_id()],
    )
    return pages.answer(request, page, listing)


@router.post("", response={201: WebFormOut}, summary="Make a web form")
@may("api_settings.change")
def create(request: HttpRequest, data: WebFormIn) -> HttpResponse:
    """Its `apikey` goes into the form, which posts to /api/leads/create-from-site/."""
    return _answer(web_forms.create(_given(data)), 201)


@router.get("{uuid:form_id}/", response=WebFormOut, summary="Read a web form")
@may("api_settings.read")
def read(request: HttpRequest, form_id: UUID) -> HttpResponse:
    """The form with its key."""
    return _answer(web_forms.find(form_id))


@router.put("{uuid:form_id}/", response=WebFormOut, summary="Change a web form")
@may("api_settings.change")
def change(request: HttpRequest, form_id: UUID, data: WebFormChange) -> HttpResponse:
    """Its key stays the same."""
    present = _show(web_forms.find(form_id))
    return _answer(web_forms.change(form_id, _given(data, present), if_match(request)))


@router.delete("{uuid:form_id}/", response=outputs.Done, summary="Delete a web form")
@may("api_settings.change")
def delete(request: HttpRequest, form_id: UUID) -> HttpResponse:
    """Its key works no longer; the leads that it brought stay."""
    web_forms.remove(form_id, if_match(request))
    return outputs.done("The web form is deleted.", form_id)


def _given(data: WebFormChange, present: dict[str, Any] | None = None) -> dict[str, Any]:
    given = changes.given(data, present or {})
    return given | {name: given[name] or [] for name in ("lead_assigned_to", "tags") if name in given}


def _answer(form: WebForm, status: int = 200) -> HttpResponse:
    return outputs.record(_show(form), status=status, version=form.version)


def _show(form: WebForm) -> dict[str, Any]:
    sql = f"SELECT 0, ({_ROW})::text FROM crm_webform r WHERE r.org_id = %s AND r.id = %s"
    shown: dict[str, Any] = json.loads(reading.one(sql, [form.org_id, form.id])[1])
    del shown["leads"]
    return shown | {"apikey": web_forms.key_of(form)}
