"""What the database itself refuses: to change an issued invoice, to take a step that the lifecycle does not know.

The statements are derived from the models and from `domain/lifecycle.py`, and run again after every migration. They
are raised as `restrict_violation` (23001), which Django shows as an IntegrityError.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from fairlead.billing.domain import lifecycle

if TYPE_CHECKING:
    from fairlead.billing.models.invoice import Invoice

_REFUSE = "RAISE EXCEPTION USING ERRCODE = '23001', MESSAGE = "


def invoice_rules(model: type["Invoice"]) -> Sequence[str]:
    """The trigger of the invoices' own table."""
    frozen = [field.column for field in model._meta.concrete_fields if field.name not in model.changeable]
    old, new = (", ".join(f'{row}."{column}"' for column in frozen) for row in ("OLD", "NEW"))
    steps = ", ".join(f"'{before}>{after}'" for before, after in _allowed_steps())
    body = f"""
        IF TG_OP = 'INSERT' THEN
            IF NEW.status <> 'Draft' OR NEW.issued_at IS NOT NULL OR NEW.amount_paid <> 0 OR NEW.number IS NOT NULL THEN
                {_REFUSE} 'An invoice begins as an unpaid draft without a number';
            END IF;
            RETURN NEW;
        END IF;
        IF TG_OP = 'DELETE' THEN
            IF OLD.status <> 'Draft' THEN
                {_REFUSE} 'Only a draft can be deleted';
            END IF;
            IF {_registered("OLD")} THEN
                {_REFUSE} 'The number of a deleted draft becomes void first';
            END IF;
            RETURN OLD;
        END IF;
        IF OLD.status <> 'Draft' AND ROW({old})::text IS DISTINCT FROM ROW({new})::text THEN
            {_REFUSE} 'An issued invoice cannot change';
        END IF;
        IF OLD.status <> NEW.status AND OLD.status || '>' || NEW.status NOT IN ({steps}) THEN
            {_REFUSE} 'The lifecycle has no such step';
        END IF;
        IF OLD.status = 'Draft' AND NEW.status = 'Cancelled' AND {_registered("NEW")} THEN
            {_REFUSE} 'The number of a cancelled draft becomes void first';
        END IF;
        IF OLD.status = 'Draft' AND NEW.status <> 'Cancelled' AND (
            NEW.status <> 'Draft' OR NEW.number IS DISTINCT FROM OLD.number) AND NOT {_registered("NEW")}
        THEN
            {_REFUSE} 'The number of an invoice is one that the register has for it';
        END IF;
        IF OLD.amount_paid <> NEW.amount_paid AND NEW.amount_paid <>
            (SELECT coalesce(sum(amount), 0) FROM billing_payment WHERE org_id = NEW.org_id AND invoice_id = NEW.id)
        THEN
            {_REFUSE} 'The amount paid is the sum of the payments';
        END IF;
        RETURN NEW;"""
    return _trigger("billing_invoice", "billing_guard_invoice", body)


def child_rules(table: str) -> Sequence[str]:
    """The trigger of a table whose rows are parts of an invoice: they change with a draft only.

    It locks the invoice first, so that it and an issuing at the same moment wait for each other.
    """
    invoice = (
        "billing_invoice WHERE org_id IN (OLD.org_id, NEW.org_id) AND id IN (OLD.invoice_id, NEW.invoice_id)"
    )
    body = f"""
        PERFORM FROM {invoice} FOR SHARE;
        IF EXISTS (SELECT FROM {invoice} AND status <> 'Draft') THEN
            {_REFUSE} 'An issued invoice cannot change';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;"""
    return _trigger(table, f"billing_guard_{table.removeprefix('billing_')}", body)


def payment_rules() -> Sequence[str]:
    """The trigger of the ledger: at most what is due, of an issued invoice; a reversal takes one payment back whole."""
    body = f"""
        PERFORM FROM billing_invoice WHERE org_id = NEW.org_id AND id = NEW.invoice_id FOR NO KEY UPDATE;
        IF NOT EXISTS (
            SELECT FROM billing_invoice AS i WHERE org_id = NEW.org_id AND id = NEW.invoice_id
            AND status IN ({_names({*lifecycle.OPEN, lifecycle.Status.PAID})}) AND total_amount >= NEW.amount + (
                SELECT coalesce(sum(amount), 0) FROM billing_payment
                WHERE org_id = NEW.org_id AND invoice_id = NEW.invoice_id))
        THEN
            {_REFUSE} 'A payment is of an issued invoice, and no more than is due';
        END IF;
        IF NEW.reversal_of_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM billing_payment AS p WHERE p.org_id = NEW.org_id AND p.id = NEW.reversal_of_id
            AND p.invoice_id = NEW.invoice_id AND p.amount = -NEW.amount)
        THEN
            {_REFUSE} 'A reversal takes back one payment of the same invoice, all of it';
        END IF;
        RETURN NEW;"""
    return _trigger("billing_payment", "billing_guard_payment", body, "INSERT")


def register_rules() -> Sequence[str]:
    """The trigger of the number register: the entry of a draft may become void once, and nothing else."""
    body = f"""
        IF EXISTS (SELECT FROM billing_invoice AS i
            WHERE i.org_id = OLD.org_id AND i.id = OLD.document_id AND i.status <> 'Draft')
        THEN
            {_REFUSE} 'The number of an issued invoice stays';
        END IF;
        IF OLD.state NOT IN ('used', 'manual') OR NEW.state <> 'void' THEN
            {_REFUSE} 'An entry of the number register can only become void';
        END IF;
        RETURN NEW;"""
    return _trigger("billing_registerednumber", "billing_guard_register", body, "UPDATE")


def _registered(row: str) -> str:
    """Whether the register has this invoice's number for it."""
    return f"""EXISTS (SELECT FROM billing_registerednumber AS r WHERE r.org_id = {row}.org_id
                AND r.document_id = {row}.id AND r.number = {row}.number AND r.state IN ('used', 'manual'))"""


def _names(statuses: Iterable[lifecycle.Status]) -> str:
    return ", ".join(f"'{status}'" for status in sorted(statuses))


def _allowed_steps() -> list[tuple[str, str]]:
    return [step for step, rule in lifecycle.TRANSITIONS.items() if isinstance(rule, lifecycle.Transition)]


def _trigger(table: str, name: str, body: str, events: str = "INSERT OR UPDATE OR DELETE") -> Sequence[str]:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )
