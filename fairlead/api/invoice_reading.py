"""Invoices as the API answers them, read by one SQL statement each that gives JSON already."""

from uuid import UUID

from fairlead.api.outputs import instant_sql
from fairlead.api.record_reading import (
    array,
    link_ids,
    links,
    newest,
    one,
    owned,
    person,
    quantity,
    referred,
    sub_lists,
)
from fairlead.billing.visibility import INVOICE
from fairlead.crm import accounts, contacts, opportunities
from fairlead.foundation.pages import Key
from fairlead.records.visibility import for_actor, seen
from fairlead.tenancy.context import Actor

# What is derived and never stored: see billing/domain/lifecycle.py, which a test compares these with.
OVERDUE = """(i.status IN ('Sent', 'Pending') AND i.amount_paid < i.total_amount AND
    coalesce(i.grace_until, i.due_date) < (
        SELECT (now() AT TIME ZONE o.time_zone)::date FROM tenancy_organization o WHERE o.id = i.org_id))"""
PAYMENT_STATE = """CASE WHEN i.status = 'Paid' OR (i.amount_paid > 0 AND i.amount_paid >= i.total_amount) THEN 'paid'
    WHEN i.amount_paid > 0 THEN 'partial' ELSE 'unpaid' END"""


_ONLY_LINE = """SELECT count(*) = 1 AS is_one, min(l.quantity) AS quantity, min(l.rate)::text AS rate
    FROM billing_invoiceline l WHERE l.org_id = i.org_id AND l.invoice_id = i.id"""
_SHORTHAND = f"""CASE WHEN one.is_one THEN {quantity("one.quantity")} END AS quantity,
    CASE WHEN one.is_one THEN one.rate END AS rate"""
ROW = f"""(SELECT row_to_json(r) FROM (
    SELECT i.id, i.title AS invoice_title, i.number AS invoice_number, i.status, i.due_date, i.name, i.email, i.phone,
        {_SHORTHAND}, i.total_amount::text, i.currency, {instant_sql("i.created_on")} AS created_on,
        {link_ids("i")},
        i.issue_date, (i.total_amount - i.amount_paid)::text AS amount_due, coalesce({OVERDUE}, false) AS is_overdue,
        {PAYMENT_STATE} AS payment_state
    FROM ({_ONLY_LINE}) AS one) AS r)"""

_LINE = f"""SELECT l.id, l.description, {quantity("l.quantity")} AS quantity, l.unit, l.rate::text,
        {quantity("l.price_base")} AS price_base, trim_scale(l.discount_percent)::text AS discount_percent,
        l.discount_amount::text, l.charge_amount::text, l.vat_category, trim_scale(l.vat_rate)::text AS vat_rate,
        l.vat_exemption_reason, l.net_amount::text
    FROM billing_invoiceline l WHERE l.org_id = i.org_id AND l.invoice_id = i.id ORDER BY l.position"""
_AMOUNT = """SELECT m.id, m.reason, m.amount::text, trim_scale(m.percent)::text AS percent, m.vat_category,
        trim_scale(m.vat_rate)::text AS vat_rate, m.is_adjustment
    FROM billing_invoiceamount m
    WHERE m.org_id = i.org_id AND m.invoice_id = i.id AND m.kind = '{kind}' ORDER BY m.position"""
HISTORY_ROW = f"""json_build_object('id', h.id, 'invoice', h.record_id, 'updated_by', {person("h.updated_by_id")},
    'updated_on', {instant_sql("h.updated_on")}, 'action', h.action, 'status_changed_from', h.status_changed_from,
    'status_changed_to', h.status_changed_to, 'changes', h.changes)"""
PAYMENT_ROW = f"""json_build_object('id', p.id, 'amount', p.amount::text, 'paid_on', p.paid_on, 'method', p.method,
    'reference', p.reference, 'reversal_of', p.reversal_of_id, 'reason', p.reason,
    'created_by', {person("p.created_by_id")}, 'created_on', {instant_sql("p.created_on")})"""
