"""Frozen documents as billing leaves them, for the tests of the printed page: change what a test is about."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)

Json = dict[str, Any]


def document(**changes: Any) -> Json:
    """An invoice of Halden Works over three lines, EUR 6,618.00."""
    return {
        "kind": "invoice",
        "template": "invoice/1",
        "number": "INV-2047",
        "title": "Brand and web design",
        "issue_date": "2026-11-22",
        "due_date": "2026-12-22",
        "currency": "EUR",
        "language": "en",
        "prices_include_tax": False,
        "seller": seller(),
        "buyer": buyer(),
        "purchase_order": "",
        "buyer_reference": "",
        "lines": [
            line("Brand workshop, two days on site", "2", "980.00"),
            line("Design system and page templates", "36", "95.00", unit="HUR"),
            line("Hosting, December to February", "3", "45.00", unit="MON"),
        ],
        "allowances": [],
        "charges": [],
        "line_total": "5515.00",
        "net_amount": "5515.00",
        "vat_breakdown": [group("S", "20", "5515.00", "1103.00")],
        "tax_amount": "1103.00",
        "total_amount": "6618.00",
        "payment": payment(),
        "notes": "Thank you. Please quote the invoice number with your payment.",
        "terms": "",
        "brand": {"accent": "", "logo_sha256": None, "paper": "a4"},
    } | changes


def seller(**changes: Any) -> Json:
    return {
        "name": "Halden Works GmbH",
        "address": address(),
        "vat_id": "DE314159265",
        "registration_id": "HRB 123456 B",
        "email": "billing@halden.example",
        "phone": "",
        "website": "halden.example",
    } | changes


def buyer(**changes: Any) -> Json:
    paris = address(address_line="14 rue des Lilas", city="Paris", postcode="75011", country="FR")
    return {
        "name": "Eirene Health",
        "email": "",
        "phone": "",
        "vat_id": "FR40303265045",
        "address": paris,
    } | changes


def address(**changes: Any) -> Json:
    return {
        "address_line": "Linienstraße 42",
        "street": "",
        "city": "Berlin",
        "state": "",
        "postcode": "10119",
        "country": "DE",
    } | changes


def payment(**changes: Any) -> Json:
    return {
        "terms_days": 30,
        "iban": "DE02120300000000202051",
        "bic": "BYLADEM1001",
        "account_holder": "Halden Works GmbH",
        "bank_name": "",
        "reference": "INV-2047",
    } | changes


def line(description: str, quantity: str = "1", rate: str = "100.00", **changes: Any) -> Json:
    return {
        "description": description,
        "quantity": quantity,
        "unit": "C62",
        "rate": rate,
        "price_base": "1",
        "discount_percent": None,
        "discount_amount": None,
        "charge_amount": None,
        "vat_category": "S",
        "vat_rate": "20",
        "vat_exemption_reason": "",
        "net_amount": format(Decimal(quantity) * Decimal(rate), ".2f"),
        "gross_amount": None,
    } | changes


def group(category: str, rate: str | None, taxable: str, tax: str, reason: str = "") -> Json:
    return {
        "vat_category": category,
        "vat_rate": rate,
        "taxable_amount": taxable,
        "tax_amount": tax,
        "exemption_reason": reason,
    }


def allowance(reason: str, amount: str, percent: str | None = None) -> Json:
    return {"reason": reason, "amount": amount, "percent": percent, "vat_category": "S", "vat_rate": "20"}
