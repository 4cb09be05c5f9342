"""An invoice, its lines, its allowances and charges, and the people who see it."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from fairlead.billing.domain import lifecycle
from fairlead.billing.domain.lifecycle import Status
from fairlead.billing.models import guards, search
from fairlead.crm.models import Account, Contact, Opportunity
from fairlead.foundation.clock import now
from fairlead.tenancy.models import MemberForeignKey, OrgForeignKey, Record

OPEN = (Status.SENT.value, Status.PENDING.value)


class Invoice(Record):
    """Amounts bear the currency's digits; a numeric column keeps the scale that it was given."""

    owner_reads = True  # for models/search.py
    # What may still change once the invoice is issued; every other column is frozen by a trigger.
    changeable: ClassVar[tuple[str, ...]] = (
        "status",
        "open_status",
        "amount_paid",
        "internal_notes",
        "grace_until",
        "account",
        "contact",
        "opportunity",
        "updated_on",
        "version",
    )

    title = models.CharField(max_length=200)
    number = models.CharField(max_length=60, null=True)
    status = models.CharField(max_length=9, default=Status.DRAFT.value)
    open_status = models.CharField(max_length=9, default=Status.SENT.value)
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    vat_id = models.CharField(max_length=32, blank=True)
    currency = models.CharField(max_length=3)
    prices_include_tax = models.BooleanField(default=False)
    tax_rate = models.DecimalField(null=True)
    fixed_tax = models.DecimalField(null=True)
    net_amount = models.DecimalField(default=Decimal(0))
    tax_amount = models.DecimalField(default=Decimal(0))
    total_amount = models.DecimalField(default=Decimal(0))
    amount_paid = models.DecimalField(default=Decimal(0))
    vat_breakdown = models.JSONField(default=list)
    issue_date = models.DateField(null=True)
    due_date = models.DateField(null=True)
    payment_terms = models.PositiveSmallIntegerField(null=True)
    grace_until = models.DateField(null=True)
    language = models.CharField(max_length=2, default="en")
    from_address = models.JSONField(null=True)
    to_address = models.JSONField(null=True)
    notes = models.TextField(blank=True)
    terms = models.TextField(blank=True)
    internal_notes = models.TextField(blank=True)
    purchase_order = models.CharField(max_length=100, blank=True)
    buyer_reference = models.CharField(max_length=100, blank=True)
    issued_at = models.DateTimeField(null=True)
    account = OrgForeignKey(Account, models.PROTECT, null=True, related_name="+")
    contact = OrgForeignKey(Contact, models.PROTECT, null=True, related_name="+")
    opportunity = OrgForeignKey(Opportunity, models.PROTECT, null=True, related_name="+")
    created_by = MemberForeignKey(null=True)
    updated_on = models.DateTimeField(default=now)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "number"], name="invoice_number_unique"),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in Status]), name="invoice_status_known"
            ),
            models.CheckConstraint(condition=Q(open_status__in=OPEN), name="invoice_open_status_known"),
            models.CheckConstraint(
                condition=~Q(status=Status.DRAFT.value) | Q(issued_at=None), name="invoice_draft_not_issued"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[*OPEN, Status.PAID.value])
                | Q(issued_at__isnull=False, number__isnull=False, issue_date__isnull=False),
                name="invoice_issued_is_complete",
            ),
            models.CheckConstraint(condition=Q(total_amount__gte=0), name="invoice_total_not_negative"),
            models.CheckConstraint(
                condition=Q(amount_paid__gte=0, amount_paid__lte=F("total_amount")),
                name="invoice_paid_within_total",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.PAID.value) | Q(amount_paid=F("total_amount")),
                name="invoice_paid_is_settled",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=OPEN) | Q(total_amount=0) | Q(amount_paid__lt=F("total_amount")),
                name="invoice_open_is_not_settled",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.DRAFT.value, Status.CANCELLED.value]) | Q(amount_paid=0),
                name="invoice_unissued_is_unpaid",
            ),
            models.CheckConstraint(
                condition=Q(net_amount=F("total_amount") - F("tax_amount")), name="invoice_parts_add_up"
            ),
        ]
        indexes = [
            models.Index(fields=["org", "-created_on", "-id"], name="invoice_newest"),
            models.Index(fields=["org", "status", "-created_on", "-id"], name="invoice_by_status"),
            models.Index(fields=["org", "due_date", "-created_on", "-id"], name="invoice_by_due_date"),
            models.Index(fields=["org", "created_by", "-created_on", "-id"], name="invoice_by_creator"),
            models.Index(
                fields=["org", "account", "-created_on", "-id"],
                condition=Q(account__isnull=False),
                name="invoice_by_account",
            ),
            models.Index(
                fields=["org", "contact", "-created_on", "-id"],
                condition=Q(contact__isnull=False),
                name="invoice_by_contact",
            ),
            models.Index(
                fields=["org", "opportunity", "-created_on", "-id"],
                condition=Q(opportunity__isnull=False),
                name="invoice_by_opportunity",
            ),
        ]

    @property
    def amount_due(self) -> Decimal:
        """What is still to be paid."""
        return self.total_amount - self.amount_paid

    @property
    def is_draft(self) -> bool:
        return self.status == Status.DRAFT

    def is_overdue(self, today: date) -> bool:
        """Whether money is due and its day has passed; `today` in the organization's zone."""
        return lifecycle.is_overdue(
            Status(self.status), self.amount_due, self.due_date, self.grace_until, today
        )


Invoice.database_rules = (*guards.invoice_rules(Invoice), *search.RULES)


class _Taxed(Record):
    """What belongs to a VAT group. `given_…` is what the writer said, null where the invoice's own rate applies."""

    invoice = OrgForeignKey(Invoice, models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    given_vat_category = models.CharField(max_length=2, null=True)
    given_vat_rate = models.DecimalField(null=True)
    vat_category = models.CharField(max_length=2, default="O")
    vat_rate = models.DecimalField(null=True)
    net_amount = models.DecimalField(default=Decimal(0))

    class Meta:
        abstract = True


class InvoiceLine(_Taxed):
    description = models.TextField()
    quantity = models.DecimalField(default=Decimal(1))
    unit = models.CharField(max_length=3, default="C62")
    rate = models.DecimalField()
    price_base = models.DecimalField(default=Decimal(1))
    discount_percent = models.DecimalField(null=True)
    discount_amount = models.DecimalField(null=True)
    charge_amount = models.DecimalField(null=True)
    vat_exemption_reason = models.CharField(max_length=200, blank=True)
    gross_amount = models.DecimalField(null=True)

    database_rules = guards.child_rules("billing_invoiceline")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "invoice", "position"], name="invoice_line_position")
        ]


class InvoiceAmount(_Taxed):
    """A document allowance or charge. An adjustment is one that makes the total what was asked for."""

    kind = models.CharField(max_length=9)
    reason = models.CharField(max_length=200)
    percent = models.DecimalField(null=True)
    amount = models.DecimalField()
    fixed_tax = models.DecimalField(null=True)
    is_adjustment = models.BooleanField(default=False)

    database_rules = guards.child_rules("billing_invoiceamount")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "invoice", "position"], name="invoice_amount_position"),
            models.CheckConstraint(
                condition=Q(kind__in=["allowance", "charge"]), name="invoice_amount_kind_known"
            ),
        ]
