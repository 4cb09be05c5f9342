"""Number series, their counters, and the register that accounts for every number."""

from django.db import models
from django.db.models import F, Q

from fairlead.billing.domain.numbers import DEFAULT_PATTERN
from fairlead.billing.models import guards
from fairlead.tenancy.models import MemberForeignKey, OrganizationOwned, OrgForeignKey, Record


class NumberSeries(Record):
    """How one kind of document is numbered. `number_on` says when a draft gets its number."""

    code = models.CharField(max_length=20, default="invoice")
    pattern = models.CharField(max_length=40, default=DEFAULT_PATTERN)
    restart = models.CharField(max_length=6, default="never")
    number_on = models.CharField(max_length=6, default="create")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "code"], name="number_series_once"),
            models.CheckConstraint(
                condition=Q(restart__in=["never", "yearly"]), name="number_series_restart_known"
            ),
            models.CheckConstraint(
                condition=Q(number_on__in=["create", "issue"]), name="number_series_on_known"
            ),
        ]


class NumberCounter(OrganizationOwned):
    """The last value given in a period (the year, or 0 where a series never restarts). Locked last, held shortest."""

    pk = models.CompositePrimaryKey("org", "series", "period")
    series = OrgForeignKey(NumberSeries, models.PROTECT, related_name="+")
    period = models.PositiveSmallIntegerField()
    value = models.PositiveBigIntegerField()


class RegisteredNumber(Record):
    """One number and what became of it. `value` and `previous` are null for one that the caller chose.

    Each counted entry refers to the one before it, so a hole cannot be written; a value stands once, so neither can a
    double; and an entry is never deleted.
    """

    app_may = ("select", "insert")
    app_may_update = ("state", "reason", "changed_by", "changed_at")
    database_rules = (
        # Once: it takes the table for itself. And not under FORCE, where its check would see no rows.
        """DO $$ BEGIN
            IF NOT EXISTS (
                SELECT FROM pg_constraint WHERE conrelid = 'billing_registerednumber'::regclass
                AND conname = 'registered_number_has_predecessor')
            THEN
                ALTER TABLE billing_registerednumber NO FORCE ROW LEVEL SECURITY;
                ALTER TABLE billing_registerednumber ADD CONSTRAINT registered_number_has_predecessor
                    FOREIGN KEY (org_id, series_id, period, previous)
                    REFERENCES billing_registerednumber (org_id, series_id, period, value);
                ALTER TABLE billing_registerednumber FORCE ROW LEVEL SECURITY;
            END IF;
        END $$""",
        *guards.register_rules(),
    )

    series = OrgForeignKey(NumberSeries, models.PROTECT, related_name="+")
    period = models.PositiveSmallIntegerField()
    value = models.PositiveBigIntegerField(null=True)
    previous = models.PositiveBigIntegerField(null=True)
    number = models.CharField(max_length=60)
    document_id = models.UUIDField(null=True)
    state = models.CharField(max_length=7)
    reason = models.CharField(max_length=200, blank=True)
    created_by = MemberForeignKey(null=True)
    changed_by = MemberForeignKey(null=True)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["org", "series", "period", "value"], name="registered_number_value_once"
            ),
            models.UniqueConstraint(
                fields=["org", "series", "number"],
                condition=~Q(state="skipped"),
                name="registered_number_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["used", "void", "manual", "skipped"]),
                name="registered_number_state_known",
            ),
            models.CheckConstraint(
                condition=Q(value=None, previous=None)
                | Q(value=1, previous=None)
                # A comparison with null is neither true nor false, and a check takes that for true.
                | Q(value__gt=1, previous__isnull=False, previous=F("value") - 1),
                name="registered_number_follows",
            ),
        ]
        indexes = [models.Index(fields=["org", "document_id"], name="registered_number_of")]
