"""What an invoice's operations answer."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema

from fairlead.api.invoice_inputs import Language, PaymentState, Status, VatCategory
from fairlead.api.outputs import Named, Person, Referred
from fairlead.api.record_outputs import AddressOut, AttachmentOut, CommentOut, TagOut


class Row(Schema):
    """An invoice in a list."""

    id: UUID
    invoice_title: str
    invoice_number: str | None
    status: Status
    due_date: date | None
    name: str
    email: str
    phone: str
    quantity: int | str | None
    rate: str | None
    total_amount: str
    currency: str
    created_on: datetime
    assigned_to: list[UUID]
    teams: list[UUID]
    tags: list[UUID]
    issue_date: date | None
    amount_due: str
    is_overdue: bool
    payment_state: PaymentState


class LineOut(Schema):
    id: UUID
    description: str
    quantity: int | str
    unit: str
    rate: str
    price_base: int | str
    discount_percent: str | None
    discount_amount: str | None
    charge_amount: str | None
    vat_category: VatCategory
    vat_rate: str | None
    vat_exemption_reason: str
    net_amount: str


class AmountOut(Schema):
    id: UUID
    reason: str
    amount: str
    percent: str | None
    vat_category: VatCategory
    vat_rate: str | None
    is_adjustment: bool


class VatOut(Schema):
    vat_category: VatCategory
    vat_rate: str | None
    taxable_amount: str
    tax_amount: str
    exemption_reason: str


class HistoryOut(Schema):
    id: UUID
    invoice: UUID
    updated_by: Person | None
    updated_on: datetime
    action: str
    status_changed_from: str | None
    status_changed_to: str | None
    changes: dict[str, list[Any]]


class PaymentOut(Schema):
    """`amount` is negative, and `reversal_of` and `reason` are set, for the reversal of another payment."""

    id: UUID
    amount: str
    paid_on: date
    method: str
    reference: str
    reversal_of: UUID | None
    reason: str
    created_by: Person | None
    created_on: datetime


class EmailOut(Schema):
    """`error` is what the mail server said of the last attempt that failed."""

    id: UUID
    recipients: list[str]
    cc: list[str]
    bcc: list[str]
    subject: str
    state: Literal["queued", "sending", "sent", "failed"]
    message_id: str
    attempts: int
    error: str
    queued_on: datetime
    sent_on: datetime | None
    created_by: Person | None


class MailQueued(Schema):
    message: str
    email: EmailOut


class Invoice(Schema):
    """An invoice with all its parts; the sub-lists show their newest 50."""

    id: UUID
    invoice_title: str
    invoice_number: str | None
    status: Status
    issue_date: date | None
    due_date: date | None
    name: str
    email: str
    phone: str
    vat_id: str
    quantity: int | str | None
    rate: str | None
    tax: str
    tax_rate: str | None
    total_amount: str
    currency: str
    prices_include_tax: bool
    payment_terms: int | None
    grace_until: date | None
    language: Language
    lines: list[LineOut]
    allowances: list[AmountOut]
    charges: list[AmountOut]
    net_amount: str
    vat_breakdown: list[VatOut]
    amount_paid: str
    amount_due: str
    payment_state: PaymentState
    is_overdue: bool
    from_address: AddressOut | None
    to_address: AddressOut | None
    notes: str
    terms: str
    internal_notes: str
    purchase_order: str
    buyer_reference: str
    account: Referred | None
    contact: Referred | None
    opportunity: Referred | None
    assigned_to: list[Person]
    teams: list[Named]
    tags: list[TagOut]
    created_by: Person | None
    org: Named
    created_on: datetime
    updated_on: datetime
    history: list[HistoryOut]
    comments: list[CommentOut]
    attachments: list[AttachmentOut]
    payments: list[PaymentOut]
    emails: list[EmailOut]


class StepOut(Schema):
    step: str
    of: str
    formula: str
    values: dict[str, str | list[str]]
    result: str
    text: str


class Explanation(Schema):
    """How each amount came about, in the order in which it is computed."""

    invoice: UUID
    currency: str
    total_amount: str
    steps: list[StepOut]
