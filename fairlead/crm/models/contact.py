from django.db import models
from django.db.models import Q

from fairlead.crm.models.account import Account
from fairlead.crm.models.mergeable import Mergeable
from fairlead.tenancy.models import OrgForeignKey, Record


class Contact(Mergeable):
    """A person whom one deals with, at any number of accounts.

    `emails`, `phones` and `addresses` are lists of objects with a `type` and `is_primary`, true of one of each.
    """

    salutation = models.CharField(max_length=40, blank=True)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=100, blank=True)
    department = models.CharField(max_length=100, blank=True)
    emails = models.JSONField(default=list)
    phones = models.JSONField(default=list)
    addresses = models.JSONField(default=list)
    do_not_call = models.BooleanField(default=False)
    language = models.CharField(max_length=2, blank=True)
    linkedin_url = models.CharField(max_length=300, blank=True)
    primary_account = OrgForeignKey(Account, models.PROTECT, null=True, related_name="+")
    anonymised_at = models.DateTimeField(null=True)

    class Meta(Mergeable.Meta):
        constraints = [
            *Mergeable.Meta.constraints,
            models.CheckConstraint(condition=~Q(first_name=""), name="contact_has_name"),
        ]
        indexes = [
            *Mergeable.Meta.indexes,
            models.Index(fields=["org", "department", "-created_on", "-id"], name="contact_by_department"),
        ]

    def describe(self) -> tuple[str, list[str]]:
        reached_by = [one["email"] for one in self.emails] + [one["phone"] for one in self.phones]
        return f"{self.first_name} {self.last_name}".strip(), [self.title, self.department, *reached_by]


class AccountContact(Record):
    """What a person is at an account: their role in the business with it, and their title there."""

    account = OrgForeignKey(Account, models.PROTECT, related_name="+")
    contact = OrgForeignKey(Contact, models.PROTECT, related_name="+")
    role = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "contact", "account"], name="accountcontact_once")
        ]
        indexes = [models.Index(fields=["org", "account", "contact"], name="accountcontact_by_account")]
