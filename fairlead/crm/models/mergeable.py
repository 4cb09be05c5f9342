from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from fairlead.records.models import ManagedRecord
from fairlead.tenancy.models import OrgForeignKey, Record


class Mergeable(ManagedRecord):
    """A record that can be merged into another of its kind. It stays for whoever un-merges, and is seen nowhere."""

    merged_into = OrgForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta(ManagedRecord.Meta):
        abstract = True
        indexes = [
            *ManagedRecord.Meta.indexes,
            models.Index(
                fields=["org", "merged_into"], condition=Q(merged_into__isnull=False), name="%(class)s_merged"
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="%(class)s_merged_into_another"
            )
        ]


class Merge(Record):
    """What a merge has done, for whoever undoes it.

    `fields` is {field: [before, after]} of the survivor. `moved` names the rows that were the other's, by table, column
    and key; `added` the members who see the survivor by it alone. `fields` is emptied where a person is anonymised;
    `moved` loses what the undoing of an earlier merge takes back.
    """

    app_may = ("select", "insert")
    app_may_update = ("undone_at", "moved", "fields")

    kind = models.CharField(max_length=40)
    survivor_id = models.UUIDField()
    other_id = models.UUIDField()
    fields = models.JSONField(default=dict)
    moved = models.JSONField(default=list)
    added = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(survivor_id=F("other_id")), name="merge_of_two"),
            # Who is merged away is so by one merge.
            models.UniqueConstraint(
                fields=["org", "other_id"], condition=Q(undone_at=None), name="merge_standing_once"
            ),
        ]
        indexes = [models.Index(fields=["org", "survivor_id"], name="merge_by_survivor")]
