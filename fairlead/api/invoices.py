"""Invoices: list, make, read, change, delete; their status, copies and sums."""

import json
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from fairlead.api import changes, outputs, pages
from fairlead.api import invoice_reading as reading
from fairlead.api.access import may
from fairlead.api.invoice_inputs import InvoiceChange, InvoiceFilter, InvoiceIn, StatusIn
from fairlead.api.invoice_outputs import Explanation, Invoice, Row
from fairlead.api.pages import Listed, Listing
from fairlead.api.record_reading import assigned_to, of_team, tagged
from fairlead.api.seam import if_match
from fairlead.billing import explanation, invoices, visibility
from fairlead.billing.domain.lifecycle import Status
from fairlead.foundation.errors import MalformedRequest
from fairlead.records import links, search
from fairlead.tenancy.context import current_actor

router = Router()

# Null empties a text; in what is not a text it is null itself.
_TEXTS = frozenset("email phone vat_id notes terms internal_notes purchase_order buyer_reference".split())
_NEVER_NULL = frozenset(
    {"invoice_title", "name", "status", "currency", "prices_include_tax", "language", "lines"}
)


@router.get("", response=Listed[Row], summary="List invoices")
@may("invoices.list")
def list_invoices(request: HttpRequest, filters: Query[InvoiceFilter]) -> HttpResponse:
    """The invoices that you see, newest first.

    Order by created_on, updated_on, issue_date, due_date, total_amount, amount_due, invoice_number, invoice_title,
    name or status.
    """
    narrowed, values = _conditions(filters)
    listing = Listing(
        reading.SOURCE,
        reading.ROW,
        reading.KEYS,
        reading.TIE,
        where="i.org_id = %s",
        values=[current_actor().org_id],
        narrowed=narrowed,
        narrowed_values=values,
    )
    return pages.answer(request, filters, listing)


@router.post("", response={201: Invoice}, summary="Make an invoice")
@may("invoices.create")
def create_invoice(request: HttpRequest, data: InvoiceIn) -> HttpResponse:
    """A draft, with its number unless the organization numbers on issue. With a `status` it then takes that step."""
    given = _given(data, {})
    _require_figures(given)
    return _answer(invoices.create(given), status=201)


