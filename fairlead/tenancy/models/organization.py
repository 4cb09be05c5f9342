"""The directory: organizations, users and their membership. It stands outside row-level security."""

from django.db import models
from django.db.models.functions import Lower

from fairlead.foundation.clock import now
from fairlead.foundation.ids import new_id
from fairlead.tenancy.models.base import MemberForeignKey, OrganizationOwned, OrgForeignKey, Record


class Organization(models.Model):
    """A tenant, with what its documents say of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    legal_name = models.CharField(max_length=200, blank=True)
    address = models.JSONField(default=dict)
    vat_id = models.CharField(max_length=32, blank=True)
    registration_id = models.CharField(max_length=64, blank=True)
    electronic_address = models.JSONField(null=True, default=None)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    website = models.CharField(max_length=200, blank=True)
    bank_accounts = models.JSONField(default=list)
    currency = models.CharField(max_length=3, default="EUR")
    language = models.CharField(max_length=2, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    payment_terms = models.PositiveSmallIntegerField(null=True)
    accent_color = models.CharField(max_length=7, blank=True)
    logo_sha256 = models.CharField(max_length=64, blank=True)
    created_on = models.DateTimeField(default=now, editable=False)
    version = models.PositiveIntegerField(default=1)

    @property
    def country(self) -> str:
        """ISO 3166 alpha-2, or the empty text."""
        return str(self.address.get("country", ""))


class User(models.Model):
    """A person who signs in, in one organization or several. The e-mail address is kept in lower case."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.CharField(max_length=254)
    name = models.CharField(max_length=200)
    password = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    created_on = models.DateTimeField(default=now, editable=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["email"], name="user_email_unique"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case"),
        ]

    @classmethod
    def nameless(cls, email: str) -> str:
        """What somebody is called who has not said a name: the address, as far as a name goes."""
        return email[: cls._meta.get_field("name").max_length]  # type: ignore[union-attr]


class Role(models.TextChoices):
    ADMIN = "ADMIN"
    USER = "USER"


class Membership(models.Model):
    """Who belongs to which organization. It is kept when the person leaves, for what they did keeps their name.

    Without `joined_at` the person is invited: nobody becomes a member, or shows their name, before they agree.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    org = models.ForeignKey(Organization, models.PROTECT, related_name="memberships", db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=5, choices=Role)
    has_sales_access = models.BooleanField(default=True)
    has_marketing_access = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    invited_as = models.CharField(max_length=200, blank=True)
    joined_at = models.DateTimeField(null=True, default=now)
    removed_at = models.DateTimeField(null=True)
    created_on = models.DateTimeField(default=now, editable=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "user"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
            models.CheckConstraint(
                condition=models.Q(removed_at=None, joined_at__isnull=False) | models.Q(is_active=False),
                name="membership_active_only_after_joining",
            ),
        ]


class Team(Record):
    """Colleagues who see what is given to their team."""

    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint("org", Lower("name"), name="team_name_unique")]


class TeamMember(OrganizationOwned):
    pk = models.CompositePrimaryKey("org", "team", "user")
    team = OrgForeignKey(Team, models.CASCADE, related_name="members")
    user = MemberForeignKey()

    class Meta:
        indexes = [models.Index(fields=["org", "user", "team"], name="teammember_by_user")]


class Logo(Record):
    """A logo as it was when a document bore it: never changed, never deleted, found by its hash."""

    app_may = ("select", "insert")

    sha256 = models.CharField(max_length=64)
    png = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "sha256"], name="logo_once")]
