"""The ledger of payments."""

from django.db import models
from django.db.models import Q

from fairlead.billing.models import guards
from fairlead.billing.models.invoice import Invoice
from fairlead.tenancy.models import MemberForeignKey, OrgForeignKey, Record


class Payment(Record):
    """Money received, or with a negative amount the reversal of such an entry. Nothing in a ledger changes."""

    app_may = ("select", "insert")
    database_rules = guards.payment_rules()

    invoice = OrgForeignKey(Invoice, models.PROTECT, related_name="+")
    amount = models.DecimalField()
    paid_on = models.DateField()
    method = models.CharField(max_length=50, blank=True)
    reference = models.CharField(max_length=140, blank=True)
    reversal_of = OrgForeignKey("self", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    created_by = MemberForeignKey(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "reversal_of"], name="payment_reversed_once"),
            models.CheckConstraint(
                condition=Q(reversal_of=None, amount__gt=0) | Q(reversal_of__isnull=False, amount__lt=0),
                name="payment_sign",
            ),
        ]
        indexes = [models.Index(fields=["org", "invoice", "id"], name="payment_of_invoice")]
