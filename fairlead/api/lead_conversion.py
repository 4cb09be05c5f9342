"""What becomes of a lead, and what they are worth together."""

from typing import Annotated, Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from fairlead.api import leads as resource
from fairlead.api import outputs
from fairlead.api.access import may
from fairlead.api.leads import ConversionOut, LeadConditions
from fairlead.api.seam import if_match
from fairlead.api.types import Body, Line, Reference
from fairlead.crm import leads
from fairlead.tenancy.context import current_org_id

router = Router()


class ConvertIn(Body):
    """Which account and contact to take, where the lead's own words would find or make others."""

    account: Reference | None = None
    contact: Reference | None = None
    opportunity_name: Annotated[str, Line(200, filled=True)] | None = None


class LeadTotal(Schema):
    """Of one currency: how many, and the sum of what they hope for. Leads without an amount have no currency here."""

    currency: str
    count: int
    opportunity_amount: str


class LeadTotals(Schema):
    """Of all that the filters leave, by currency; currencies are never added."""

    count: int
    totals: list[LeadTotal]


@router.get("totals/", response=LeadTotals, summary="Add up leads")
@may("leads.list")
def totals(request: HttpRequest, filters: Query[LeadConditions]) -> HttpResponse:
    """Of all that the filters leave, which are those of the list."""
    where, values = resource.RESOURCE.narrowed(filters)
    sql = f"""
        SELECT json_build_object('count', coalesce(sum(count), 0), 'totals', coalesce(json_agg(json_build_object(
            'currency', currency, 'count', count, 'opportunity_amount', amount::text) ORDER BY currency)
            FILTER (WHERE currency <> ''), '[]'))::text
        FROM (SELECT CASE WHEN r.opportunity_amount IS NULL THEN '' ELSE r.currency END AS currency, count(*) AS count,
                sum(r.opportunity_amount) AS amount
            FROM crm_lead r WHERE r.org_id = %s AND {where} GROUP BY 1) AS t"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [current_org_id(), *values])
        text: Any = cursor.fetchone()[0]
    return outputs.json_text(text)


@router.post("{uuid:record_id}/convert/", response=ConversionOut, summary="Convert a lead")
@may("leads.convert")
def convert(request: HttpRequest, record_id: UUID, data: ConvertIn) -> HttpResponse:
    """Into an account, a contact and an opportunity, in one step. One converted already answers the same three ids."""
    given = data.model_dump(exclude_none=True)
    made = leads.convert(record_id, given, version=if_match(request))
    return outputs.record({"account": made.account, "contact": made.contact, "opportunity": made.opportunity})
