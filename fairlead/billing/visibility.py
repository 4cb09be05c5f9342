"""Which invoices a member sees, and how they stand to each."""

from typing import cast
from uuid import UUID

from fairlead.billing.drafts import KIND
from fairlead.billing.models import Invoice
from fairlead.records import visibility
from fairlead.records.kinds import Kind
from fairlead.tenancy.context import Actor

INVOICE = Kind(
    KIND,
    "invoices",
    Invoice,
    label="(coalesce(r.number || ' ', '') || r.title)",
    words="(coalesce(r.number || ' ', '') || r.title || ' ' || r.name || ' ' || r.email)",
    is_listed="true",
)


def condition(actor: Actor) -> tuple[str, list[UUID]]:
    """The SQL condition on `billing_invoice i` for what a member sees, and its parameters."""
    return visibility.condition(actor, "i")


def require(verb: str, invoice_id: UUID) -> None:
    """Raise `NotFound` or `NotPermitted` unless who acts may do this to the invoice."""
    visibility.require(INVOICE, verb, invoice_id)


def lock(verb: str, invoice_id: UUID) -> Invoice:
    """The invoice, locked for a change that who acts may make. Raises `NotFound`, `NotPermitted`."""
    return cast(Invoice, visibility.lock(INVOICE, verb, invoice_id))
