"""An invoice as plain values under the API's names: what two versions are compared by, and what history keeps."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fairlead.billing import about
from fairlead.billing.drafts import COLUMNS, Draft
from fairlead.billing.models import InvoiceAmount, InvoiceLine
from fairlead.records import links
from fairlead.records.values import plain

# May change on an issued invoice: it is not printed.
NOT_PRINTED = frozenset({"internal_notes", "grace_until", *about.KINDS, *links.NAMES})
_FIGURES = ("quantity", "rate", "tax", "total_amount")


def take(draft: Draft) -> dict[str, Any]:
    """Every field of the invoice as JSON has it."""
    invoice = draft.invoice
    only = draft.lines[0] if len(draft.lines) == 1 else None
    return {
        **{name: plain(getattr(invoice, column)) for name, column in COLUMNS.items()},
        "invoice_number": invoice.number,
        "status": invoice.status,
        "quantity": plain(only.quantity) if only else None,
        "rate": str(only.rate) if only else None,
        "lines": [_line(line) for line in draft.lines],
        "allowances": [_amount(amount) for amount in draft.amounts if amount.kind == "allowance"],
        "charges": [_amount(amount) for amount in draft.amounts if amount.kind == "charge"],
        "tax": str(invoice.tax_amount),
        "total_amount": str(invoice.total_amount),
        "amount_paid": str(invoice.amount_paid),
        **links.plain(draft.links),
    }


def of_given(given: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What a request says of single values, in the words of a snapshot; a figure that is the same reads as `before`."""
    plain_ones = {name: plain(given[name]) for name in COLUMNS.keys() & given.keys()}
    figures = {name: given[name] for name in _FIGURES if given.get(name) is not None}
    return plain_ones | {
        name: before[name] if before[name] and Decimal(before[name]) == value else _text(value)
        for name, value in figures.items()
    }


def _line(line: InvoiceLine) -> dict[str, Any]:
    names = "description unit vat_category vat_exemption_reason"
    figures = "quantity price_base discount_percent vat_rate given_vat_rate"
    amounts = "rate discount_amount charge_amount net_amount"
    return {"id": str(line.id), **_values(line, names, figures, amounts)}


def _amount(amount: InvoiceAmount) -> dict[str, Any]:
    return {
        "id": str(amount.id),
        **_values(amount, "reason vat_category", "percent vat_rate given_vat_rate", "amount"),
    }


def _values(part: InvoiceLine | InvoiceAmount, texts: str, figures: str, amounts: str) -> dict[str, Any]:
    values = {name: getattr(part, name) for name in f"{texts} {figures} {amounts}".split()}
    return {name: plain(value) if name in figures.split() else _text(value) for name, value in values.items()}


def _text(value: Any) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value
