"""Opportunities: what may be sold."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from fairlead.api import opportunity_reading as of
from fairlead.api import record_reading as reading
from fairlead.api import resources
from fairlead.api.changes import NOT_GIVEN, ReadOnly
from fairlead.api.invoice_inputs import LineIn, VatCategory
from fairlead.api.leads import KnownSource, Percent, Source, SourceName
from fairlead.api.outputs import Named, Referred, instant_sql
from fairlead.api.pages import contains
from fairlead.api.pipelines import StageKind
from fairlead.api.record_inputs import RecordChange, RecordConditions, RecordFilter, References
from fairlead.api.record_outputs import RecordOut, RecordRow
from fairlead.api.types import (
    Between,
    Clearable,
    Currency,
    Day,
    DecimalText,
    Flag,
    Id,
    Line,
    NameOrReference,
    QueryDecimal,
    Reference,
)
from fairlead.crm import accounts, opportunities
from fairlead.foundation.pages import Key

MOST_LINES = 200


class OpportunityChange(RecordChange):
    """The fields to change. With lines `amount` is their net total.

    Another `stage`, by id or by its name in the pipeline, takes it to the end of that one. `probability` is the
    stage's own unless it is given.
    """

    name: Annotated[str, Line(200, filled=True)] = NOT_GIVEN
    account: Reference | None = NOT_GIVEN
    contacts: References = NOT_GIVEN
    amount: DecimalText | None = NOT_GIVEN
    currency: Currency = NOT_GIVEN
    stage: NameOrReference = NOT_GIVEN
    probability: Percent | None = NOT_GIVEN
    expected_close_date: Day | None = NOT_GIVEN
    lead_source: Source = NOT_GIVEN
    type: Clearable[Annotated[str, Line(100)]] = NOT_GIVEN
    lost_reason: Clearable[Annotated[str, Line(500)]] = NOT_GIVEN
    lines: Annotated[list[LineIn], Field(max_length=MOST_LINES)] | None = NOT_GIVEN

    status: ReadOnly
    pipeline: ReadOnly
    weighted_amount: ReadOnly
    closed_on: ReadOnly
    days_in_stage: ReadOnly
    is_rotting: ReadOnly


class OpportunityIn(OpportunityChange):
    """A new opportunity. Without a stage it begins in the first of the default pipeline."""

    name: Annotated[str, Line(200, filled=True)]


class OpportunityConditions(RecordConditions):
    """Which opportunities are meant. Days are inclusive."""

    name: Annotated[Annotated[str, Line(200)] | None, Field(description="Part of the name, in any case.")] = (
        None
    )
    account: Id | None = None
    contact: Id | None = None
    pipeline: Id | None = None
    stage: Id | None = None
    status: StageKind | None = None
    currency: Currency | None = None
    min_amount: QueryDecimal | None = None
    max_amount: QueryDecimal | None = None
    min_probability: Annotated[int, Between(0, 100, in_query=True)] | None = None
    max_probability: Annotated[int, Between(0, 100, in_query=True)] | None = None
    expected_close_before: Day | None = None
    expected_close_after: Day | None = None
    closed_before: Day | None = None
    closed_after: Day | None = None
    lead_source: KnownSource | None = None
    type: Annotated[str, Line(100)] | None = None
    rotting: Flag | None = None


class OpportunityFilter(OpportunityConditions, RecordFilter):
    """Which opportunities to list."""


class OpportunityStage(Schema):
    """The stage where an opportunity stands."""

    id: UUID
    name: str
    color: str


class OpportunityLineOut(Schema):
    """A line of an opportunity; `net_amount` is computed as on an invoice."""

    id: UUID
    description: str
    quantity: int | str
    unit: str
    rate: str
    price_base: int | str
    discount_percent: str | None
    discount_amount: str | None
    charge_amount: str | None
    vat_category: VatCategory | None
    vat_rate: str | None
    vat_exemption_reason: str
    net_amount: str


class OpportunityFields(Schema):
    """What an opportunity shows in a list and in full."""

    name: str
    account: Referred | None
    amount: str | None
    weighted_amount: str | None
    currency: str
    pipeline: Named
    stage: OpportunityStage
    status: StageKind
    probability: int
    expected_close_date: date | None
    closed_on: datetime | None
    lead_source: SourceName
    type: str
    days_in_stage: int
    is_rotting: bool


class OpportunityRow(OpportunityFields, RecordRow):
    """An opportunity in a list."""


class OpportunityOut(OpportunityFields, RecordOut):
    """An opportunity with all its parts."""

    lost_reason: str
    contacts: list[Named]
    lines: list[OpportunityLineOut]


RESOURCE = resources.Resource(
    kind=opportunities.OPPORTUNITY,
    row=OpportunityRow,
    out=OpportunityOut,
    new=OpportunityIn,
    change=OpportunityChange,
    filters=OpportunityFilter,
    columns={
        **{name: f"r.{name}" for name in "name currency status expected_close_date lead_source type".split()},
        "account": reading.referred(accounts.ACCOUNT, "r"),
        "amount": "r.amount::text",
        "weighted_amount": f"({of.WEIGHTED})::text",
        "pipeline": of.PIPELINE,
        "stage": of.STAGE,
        "probability": of.PROBABILITY,
        "closed_on": instant_sql("r.closed_at"),
        "days_in_stage": "floor(extract(epoch FROM greatest(now() - r.stage_since, interval '0')) / 86400)::int",
        "is_rotting": of.ROTTING,
    },
    details={
        "lost_reason": "r.lost_reason",
        "contacts": reading.array(of.CONTACTS),
        "lines": reading.array(of.LINES),
    },
    commands=opportunities,
    keys={
        "name": Key("r.name", "text"),
        "amount": Key("r.amount", "numeric", nullable=True),
        "expected_close_date": Key("r.expected_close_date", "date", nullable=True),
        "closed_on": Key("r.closed_at", "timestamptz", nullable=True),
        "stage_since": Key("r.stage_since", "timestamptz"),
        "position": Key("r.position", "text"),
    },
    conditions={
        "name": contains("r.name"),
        "pipeline": """EXISTS (SELECT FROM crm_stage s
            WHERE s.org_id = r.org_id AND s.id = r.stage_id AND s.pipeline_id = %s)""",
        "contact": """EXISTS (SELECT FROM crm_opportunitycontact l
            WHERE l.org_id = r.org_id AND l.opportunity_id = r.id AND l.contact_id = %s)""",
        "min_probability": f"{of.PROBABILITY} >= %s",
        "max_probability": f"{of.PROBABILITY} <= %s",
        "closed_before": f"{of.CLOSED_DAY} <= %s",
        "closed_after": f"{of.CLOSED_DAY} >= %s",
        "rotting": f"{of.ROTTING} = %s",
    },
    never_null=frozenset({"name", "currency", "stage"}),
)
