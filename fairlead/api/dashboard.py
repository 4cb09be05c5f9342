"""What the signed-in person has before them: figures of what they see, in one statement."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from fairlead.api import outputs
from fairlead.api import record_reading as reading
from fairlead.api.access import may
from fairlead.api.types import Flag
from fairlead.records import visibility
from fairlead.tenancy import policy
from fairlead.tenancy.context import Actor, current_actor

router = Router()

MOST_FOLLOW_UPS = 10


class DashboardQuery(Schema):
    """Whose figures."""

    mine: Flag | None = None


class OpportunityFigures(Schema):
    """Of one currency. `closing` is what is expected to close in the present month, weighted."""

    currency: str
    open: int
    open_amount: str
    weighted_amount: str
    closing: str
    won_this_month: int
    won_amount_this_month: str


class InvoiceFigures(Schema):
    """Of one currency."""

    currency: str
    drafts: int
    outstanding: int
    outstanding_amount: str
    overdue: int
    overdue_amount: str
    invoiced_this_month: str
    paid_this_month: str


class LeadFigures(Schema):
    """Leads that are neither converted nor closed."""

    open: int
    new_this_week: int
    follow_ups_due: int


class FollowUp(Schema):
    """A lead to get back to."""

    id: UUID
    title: str
    company_name: str
    next_follow_up: date


class Dashboard(Schema):
    """Amounts are by currency and never added. What neither flags nor token open is null."""

    opportunities: list[OpportunityFigures] | None
    leads: LeadFigures | None
    follow_ups: list[FollowUp] | None
    invoices: list[InvoiceFigures] | None


_TODAY = "(SELECT today FROM present)"
_MONTH = "(SELECT month FROM present)"
_PRESENT = """WITH present AS (
    SELECT (now() AT TIME ZONE o.time_zone)::date AS today, o.time_zone,
        date_trunc('month', now() AT TIME ZONE o.time_zone)::date AS month
    FROM tenancy_organization o WHERE o.id = %s)"""
_PROBABILITY = "coalesce(r.probability, s.probability)"
_WON = f"r.status = 'won' AND (r.closed_at AT TIME ZONE (SELECT time_zone FROM present))::date >= {_MONTH}"


def _opportunities(seen: str) -> str:
    weighted = f"r.amount * {_PROBABILITY} / 100"
    columns = [
        "r.currency",
        "count(*) FILTER (WHERE r.status = 'open') AS open",
        _sum("r.amount", "r.status = 'open'", "open_amount"),
        _sum(weighted, "r.status = 'open'", "weighted_amount"),
        _sum(
            weighted,
            f"r.status = 'open' AND date_trunc('month', r.expected_close_date)::date = {_MONTH}",
            "closing",
        ),
        f"count(*) FILTER (WHERE {_WON}) AS won_this_month",
        _sum("r.amount", _WON, "won_amount_this_month"),
    ]
    return reading.array(
        f"""SELECT {", ".join(columns)} FROM crm_opportunity r
            JOIN crm_stage s ON s.org_id = r.org_id AND s.id = r.stage_id
            WHERE r.org_id = %s AND r.archived_at IS NULL AND {seen} AND (r.status = 'open' OR {_WON})
            GROUP BY r.currency ORDER BY r.currency"""
    )


def _invoices(seen: str) -> str:
    due, in_month = "i.total_amount - i.amount_paid", f"i.issue_date >= {_MONTH}"
    is_open = "i.status IN ('Sent', 'Pending') AND i.amount_paid < i.total_amount"
    is_overdue = f"{is_open} AND coalesce(i.grace_until, i.due_date) < {_TODAY}"
    columns = [
        "i.currency",
        "count(*) FILTER (WHERE i.status = 'Draft') AS drafts",
        f"count(*) FILTER (WHERE {is_open}) AS outstanding",
        _sum(due, is_open, "outstanding_amount", "i.total_amount"),
        f"count(*) FILTER (WHERE {is_overdue}) AS overdue",
        _sum(due, is_overdue, "overdue_amount", "i.total_amount"),
        _sum(
            "i.total_amount",
            f"i.status IN ('Sent', 'Pending', 'Paid') AND {in_month}",
            "invoiced_this_month",
            "i.total_amount",
        ),
        _sum("p.paid", "true", "paid_this_month", "i.total_amount"),
    ]
    paid = f"""SELECT sum(p.amount) AS paid FROM billing_payment p
        WHERE p.org_id = i.org_id AND p.invoice_id = i.id AND p.paid_on >= {_MONTH}"""
    return reading.array(
        f"""SELECT {", ".join(columns)} FROM billing_invoice i LEFT JOIN LATERAL ({paid}) AS p ON true
            WHERE i.org_id = %s AND {seen} AND (i.status IN ('Draft', 'Sent', 'Pending') OR {in_month}
                OR p.paid IS NOT NULL)
            GROUP BY i.currency ORDER BY i.currency"""
    )


def _leads(seen: str) -> str:
    due = f"count(*) FILTER (WHERE r.next_follow_up <= {_TODAY}) AS follow_ups_due"
    new = f"count(*) FILTER (WHERE r.created_on >= {_TODAY} - 6) AS new_this_week"
    return f"""(SELECT row_to_json(x) FROM (SELECT count(*) AS open, {new}, {due} FROM crm_lead r
        WHERE r.org_id = %s AND r.archived_at IS NULL AND r.status NOT IN ('converted', 'closed') AND {seen}) AS x)"""


def _follow_ups(seen: str) -> str:
    return reading.array(
        f"""SELECT r.id, r.title, r.company_name, r.next_follow_up FROM crm_lead r
            WHERE r.org_id = %s AND r.archived_at IS NULL AND r.status NOT IN ('converted', 'closed')
                AND r.next_follow_up <= {_TODAY} AND {seen}
            ORDER BY r.next_follow_up, r.id LIMIT {MOST_FOLLOW_UPS}"""
    )


def _sum(figure: str, condition: str, name: str, scale_of: str = "r.amount") -> str:
    """A sum as text, with the digits that amounts of the currency have."""
    total = f"coalesce(sum({figure}) FILTER (WHERE {condition}), 0)"
    return f"coalesce(round({total}, max(scale({scale_of}))), 0)::text AS {name}"


@router.get("", response=Dashboard, summary="Read the dashboard")
@may("dashboard.read")
def read(request: HttpRequest, query: Query[DashboardQuery]) -> HttpResponse:
    """Figures of what you see, or with `mine` of what is given to you. Days are those of the organization's zone."""
    actor = current_actor()
    parts = {
        "opportunities": ("opportunities", "r", _opportunities),
        "leads": ("leads", "r", _leads),
        "follow_ups": ("leads", "r", _follow_ups),
        "invoices": ("invoices", "i", _invoices),
    }
    columns, values = [], [actor.org_id]
    for name, (plural, row, part) in parts.items():
        if not policy.may_look(plural, actor):
            columns.append(f"NULL AS {name}")
            continue
        seen, seen_values = _of_interest(actor, row, mine=bool(query.mine))
        columns.append(f"{part(seen)} AS {name}")
        values += [actor.org_id, *seen_values]
    sql = f"{_PRESENT} SELECT row_to_json(x)::text FROM (SELECT {', '.join(columns)}) AS x"
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        text: Any = cursor.fetchone()[0]
    return outputs.json_text(text)


def _of_interest(actor: Actor, row: str, *, mine: bool) -> tuple[str, list[UUID]]:
    if mine:
        return reading.assigned_to(row), [actor.user_id]
    return visibility.condition(actor, row)
