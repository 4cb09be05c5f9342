from decimal import Decimal
from typing import Literal, get_args

from django.db import models
from django.db.models import F, Q

from fairlead.crm.models.account import Account
from fairlead.crm.models.contact import Contact
from fairlead.crm.models.pipeline import KINDS, Stage
from fairlead.foundation.clock import now
from fairlead.records.models import ManagedRecord
from fairlead.tenancy.models import MemberForeignKey, OrgForeignKey, Record

Source = Literal[
    "call", "email", "existing customer", "partner", "public relations", "campaign", "website", "referral", "other"
]  # fmt: skip
SOURCES: tuple[str, ...] = get_args(Source)


class Opportunity(ManagedRecord):
    """Something that may be sold. `amount` bears the digits of `currency`; with lines it is their net total.

    `status` is the kind of its stage. `probability` is null where the stage's own applies. `position` is its place
    among those of its stage, by the keys of `domain/positions.py`.
    """

    name = models.CharField(max_length=200)
    account = OrgForeignKey(Account, models.PROTECT, null=True, related_name="+")
    amount = models.DecimalField(null=True)
    currency = models.CharField(max_length=3)
    stage = OrgForeignKey(Stage, models.PROTECT, related_name="+")
    status = models.CharField(max_length=4, default="open")
    position = models.TextField(db_collation="C")
    stage_since = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True)
    probability = models.PositiveSmallIntegerField(null=True)
    expected_close_date = models.DateField(null=True)
    lead_source = models.CharField(max_length=20, blank=True)
    type = models.CharField(max_length=100, blank=True)
    lost_reason = models.CharField(max_length=500, blank=True)

    # The change of stage that is to be stored with it.
    entering: "StageChange | None" = None

    class Meta(ManagedRecord.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="opportunity_has_name"),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0), name="opportunity_amount_positive"
            ),
            models.CheckConstraint(condition=~Q(currency=""), name="opportunity_has_currency"),
            models.CheckConstraint(condition=Q(status__in=KINDS), name="opportunity_status_known"),
            models.CheckConstraint(
                condition=Q(status="open", closed_at=None) | (~Q(status="open") & Q(closed_at__isnull=False)),
                name="opportunity_closed_when_decided",
            ),
            models.CheckConstraint(
                condition=Q(status="lost") & ~Q(lost_reason="") | ~Q(status="lost") & Q(lost_reason=""),
                name="opportunity_lost_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(probability=None) | Q(status="open", probability__lte=100),
                name="opportunity_probability_while_open",
            ),
            models.CheckConstraint(
                condition=Q(lead_source__in=("", *SOURCES)), name="opportunity_lead_source_known"
            ),
            models.UniqueConstraint(fields=["org", "stage", "position"], name="opportunity_position_once"),
        ]
        indexes = [
            *ManagedRecord.Meta.indexes,
            models.Index(fields=["org", "stage", "-created_on", "-id"], name="opportunity_by_stage"),
            models.Index(fields=["org", "account", "-created_on", "-id"], name="opportunity_by_account"),
            models.Index(fields=["org", "status", "-created_on", "-id"], name="opportunity_by_status"),
            models.Index(fields=["org", "expected_close_date", "-id"], name="opportunity_by_close_date"),
        ]

    def describe(self) -> tuple[str, list[str]]:
        return self.name, [self.type]


class OpportunityLine(Record):
    """What is to be sold, as a line of an invoice has it; prices are without tax."""

    opportunity = OrgForeignKey(Opportunity, models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    description = models.TextField()
    quantity = models.DecimalField(default=Decimal(1))
    unit = models.CharField(max_length=3, default="C62")
    rate = models.DecimalField()
    price_base = models.DecimalField(default=Decimal(1))
    discount_percent = models.DecimalField(null=True)
    discount_amount = models.DecimalField(null=True)
    charge_amount = models.DecimalField(null=True)
    vat_category = models.CharField(max_length=2, null=True)
    vat_rate = models.DecimalField(null=True)
    vat_exemption_reason = models.CharField(max_length=200, blank=True)
    net_amount = models.DecimalField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["org", "opportunity", "position"], name="opportunity_line_position"
            )
        ]


class OpportunityContact(Record):
    """With whom one speaks about an opportunity."""

    opportunity = OrgForeignKey(Opportunity, models.CASCADE, related_name="+")
    contact = OrgForeignKey(Contact, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "opportunity", "contact"], name="opportunitycontact_once")
        ]
        indexes = [models.Index(fields=["org", "contact", "opportunity"], name="opportunity_by_contact")]


class StageChange(Record):
    """When an opportunity came into a stage, whence, and how long it had stood there.

    Stages are named as they were called then, for they may be renamed and removed.
    """

    app_may = ("select", "insert")

    opportunity = OrgForeignKey(Opportunity, models.CASCADE, related_name="+")
    changed_by = MemberForeignKey(null=True)
    from_stage = models.UUIDField(null=True)
    from_name = models.CharField(max_length=100, blank=True)
    to_stage = models.UUIDField()
    to_name = models.CharField(max_length=100)
    seconds = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(from_stage=None, seconds=None)
                | Q(from_stage__isnull=False, seconds__isnull=False),
                name="stagechange_time_of_a_stage",
            ),
            models.CheckConstraint(
                condition=Q(from_stage=None) | ~Q(from_stage=F("to_stage")), name="stagechange_goes_elsewhere"
            ),
        ]
        indexes = [models.Index(fields=["org", "opportunity", "id"], name="stagechange_by_opportunity")]