EMAIL_ROW = f"""json_build_object('id', e.id, 'recipients', e.recipients, 'cc', e.cc, 'bcc', e.bcc,
    'subject', e.subject, 'state', e.state, 'message_id', e.message_id, 'attempts', e.attempts,
    'error', e.last_error, 'queued_on', {instant_sql("e.queued_at")}, 'sent_on', {instant_sql("e.sent_at")},
    'created_by', {person("e.created_by_id")})"""
# Table and alias of each sub-list, and the column by which it is the invoice's.
_COMMON = sub_lists(INVOICE, "i")
SUB_LISTS = _COMMON | {
    "history": ("records_historyentry h", HISTORY_ROW, _COMMON["history"][2]),
    "payments": ("billing_payment p", PAYMENT_ROW, "p.org_id = i.org_id AND p.invoice_id = i.id"),
    "emails": (
        "messaging_outboundemail e",
        EMAIL_ROW,
        "e.org_id = i.org_id AND e.kind = 'invoice' AND e.record_id = i.id",
    ),
}


DETAIL = f"""(SELECT row_to_json(d) FROM (
    SELECT i.id, i.title AS invoice_title, i.number AS invoice_number, i.status, i.issue_date, i.due_date, i.name,
        i.email, i.phone, i.vat_id, {_SHORTHAND}, i.tax_amount::text AS tax, trim_scale(i.tax_rate)::text AS tax_rate,
        i.total_amount::text, i.currency, i.prices_include_tax, i.payment_terms, i.grace_until, i.language,
        {array(_LINE)} AS lines, {array(_AMOUNT.format(kind="allowance"))} AS allowances,
        {array(_AMOUNT.format(kind="charge"))} AS charges, i.net_amount::text, i.vat_breakdown,
        i.amount_paid::text, (i.total_amount - i.amount_paid)::text AS amount_due, {PAYMENT_STATE} AS payment_state,
        coalesce({OVERDUE}, false) AS is_overdue, i.from_address, i.to_address, i.notes, i.terms, i.internal_notes,
        i.purchase_order, i.buyer_reference, {referred(accounts.ACCOUNT, "i")} AS account,
        {referred(contacts.CONTACT, "i")} AS contact,
        {referred(opportunities.OPPORTUNITY, "i")} AS opportunity,
        {links("i")}, {owned("i")},
        {", ".join(f"{newest(SUB_LISTS[name])} AS {name}" for name in SUB_LISTS)}
    FROM ({_ONLY_LINE}) AS one) AS d)"""

SOURCE = "billing_invoice i"
TIE = Key("i.id", "uuid")
KEYS = {
    "created_on": Key("i.created_on", "timestamptz"),
    "updated_on": Key("i.updated_on", "timestamptz"),
    "issue_date": Key("i.issue_date", "date", nullable=True),
    "due_date": Key("i.due_date", "date", nullable=True),
    "total_amount": Key("i.total_amount", "numeric"),
    "amount_due": Key("(i.total_amount - i.amount_paid)", "numeric"),
    "invoice_number": Key("i.number", "text", nullable=True),
    "invoice_title": Key("i.title", "text"),
    "name": Key("i.name", "text"),
    "status": Key("i.status", "text"),
}


def detail(actor: Actor, invoice_id: UUID, *, written: bool = False) -> tuple[int, str]:
    """The version of an invoice and its full JSON. Raises `NotFound` where the actor may not see it.

    Who has just `written` it is told what that has become, even if they have given it out of their sight.
    """
    sql = f"""SELECT i.version, ({DETAIL})::text FROM {SOURCE}
        WHERE i.org_id = %s AND i.id = %s AND {"true" if written else seen("i")}"""
    return one(*for_actor(sql, [actor.org_id, invoice_id], actor))
