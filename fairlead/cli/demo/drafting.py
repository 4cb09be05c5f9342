"""A bill of the story as the fields of a new invoice, its texts filled in for the day on which it is made."""

from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_skeleton

from fairlead.cli.demo.company import Company
from fairlead.cli.demo.story import Amount, Bill, Line, Tax

_FIGURES = ("quantity", "rate", "price_base", "discount_percent", "discount_amount", "charge_amount")


def fields(bill: Bill, company: Company, on: date) -> dict[str, Any]:
    """What `invoices.create` takes, but for the people."""
    customer = bill.to
    terms = customer.terms if bill.terms is None else bill.terms
    return {
        "invoice_title": say(bill.title, bill, on),
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "vat_id": customer.vat_id,
        "to_address": dict(customer.address),
        "buyer_reference": customer.buyer_reference,
        "currency": customer.currency,
        "language": customer.language,
        "prices_include_tax": customer.prices_include_tax,
        "purchase_order": bill.purchase_order,
        "lines": [{**line_fields(line, customer.tax), "description": said} for line, said in _said(bill, on)],
        "allowances": [_amount(amount) for amount in bill.allowances],
        "charges": [_amount(amount) for amount in bill.charges],
        "notes": say(bill.notes or company.notes[customer.language], bill, on),
        "terms": company.terms[customer.language],
        "internal_notes": bill.internal_notes,
        **({} if terms is None else {"payment_terms": terms}),
    }


def line_fields(line: Line, tax: Tax) -> dict[str, Any]:
    """A line but for its description."""
    category = line.vat_category or (None if line.vat_rate else tax.category)
    rate = line.vat_rate or (None if category else tax.rate)
    return {
        **{name: _decimal(getattr(line, name)) for name in _FIGURES},
        "unit": line.unit,
        "vat_category": category,
        "vat_rate": _decimal(rate),
        "vat_exemption_reason": tax.reason if category == tax.category else "",
    }


def say(text: str, bill: Bill, on: date) -> str:
    """The text with `{month}`, `{quarter}` and `{year}` of that day in the customer's language."""
    skeletons = {"month": "yMMMM", "quarter": "yQQQQ", "year": "y"}
    locale = bill.to.language
    return text.format(
        **{name: format_skeleton(skeleton, on, locale=locale) for name, skeleton in skeletons.items()}
    )


def _said(bill: Bill, on: date) -> list[tuple[Line, str]]:
    return [(line, say(line.description, bill, on)) for line in bill.lines]


def _amount(amount: Amount) -> dict[str, Any]:
    return {
        "reason": amount.reason,
        "amount": _decimal(amount.amount),
        "percent": _decimal(amount.percent),
        "vat_rate": _decimal(amount.vat_rate),
    }


def _decimal(figure: str | None) -> Decimal | None:
    return None if figure is None else Decimal(figure)
