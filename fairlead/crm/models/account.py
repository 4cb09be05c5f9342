from django.db import models
from django.db.models import Q

from fairlead.crm.models.mergeable import Mergeable

STATUSES = ("open", "closed")


class Account(Mergeable):
    """A company or organization that one deals with; a person in business on their own account is one, too.

    `name`, addresses and the ids of tax and register are what its invoices begin with. `annual_revenue` is in
    `currency`, and one is not there without the other.
    """

    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    website = models.CharField(max_length=300, blank=True)
    industry = models.CharField(max_length=100, blank=True)
    number_of_employees = models.PositiveIntegerField(null=True)
    annual_revenue = models.DecimalField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    billing_address = models.JSONField(null=True)
    shipping_address = models.JSONField(null=True)
    vat_id = models.CharField(max_length=32, blank=True)
    registration_id = models.CharField(max_length=50, blank=True)
    electronic_address = models.JSONField(null=True)
    buyer_reference = models.CharField(max_length=100, blank=True)
    payment_terms = models.PositiveSmallIntegerField(null=True)
    language = models.CharField(max_length=2, blank=True)
    status = models.CharField(max_length=6, default="open")

    class Meta(Mergeable.Meta):
        constraints = [
            *Mergeable.Meta.constraints,
            models.CheckConstraint(condition=~Q(name=""), name="account_has_name"),
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="account_status_known"),
            models.CheckConstraint(
                condition=Q(annual_revenue=None) | (Q(annual_revenue__gte=0) & ~Q(currency="")),
                name="account_revenue_has_currency",
            ),
        ]

    def describe(self) -> tuple[str, list[str]]:
        return self.name, [self.email, self.phone, self.website, self.vat_id]
