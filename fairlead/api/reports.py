"""Reports over many records."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from fairlead.api import opportunity_reading as of
from fairlead.api import outputs
from fairlead.api.access import may
from fairlead.api.opportunities import RESOURCE, OpportunityStage
from fairlead.api.opportunity_steps import summed
from fairlead.api.outputs import Named
from fairlead.api.record_reading import assigned_to
from fairlead.api.types import Day, Id
from fairlead.records import visibility
from fairlead.tenancy.context import current_actor

router = Router()


class ForecastFilter(Schema):
    """Of which opportunities, and of which days, both included."""

    pipeline: Id | None = None
    assigned_to: Id | None = None
    since: Annotated[Day | None, Field(alias="from")] = None
    until: Annotated[Day | None, Field(alias="to")] = None


class ForecastRow(Schema):
    """What is expected of a stage in a month, in one currency. `month` is null where no day is expected."""

    month: Annotated[str | None, Field(pattern=r"^\d{4}-\d{2}$")]
    pipeline: Named
    stage: OpportunityStage
    currency: str
    count: int
    amount: str
    weighted_amount: str


class Forecast(Schema):
    """By month, then in the order of the stages."""

    results: list[ForecastRow]


# Open ones count where they are expected, won ones where they were won.
_DAY = f"CASE r.status WHEN 'open' THEN r.expected_close_date ELSE {of.CLOSED_DAY} END"
_FORECAST = """
    SELECT to_char(r.day, 'YYYY-MM') AS month, json_build_object('id', p.id, 'name', p.name),
        json_build_object('id', s.id, 'name', s.name, 'color', s.color), r.currency, count(*), sum(r.amount),
        sum(r.weighted)
    FROM (SELECT r.*, {day} AS day, {weighted} AS weighted FROM crm_opportunity r
        WHERE r.org_id = %s AND r.archived_at IS NULL AND r.status <> 'lost' AND {narrowed}) AS r
    JOIN crm_stage s ON s.org_id = r.org_id AND s.id = r.stage_id
    JOIN crm_pipeline p ON p.org_id = s.org_id AND p.id = s.pipeline_id
    WHERE {days} GROUP BY month, p.id, s.id, r.currency
    ORDER BY month NULLS LAST, p.created_on, p.id, s.position, r.currency"""


@router.get("forecast/", response=Forecast, summary="Forecast sales")
@may("opportunities.list")
def forecast(request: HttpRequest, filters: Query[ForecastFilter]) -> HttpResponse:
    """Of the opportunities that you see: what open ones may bring in the month where they are expected, and what those
    that are won brought in theirs. Amounts of different currencies stand apart."""
    return outputs.record({"results": [_row(row) for row in _read(filters)]})


def _read(filters: ForecastFilter) -> list[Any]:
    actor = current_actor()
    seen, who = visibility.condition(actor)
    narrowed = _given(
        {RESOURCE.conditions["pipeline"]: filters.pipeline, assigned_to("r"): filters.assigned_to}
    )
    days = _given({"r.day >= %s": filters.since, "r.day <= %s": filters.until})
    sql = _FORECAST.format(
        day=_DAY,
        weighted=of.WEIGHTED,
        narrowed=" AND ".join([seen, *narrowed]),
        days=" AND ".join(["true", *days]),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [actor.org_id, *who, *narrowed.values(), *days.values()])
        return list(cursor.fetchall())


def _given(conditions: dict[str, UUID | date | None]) -> dict[str, UUID | date]:
    return {sql: value for sql, value in conditions.items() if value is not None}


def _row(row: Sequence[Any]) -> dict[str, Any]:
    month, pipeline, stage, *sums = row
    return {"month": month, "pipeline": pipeline, "stage": stage, **summed(*sums)}