@router.get("{uuid:invoice_id}/", response=Invoice, summary="Read an invoice")
@may("invoices.read")
def read_invoice(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """The invoice with its lines, sums and people, and the newest of its history, comments, files, payments, mails."""
    return _answer(invoice_id)


@router.put("{uuid:invoice_id}/", response=Invoice, summary="Change an invoice")
@may("invoices.change")
def update_invoice(request: HttpRequest, invoice_id: UUID, data: InvoiceChange) -> HttpResponse:
    """Change the fields given; then, with a `status`, take that step. Sending back what was read changes nothing."""
    return _change(request, invoice_id, data)


@router.patch("{uuid:invoice_id}/", response=Invoice, summary="Change an invoice")
@may("invoices.change")
def patch_invoice(request: HttpRequest, invoice_id: UUID, data: InvoiceChange) -> HttpResponse:
    """The same as PUT: only the fields given change."""
    return _change(request, invoice_id, data)


@router.delete("{uuid:invoice_id}/", response=outputs.Done, summary="Delete a draft")
@may("invoices.delete")
def delete_invoice(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """A draft only; its number stays in the register as void."""
    invoices.delete(invoice_id, version=if_match(request))
    return outputs.done("The draft is deleted.", invoice_id)


@router.post("{uuid:invoice_id}/status/", response=Invoice, summary="Set the status")
@may("invoices.set_status")
def set_status(request: HttpRequest, invoice_id: UUID, data: StatusIn) -> HttpResponse:
    """Take a step of the lifecycle: issue, mark as pending or paid, cancel, or open again."""
    invoices.set_status(invoice_id, Status(data.status), data.reason, version=if_match(request))
    return _answer(invoice_id)


@router.post("{uuid:invoice_id}/duplicate/", response={201: Invoice}, summary="Duplicate an invoice")
@may("invoices.duplicate")
def duplicate_invoice(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """A new draft with the same customer, lines and texts."""
    return _answer(invoices.duplicate(invoice_id), status=201)


@router.get("{uuid:invoice_id}/explain/", response=Explanation, summary="Explain the amounts")
@may("invoices.read")
def explain_invoice(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """How each amount came about, step by step."""
    return outputs.record(explanation.of(invoice_id))


def _change(request: HttpRequest, invoice_id: UUID, data: InvoiceChange) -> HttpResponse:
    present: dict[str, Any] = {}
    if changes.repeats(data):
        visibility.require("change", invoice_id)
        present = json.loads(reading.detail(current_actor(), invoice_id)[1])
    invoices.change(invoice_id, _given(data, present), version=if_match(request))
    return _answer(invoice_id, written=True)


def _given(data: InvoiceChange, present: dict[str, Any]) -> dict[str, Any]:
    given = changes.given(data, present)
    nulls = [name for name in given if given[name] is None and name in _NEVER_NULL]
    if nulls:
        message = "This cannot be empty: give a value, or leave it out."
        raise MalformedRequest(f"{nulls[0]}: {message}", errors={name: [message] for name in nulls})
    for name in _TEXTS & given.keys():
        given[name] = given[name] or ""
    for name in ("allowances", "charges", *links.NAMES):
        if name in given:
            given[name] = given[name] or []
    return given


def _require_figures(given: dict[str, Any]) -> None:
    """A new invoice needs lines, or the shorthand of one; not both."""
    shorthand = [name for name in ("quantity", "rate") if given.get(name) is not None]
    errors: dict[str, list[str]] = {}
    if "lines" in given:
        errors = {name: ["Give either this or lines."] for name in shorthand}
    elif len(shorthand) < 2:
        errors = {
            name: ["Give quantity and rate, or lines."]
            for name in ("quantity", "rate")
            if name not in shorthand
        }
    if errors:
        field, messages = next(iter(errors.items()))
        raise MalformedRequest(f"{field}: {messages[0]}", errors=errors)


def _answer(invoice_id: UUID, *, status: int = 200, written: bool = False) -> HttpResponse:
    version, text = reading.detail(current_actor(), invoice_id, written=written)
    return outputs.json_text(text, status=status, version=version)


def _conditions(filters: InvoiceFilter) -> tuple[str, list[Any]]:
    """What narrows a list to what the caller sees and asks for, and its values in order."""
    seen, seen_values = visibility.condition(current_actor())
    where = [seen]
    values: list[Any] = [*seen_values]
    for sql, value in _filters(filters):
        where.append(sql)
        values += [value] * sql.count("%s")
    if filters.overdue is not None:
        where.append(reading.OVERDUE if filters.overdue else f"{reading.OVERDUE} IS NOT TRUE")
    return " AND ".join(where), values


def _filters(filters: InvoiceFilter) -> list[tuple[str, str | UUID | date | Decimal]]:
    by_index = len(filters.name or "") >= search.LEAST
    given: dict[str, str | UUID | date | Decimal | None] = {
        "i.status = %s": filters.status,
        "i.id IN (SELECT billing_invoices_named(%s))": filters.name if by_index else None,
        "i.name ILIKE %s": None if by_index else _pattern(filters.name),
        "(i.number ILIKE %s OR i.title ILIKE %s OR i.name ILIKE %s OR i.email ILIKE %s)": _pattern(
            filters.search
        ),
        assigned_to("i"): filters.assigned_to,
        of_team("i"): filters.team,
        tagged("i"): filters.tag,
        "i.created_by_id = %s": filters.created_by,
        "i.account_id = %s": filters.account,
        "i.contact_id = %s": filters.contact,
        "i.opportunity_id = %s": filters.opportunity,
        "i.currency = %s": filters.currency,
        "i.due_date <= %s": filters.due_before,
        "i.due_date >= %s": filters.due_after,
        "i.issue_date <= %s": filters.issued_before,
        "i.issue_date >= %s": filters.issued_after,
        "i.total_amount >= %s": filters.min_total,
        "i.total_amount <= %s": filters.max_total,
        f"{reading.PAYMENT_STATE} = %s": filters.payment_state,
    }
    return [(sql, value) for sql, value in given.items() if value is not None]


def _pattern(part: str | None) -> str | None:
    """A pattern for LIKE that means this text anywhere."""
    if part is None:
        return None
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
