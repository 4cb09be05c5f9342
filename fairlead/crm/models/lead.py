from django.db import models
from django.db.models import Q

from fairlead.crm.models.account import Account
from fairlead.crm.models.contact import Contact
from fairlead.crm.models.opportunity import SOURCES, Opportunity
from fairlead.records.models import ManagedRecord
from fairlead.tenancy.models import OrgForeignKey, Record

STATUSES = ("assigned", "in process", "converted", "recycled", "closed")
RATINGS = ("hot", "warm", "cold")
STRATEGIES = ("fixed", "round_robin")


class WebForm(Record):
    """A form on a website whose entries become leads.

    Whom they are given to are its assignees, in turn where `strategy` says so; `turn` counts them. Its key is derived
    from its id (`crm/web_forms.py`), and `key_hash` finds it by that.
    """

    title = models.CharField(max_length=200)
    website = models.CharField(max_length=300, blank=True)
    strategy = models.CharField(max_length=11, default="fixed")
    turn = models.PositiveIntegerField(default=0)
    key_hash = models.BinaryField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "key_hash"], name="webform_key_once"),
            models.CheckConstraint(condition=Q(strategy__in=STRATEGIES), name="webform_strategy_known"),
        ]


class Lead(ManagedRecord):
    """Somebody who may buy. A converted one names the account, the contact and the opportunity that it became."""

    title = models.CharField(max_length=200)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    company_name = models.CharField(max_length=200, blank=True)
    job_title = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    website = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=10, default="assigned")
    source = models.CharField(max_length=20, blank=True)
    industry = models.CharField(max_length=100, blank=True)
    rating = models.CharField(max_length=4, blank=True)
    opportunity_amount = models.DecimalField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    probability = models.PositiveSmallIntegerField(null=True)
    close_date = models.DateField(null=True)
    address = models.JSONField(null=True)
    next_follow_up = models.DateField(null=True)
    web_form = OrgForeignKey(WebForm, models.PROTECT, null=True, related_name="+")
    account = OrgForeignKey(Account, models.PROTECT, null=True, related_name="+")
    contact = OrgForeignKey(Contact, models.PROTECT, null=True, related_name="+")
    opportunity = OrgForeignKey(Opportunity, models.PROTECT, null=True, related_name="+")

    class Meta(ManagedRecord.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="lead_has_title"),
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="lead_status_known"),
            models.CheckConstraint(condition=Q(source__in=("", *SOURCES)), name="lead_source_known"),
            models.CheckConstraint(condition=Q(rating__in=("", *RATINGS)), name="lead_rating_known"),
            models.CheckConstraint(
                condition=Q(status="converted", account__isnull=False, opportunity__isnull=False)
                | (~Q(status="converted") & Q(account=None, contact=None, opportunity=None)),
                name="lead_has_become_what_it_says",
            ),
            models.CheckConstraint(
                condition=Q(probability=None) | Q(probability__lte=100), name="lead_probability_in_percent"
            ),
            models.CheckConstraint(
                condition=Q(opportunity_amount=None) | (Q(opportunity_amount__gte=0) & ~Q(currency="")),
                name="lead_amount_has_currency",
            ),
        ]
        indexes = [
            *ManagedRecord.Meta.indexes,
            models.Index(
                fields=["org", "-created_on", "-id"],
                condition=Q(archived_at=None) & ~Q(status="converted"),
                name="lead_unconverted",
            ),
            models.Index(fields=["org", "status", "-created_on", "-id"], name="lead_by_status"),
            models.Index(fields=["org", "next_follow_up", "-created_on", "-id"], name="lead_by_follow_up"),
        ]

    def describe(self) -> tuple[str, list[str]]:
        person = f"{self.first_name} {self.last_name}".strip()
        return self.title, [person, self.company_name, self.email, self.phone, self.website]
