"""The tables of billing."""

from fairlead.billing.models.invoice import Invoice, InvoiceAmount, InvoiceLine
from fairlead.billing.models.issued_document import IssuedDocument
from fairlead.billing.models.number import NumberCounter, NumberSeries, RegisteredNumber
from fairlead.billing.models.payment import Payment

__all__ = [
    "Invoice",
    "InvoiceAmount",
    "InvoiceLine",
    "IssuedDocument",
    "NumberCounter",
    "NumberSeries",
    "Payment",
    "RegisteredNumber",
]
