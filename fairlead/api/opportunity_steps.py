"""What is done to an opportunity on its way: moved, won, lost, opened again; its stages so far, and sums of many."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from fairlead.api import opportunity_reading as of
from fairlead.api import outputs, pages
from fairlead.api import record_reading as reading
from fairlead.api.access import may
from fairlead.api.opportunities import RESOURCE, OpportunityConditions, OpportunityOut
from fairlead.api.outputs import Person, instant_sql
from fairlead.api.pages import Listed, Listing, Page
from fairlead.api.seam import if_match
from fairlead.api.types import Body, Line, NameOrReference, Reference
from fairlead.crm import opportunities
from fairlead.crm.opportunities import OPPORTUNITY
from fairlead.foundation import money
from fairlead.foundation.pages import Key
from fairlead.records import visibility
from fairlead.tenancy.context import current_org_id

router = Router()


class MoveIn(Body):
    """Into which stage, by id or name, and before or after which opportunity of it; without these to its end."""

    stage: NameOrReference
    before: Reference | None = None
    after: Reference | None = None


class LoseIn(Body):
    """Why it is lost."""

    reason: Annotated[str, Line(500, filled=True)]


class StageNamed(Schema):
    """A stage by the name that it had then; it may be gone."""

    id: UUID
    name: str


class StageChangeOut(Schema):
    """A change of stage; `seconds` is how long it had stood in the one that it left."""

    id: UUID
    from_stage: StageNamed | None
    to_stage: StageNamed
    seconds: int | None
    changed_by: Person | None
    changed_on: datetime


class Sum(Schema):
    """What opportunities of one currency come to; `weighted_amount` by the probability of each."""

    currency: str
    count: int
    amount: str
    weighted_amount: str


class Sums(Schema):
    """How many opportunities there are, and what they come to in each currency."""

    count: int
    totals: list[Sum]


_CHANGE = f"""json_build_object('id', c.id,
    'from_stage', CASE WHEN c.from_stage IS NOT NULL THEN
        json_build_object('id', c.from_stage, 'name', c.from_name) END,
    'to_stage', json_build_object('id', c.to_stage, 'name', c.to_name), 'seconds', c.seconds,
    'changed_by', {reading.person("c.changed_by_id")}, 'changed_on', {instant_sql("c.created_on")})"""


@router.post("{uuid:record_id}/move/", response=OpportunityOut, summary="Move an opportunity")
@may("opportunities.move")
def move(request: HttpRequest, record_id: UUID, data: MoveIn) -> HttpResponse:
    """To another stage, or to another place in its own. Where it is lost it is so for a reason: see lose."""
    opportunities.move(record_id, data.stage, before=data.before, after=data.after, version=if_match(request))
    return RESOURCE.answer(record_id)


@router.post("{uuid:record_id}/win/", response=OpportunityOut, summary="Win an opportunity")
@may("opportunities.win")
def win(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Takes it to the first won stage of its pipeline; one that is won already stays as it is."""
    opportunities.win(record_id, version=if_match(request))
    return RESOURCE.answer(record_id)


@router.post("{uuid:record_id}/lose/", response=OpportunityOut, summary="Lose an opportunity")
@may("opportunities.lose")
def lose(request: HttpRequest, record_id: UUID, data: LoseIn) -> HttpResponse:
    """Takes it to the first lost stage of its pipeline; of one that is lost already the reason changes."""
    opportunities.lose(record_id, data.reason, version=if_match(request))
    return RESOURCE.answer(record_id)


@router.post("{uuid:record_id}/reopen/", response=OpportunityOut, summary="Open an opportunity again")
@may("opportunities.reopen")
def reopen(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Takes it back to the stage where it was decided, or to the first of its pipeline."""
    opportunities.reopen(record_id, version=if_match(request))
    return RESOURCE.answer(record_id)


@router.get("{uuid:record_id}/stages/", response=Listed[StageChangeOut], summary="Read the stages so far")
@may("opportunities.read")
def stages(request: HttpRequest, record_id: UUID, page: Query[Page]) -> HttpResponse:
    """Each change of stage, newest first. Order by created_on."""
    visibility.require(OPPORTUNITY, "read", record_id)
    # Ids are made in the order of time.
    key = Key("c.id", "uuid")
    listing = Listing(
        source="crm_stagechange c",
        row=_CHANGE,
        keys={"created_on": key},
        tie=key,
        where="c.org_id = %s AND c.opportunity_id = %s",
        values=[current_org_id(), record_id],
    )
    return pages.answer(request, page, listing)


@router.get("totals/", response=Sums, summary="Sum opportunities")
@may("opportunities.list")
def totals(request: HttpRequest, filters: Query[OpportunityConditions]) -> HttpResponse:
    """Of those that you see and that the filters mean: their number, their amounts and their weighted amounts."""
    narrowed, values = RESOURCE.narrowed(filters)
    sql = f"""SELECT r.currency, count(*), sum(r.amount), sum({of.WEIGHTED})
        FROM crm_opportunity r WHERE r.org_id = %s AND {narrowed} GROUP BY r.currency ORDER BY r.currency"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [current_org_id(), *values])
        found = [summed(*row) for row in cursor.fetchall()]
    return outputs.record({"count": sum(one["count"] for one in found), "totals": found})


def summed(currency: str, count: int, amount: Decimal | None, weighted: Decimal | None) -> dict[str, Any]:
    """A row of sums as the API answers it; what has no amount counts for nothing."""
    amounts: Sequence[Decimal | None] = (amount, weighted)
    plain, by_chance = (str(money.round_money(one or Decimal(0), money.digits(currency))) for one in amounts)
    return {"currency": currency, "count": count, "amount": plain, "weighted_amount": by_chance}
