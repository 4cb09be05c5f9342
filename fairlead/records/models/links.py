"""Whom a record of any kind is given to, and what it is labelled with. No foreign key leads to the record itself."""

from django.db import models
from django.db.models.functions import Lower

from fairlead.tenancy.models import MemberForeignKey, OrganizationOwned, OrgForeignKey, Record, Team


class Link(OrganizationOwned):
    kind = models.CharField(max_length=40)
    record_id = models.UUIDField()

    class Meta:
        abstract = True


class Assignee(Link):
    """A member who works on a record."""

    pk = models.CompositePrimaryKey("org", "record_id", "user")
    user = MemberForeignKey()

    class Meta:
        indexes = [models.Index(fields=["org", "user", "kind", "record_id"], name="assignee_by_user")]


class AssignedTeam(Link):
    """A team whose members see a record."""

    pk = models.CompositePrimaryKey("org", "record_id", "team")
    team = OrgForeignKey(Team, models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["org", "team", "record_id"], name="assignedteam_by_team")]


class Tag(Record):
    """A word of the organization's own by which records are found again. Its name is one in any case of letters."""

    name = models.CharField(max_length=60)
    color = models.CharField(max_length=7, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint("org", Lower("name"), name="tag_name_once")]


class Tagging(Link):
    """A tag on a record."""

    pk = models.CompositePrimaryKey("org", "record_id", "tag")
    tag = OrgForeignKey(Tag, models.CASCADE, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["org", "tag", "record_id"], name="tagging_by_tag")]
