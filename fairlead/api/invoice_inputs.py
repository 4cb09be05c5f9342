"""What goes into an invoice's operations."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from fairlead.api.changes import NOT_GIVEN, Change, ReadOnly
from fairlead.api.pages import Page
from fairlead.api.record_inputs import Address, Days, References
from fairlead.api.types import (
    Body,
    Currency,
    Day,
    DecimalText,
    Email,
    EmailAddress,
    Flag,
    Form,
    Id,
    Line,
    Prose,
    QueryDecimal,
    Reference,
    Truth,
)

Status = Literal["Draft", "Sent", "Pending", "Paid", "Cancelled"]
PaymentState = Literal["unpaid", "partial", "paid"]
VatCategory = Literal["S", "Z", "E", "AE", "K", "G", "O"]
Language = Literal["en", "de", "fr", "es"]

MOST_LINES = 500
MOST_AMOUNTS = 50


Unit = Annotated[
    str,
    Form("[A-Z0-9]{2,3}", "Give a unit by its code of UN/ECE Recommendation 20, such as HUR for hours."),
    Field(examples=["HUR"], description="UN/ECE Recommendation 20."),
]


class LineIn(Body):
    """A line. One that bears the `id` of a present line takes its place."""

    id: Id | None = None
    description: Annotated[str, Prose(2000, filled=True)]
    quantity: DecimalText = Decimal(1)
    unit: Unit = "C62"
    rate: DecimalText
    price_base: DecimalText = Decimal(1)
    discount_percent: DecimalText | None = None
    discount_amount: DecimalText | None = None
    charge_amount: DecimalText | None = None
    vat_category: VatCategory | None = None
    vat_rate: DecimalText | None = None
    vat_exemption_reason: Annotated[str, Line(200)] = ""
    net_amount: Annotated[DecimalText | None, Field(json_schema_extra={"readOnly": True})] = None


class AmountIn(Body):
    """An allowance or a charge on the whole invoice: an amount, or a percent of the sum of the lines."""

    id: Id | None = None
    reason: Annotated[str, Line(200, filled=True)]
    amount: DecimalText | None = None
    percent: DecimalText | None = None
    vat_category: VatCategory | None = None
    vat_rate: DecimalText | None = None
    is_adjustment: Annotated[bool | None, Field(json_schema_extra={"readOnly": True})] = None


class InvoiceChange(Change):
    """The fields to change. Null empties a field that may be empty; a list replaces the list."""

    invoice_title: Annotated[str, Line(200, filled=True)] = NOT_GIVEN
    invoice_number: Annotated[str, Line(40, filled=True)] | None = NOT_GIVEN
    status: Status = NOT_GIVEN
    name: Annotated[str, Line(200, filled=True)] = NOT_GIVEN
    email: Email | None = NOT_GIVEN
    phone: Annotated[str, Line(40)] | None = NOT_GIVEN
    vat_id: Annotated[str, Line(32)] | None = NOT_GIVEN
    quantity: DecimalText | None = NOT_GIVEN
    rate: DecimalText | None = NOT_GIVEN
    tax: DecimalText | None = NOT_GIVEN
    tax_rate: DecimalText | None = NOT_GIVEN
    total_amount: DecimalText | None = NOT_GIVEN
    currency: Currency = NOT_GIVEN
    prices_include_tax: Truth = NOT_GIVEN
    issue_date: Day | None = NOT_GIVEN
    due_date: Day | None = NOT_GIVEN
    payment_terms: Days | None = NOT_GIVEN
    grace_until: Day | None = NOT_GIVEN
    language: Language = NOT_GIVEN
    from_address: Address | None = NOT_GIVEN
    to_address: Address | None = NOT_GIVEN
    assigned_to: References = NOT_GIVEN
    teams: References = NOT_GIVEN
    tags: References = NOT_GIVEN
    notes: Annotated[str, Prose(5000)] | None = NOT_GIVEN
    terms: Annotated[str, Prose(5000)] | None = NOT_GIVEN
    internal_notes: Annotated[str, Prose(5000)] | None = NOT_GIVEN
    purchase_order: Annotated[str, Line(100)] | None = NOT_GIVEN
    buyer_reference: Annotated[str, Line(100)] | None = NOT_GIVEN
    account: Reference | None = NOT_GIVEN
    contact: Reference | None = NOT_GIVEN
    opportunity: Reference | None = NOT_GIVEN
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=MOST_LINES)] = NOT_GIVEN
    allowances: Annotated[list[AmountIn], Field(max_length=MOST_AMOUNTS)] | None = NOT_GIVEN
    charges: Annotated[list[AmountIn], Field(max_length=MOST_AMOUNTS)] | None = NOT_GIVEN

    id: ReadOnly
    net_amount: ReadOnly
    vat_breakdown: ReadOnly
    amount_paid: ReadOnly
    amount_due: ReadOnly
    payment_state: ReadOnly
    is_overdue: ReadOnly
    created_by: ReadOnly
    org: ReadOnly
    created_on: ReadOnly
    updated_on: ReadOnly
    history: ReadOnly
    comments: ReadOnly
    attachments: ReadOnly
    payments: ReadOnly
    emails: ReadOnly


class InvoiceIn(InvoiceChange):
    """A new invoice: either `quantity` and `rate`, or `lines`.

    Of its `account` it has address, e-mail, tax id, buyer reference, terms and language where these are left out.
    """

    invoice_title: Annotated[str, Line(200, filled=True)]
    name: Annotated[str, Line(200, filled=True)]
    currency: Currency
    status: Literal["Draft", "Sent", "Pending", "Paid"] = "Draft"


class StatusIn(Body):
    """A step of the lifecycle."""

    status: Status
    reason: Annotated[str, Line(200)] = ""


class PaymentIn(Body):
    """Money received."""

    amount: DecimalText
    paid_on: Day | None = None
    method: Annotated[str, Line(50)] = ""
    reference: Annotated[str, Line(140)] = ""


class ReversalIn(Body):
    """Why a payment is taken back."""

    reason: Annotated[str, Line(200, filled=True)]


class MailIn(Body):
    """A mail with the invoice attached."""

    recipients: Annotated[list[EmailAddress], Field(min_length=1, max_length=50)]
    subject: Annotated[str, Line(200, filled=True)]
    message: Annotated[str, Prose(10_000)] = ""
    cc: Annotated[list[EmailAddress], Field(max_length=20)] = []
    bcc: Annotated[list[EmailAddress], Field(max_length=20)] = []


class InvoiceFilter(Page):
    """Which invoices to list. Days are inclusive."""

    status: Status | None = None
    name: Annotated[
        Annotated[str, Line(200)] | None, Field(description="Part of the customer's name, in any case.")
    ] = None
    assigned_to: Id | None = None
    search: Annotated[
        Annotated[str, Line(200)] | None, Field(description="In number, title, name and e-mail.")
    ] = None
    team: Id | None = None
    tag: Id | None = None
    created_by: Id | None = None
    account: Id | None = None
    contact: Id | None = None
    opportunity: Id | None = None
    currency: Currency | None = None
    due_before: Day | None = None
    due_after: Day | None = None
    issued_before: Day | None = None
    issued_after: Day | None = None
    min_total: QueryDecimal | None = None
    max_total: QueryDecimal | None = None
    overdue: Flag | None = None
    payment_state: PaymentState | None = None
