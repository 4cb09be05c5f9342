"""The canonical form of everything printed on an invoice: language-neutral, the same text for the same invoice."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from fairlead.billing import pricing
from fairlead.billing.drafts import Draft
from fairlead.billing.models import InvoiceAmount, InvoiceLine
from fairlead.foundation.money import plain
from fairlead.tenancy.models import Organization

TEMPLATE = "invoice/1"
# Where paper has the size of a letter: CLDR's list of territories that do not use A4.
_LETTER = frozenset(["BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"])


def document(draft: Draft, organization: Organization) -> dict[str, Any]:
    """What the PDF shows of this invoice; `documents.pdf.render` takes it."""
    invoice, totals = draft.invoice, pricing.price(draft)
    amounts = {
        kind: [_amount(a) for a in draft.amounts if a.kind == kind] for kind in ("allowance", "charge")
    }
    return {
        "kind": "invoice",
        "template": TEMPLATE,
        "number": invoice.number,
        "title": invoice.title,
        "issue_date": invoice.issue_date and str(invoice.issue_date),
        "due_date": invoice.due_date and str(invoice.due_date),
        "currency": invoice.currency,
        "language": invoice.language,
        "prices_include_tax": invoice.prices_include_tax,
        "seller": _seller(draft, organization),
        "buyer": {
            "name": invoice.name,
            "email": invoice.email,
            "phone": invoice.phone,
            "vat_id": invoice.vat_id,
            "address": invoice.to_address,
        },
        "purchase_order": invoice.purchase_order,
        "buyer_reference": invoice.buyer_reference,
        "lines": [_line(line) for line in draft.lines],
        "allowances": amounts["allowance"],
        "charges": amounts["charge"],
        "line_total": str(totals.line_total),
        "net_amount": str(totals.net_amount),
        "vat_breakdown": invoice.vat_breakdown,
        "tax_amount": str(totals.tax_amount),
        "total_amount": str(totals.total_amount),
        "payment": _payment(draft, organization),
        "notes": invoice.notes,
        "terms": invoice.terms,
        "brand": {
            "accent": organization.accent_color,
            "logo_sha256": organization.logo_sha256 or None,
            "paper": "us-letter" if organization.country in _LETTER else "a4",
        },
    }


def canonical(content: dict[str, Any]) -> tuple[str, str]:
    """The text that is kept, with names in order and no spaces, and its SHA-256."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text, hashlib.sha256(text.encode()).hexdigest()


def _seller(draft: Draft, organization: Organization) -> dict[str, Any]:
    names = "vat_id registration_id email phone website"
    return {
        "name": organization.legal_name or organization.name,
        "address": draft.invoice.from_address or {},
        **{name: getattr(organization, name) for name in names.split()},
    }


def _payment(draft: Draft, organization: Organization) -> dict[str, Any] | None:
    """The account for the invoice's currency, or else the first one."""
    accounts = organization.bank_accounts
    if not accounts:
        return None
    account = next((one for one in accounts if one.get("currency") == draft.invoice.currency), accounts[0])
    return {
        "terms_days": draft.invoice.payment_terms,
        "iban": account.get("iban", ""),
        "bic": account.get("bic", ""),
        "account_holder": account.get("account_holder") or organization.legal_name or organization.name,
        "bank_name": account.get("bank_name", ""),
        "reference": draft.invoice.number or "",
    }


def _line(line: InvoiceLine) -> dict[str, Any]:
    return {
        "description": line.description,
        "quantity": plain(line.quantity),
        "unit": line.unit,
        "rate": str(line.rate),
        "price_base": plain(line.price_base),
        "discount_percent": _figure(line.discount_percent),
        "discount_amount": _text(line.discount_amount),
        "charge_amount": _text(line.charge_amount),
        "vat_category": line.vat_category,
        "vat_rate": _figure(line.vat_rate),
        "vat_exemption_reason": line.vat_exemption_reason,
        "net_amount": str(line.net_amount),
        "gross_amount": _text(line.gross_amount),
    }


def _amount(amount: InvoiceAmount) -> dict[str, Any]:
    return {
        "reason": amount.reason,
        "amount": str(amount.amount),
        "percent": _figure(amount.percent),
        "vat_category": amount.vat_category,
        "vat_rate": _figure(amount.vat_rate),
    }


def _figure(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
