"""Leads: who may buy."""

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, Field, WithJsonSchema

from fairlead.api import resources
from fairlead.api.accounts import Phone, Website
from fairlead.api.changes import NOT_GIVEN, ReadOnly
from fairlead.api.outputs import Named
from fairlead.api.pages import contains
from fairlead.api.record_inputs import Address, RecordChange, RecordConditions, RecordFilter
from fairlead.api.record_outputs import AddressOut, RecordOut, RecordRow
from fairlead.api.types import (
    AnyCurrency,
    Between,
    Clearable,
    Day,
    DecimalText,
    Email,
    Flag,
    Line,
    QueryDecimal,
)
from fairlead.crm import leads
from fairlead.crm.models import opportunity
from fairlead.foundation.pages import Key

Status = Literal["assigned", "in process", "converted", "recycled", "closed"]
Rating = Literal["", "hot", "warm", "cold"]
SourceName = Literal["", opportunity.Source]


def _tidy(source: Any) -> Any:
    """Older clients write one of them otherwise."""
    return "campaign" if source == "compaign" else source


KnownSource = Annotated[SourceName, BeforeValidator(_tidy)]
# Null clears it.
Source = Annotated[
    SourceName,
    BeforeValidator(lambda value: _tidy("" if value is None else value)),
    WithJsonSchema({"anyOf": [{"type": "string", "enum": ["", *opportunity.SOURCES]}, {"type": "null"}]}),
]
Percent = Annotated[int, Between(0, 100)]


class LeadChange(RecordChange):
    """The fields to change. `opportunity_amount` is in `currency`; telephone numbers are stored as E.164 has them."""

    title: Annotated[str, Line(200, filled=True)] = NOT_GIVEN
    first_name: Clearable[Annotated[str, Line(100)]] = NOT_GIVEN
    last_name: Clearable[Annotated[str, Line(100)]] = NOT_GIVEN
    company_name: Clearable[Annotated[str, Line(200)]] = NOT_GIVEN
    job_title: Clearable[Annotated[str, Line(100)]] = NOT_GIVEN
    email: Clearable[Email] = NOT_GIVEN
    phone: Clearable[Phone] = NOT_GIVEN
    website: Clearable[Website] = NOT_GIVEN
    status: Status = NOT_GIVEN
    source: Source = NOT_GIVEN
    industry: Clearable[Annotated[str, Line(100)]] = NOT_GIVEN
    rating: Rating = NOT_GIVEN
    opportunity_amount: DecimalText | None = NOT_GIVEN
    currency: Clearable[AnyCurrency] = NOT_GIVEN
    probability: Percent | None = NOT_GIVEN
    close_date: Day | None = NOT_GIVEN
    address: Address | None = NOT_GIVEN
    next_follow_up: Day | None = NOT_GIVEN
    web_form: ReadOnly
    converted_to: ReadOnly


class LeadIn(LeadChange):
    """A new lead."""

    title: Annotated[str, Line(200, filled=True)]


class LeadConditions(RecordConditions):
    """Which leads are meant. Converted ones are left out unless they are asked for. Days are inclusive."""

    title: Annotated[str, Line(200)] | None = None
    company_name: Annotated[str, Line(200)] | None = None
    email: Annotated[str, Line(254)] | None = None
    status: Status | None = None
    include_converted: Flag | None = None
    source: KnownSource | None = None
    industry: Annotated[str, Line(100)] | None = None
    rating: Literal["hot", "warm", "cold"] | None = None
    min_opportunity_amount: QueryDecimal | None = None
    max_opportunity_amount: QueryDecimal | None = None
    follow_up_before: Day | None = None
    follow_up_after: Day | None = None
    close_before: Day | None = None
    close_after: Day | None = None


class LeadFilter(LeadConditions, RecordFilter):
    """Which leads to list."""


class LeadFields(Schema):
    """What a lead shows in a list and in full."""

    title: str
    first_name: str
    last_name: str
    company_name: str
    email: str
    phone: str
    status: Status
    source: SourceName
    industry: str
    rating: Rating
    opportunity_amount: str | None
    currency: str
    probability: int | None
    close_date: str | None = Field(json_schema_extra={"format": "date"})
    next_follow_up: str | None = Field(json_schema_extra={"format": "date"})


class LeadRow(LeadFields, RecordRow):
    """A lead in a list."""


class ConversionOut(Schema):
    """What the lead has become. `contact` is null where it named nobody."""

    account: UUID
    contact: UUID | None
    opportunity: UUID


class LeadOut(LeadFields, RecordOut):
    """A lead with all its parts. `web_form` is the form that it came from."""

    job_title: str
    website: str
    address: AddressOut | None
    web_form: Named | None
    converted_to: ConversionOut | None


_COLUMNS = (
    "title first_name last_name company_name email phone status source industry rating currency probability "
    "close_date next_follow_up"
).split()
RESOURCE = resources.Resource(
    kind=leads.LEAD,
    row=LeadRow,
    out=LeadOut,
    new=LeadIn,
    change=LeadChange,
    filters=LeadFilter,
    columns={
        **{name: f"r.{name}" for name in _COLUMNS},
        "opportunity_amount": "r.opportunity_amount::text",
    },
    details={
        **{name: f"r.{name}" for name in ("job_title", "website", "address")},
        "web_form": """(SELECT json_build_object('id', w.id, 'name', w.title) FROM crm_webform w
            WHERE w.org_id = r.org_id AND w.id = r.web_form_id)""",
        "converted_to": """CASE WHEN r.status = 'converted' THEN json_build_object('account', r.account_id,
            'contact', r.contact_id, 'opportunity', r.opportunity_id) END""",
    },
    commands=leads,
    keys={
        "title": Key("r.title", "text"),
        "company_name": Key("r.company_name", "text"),
        "status": Key("r.status", "text"),
        "next_follow_up": Key("r.next_follow_up", "date", nullable=True),
        "close_date": Key("r.close_date", "date", nullable=True),
        "opportunity_amount": Key("r.opportunity_amount", "numeric", nullable=True),
    },
    conditions={
        **{name: contains(f"r.{name}") for name in ("title", "company_name", "email")},
        "follow_up_before": "r.next_follow_up <= %s",
        "follow_up_after": "r.next_follow_up >= %s",
        "include_converted": "%s IS NOT NULL",
    },
    usually=lambda filters: (
        "true"
        if filters.include_converted or filters.status or filters.archived
        else "r.status <> 'converted'"
    ),
    never_null=frozenset({"title", "status", "rating"}),
)
