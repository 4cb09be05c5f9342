"""Which invoices a member sees, and how they stand to each."""

from uuid import UUID

from django.db import connection

from fairlead.billing.models import Invoice
from fairlead.foundation.errors import NotFound
from fairlead.tenancy import policy
from fairlead.tenancy.context import Actor, current_actor
from fairlead.tenancy.policy import Relation

_ASSIGNED = """EXISTS (SELECT FROM billing_invoiceassignee a
    WHERE a.org_id = i.org_id AND a.invoice_id = i.id AND a.user_id = %s)"""
_IN_TEAM = """EXISTS (SELECT FROM billing_invoiceteam t JOIN tenancy_teammember m
    ON m.org_id = t.org_id AND m.team_id = t.team_id AND m.user_id = %s
    WHERE t.org_id = i.org_id AND t.invoice_id = i.id)"""
_RELATION = f"""
    SELECT CASE WHEN i.created_by_id = %s THEN 'creator' WHEN {_ASSIGNED} THEN 'assignee'
        WHEN {_IN_TEAM} THEN 'team' END
    FROM billing_invoice i WHERE i.org_id = %s AND i.id = %s"""


def condition(actor: Actor) -> tuple[str, list[UUID]]:
    """The SQL condition on `billing_invoice i` for what a member sees, and its parameters."""
    if actor.is_admin:
        return "true", []
    return f"(i.created_by_id = %s OR {_ASSIGNED} OR {_IN_TEAM})", [actor.user_id] * 3


def relation(invoice_id: UUID) -> Relation:
    """How who acts stands to an invoice. Raises `NotFound` where they may not see it."""
    actor = current_actor()
    with connection.cursor() as cursor:
        cursor.execute(_RELATION, [*[actor.user_id] * 3, actor.org_id, invoice_id])
        row = cursor.fetchone()
    if row is None or (row[0] is None and not actor.is_admin):
        raise NotFound
    return Relation.ADMIN if actor.is_admin else Relation(row[0])


def require(action: str, invoice_id: UUID) -> None:
    """Raise `NotFound` or `NotPermitted` unless who acts may do this to the invoice."""
    policy.require(action, current_actor(), relation(invoice_id))


def lock(action: str, invoice_id: UUID) -> Invoice:
    """The invoice, locked for a change that who acts may make. Raises `NotFound`, `NotPermitted`."""
    actor = current_actor()
    invoice = (
        Invoice.objects.select_for_update(no_key=True).filter(org_id=actor.org_id, id=invoice_id).first()
    )
    if invoice is None:
        raise NotFound
    require(action, invoice_id)
    return invoice
