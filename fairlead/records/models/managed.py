"""What a record has that people keep: accounts, contacts and the like."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from fairlead.foundation.clock import now
from fairlead.tenancy.models import MemberForeignKey, Record

LONGEST_LABEL = 300


class ManagedRecord(Record):
    """`label` names it in lists, in searches and where others refer to it; `words` is all that a search looks in.

    Both follow from `describe` whenever it is stored. An archived record stays, and is shown to who asks for it.
    """

    owner_reads: ClassVar[bool] = True  # for records/search.py

    label = models.CharField(max_length=LONGEST_LABEL)
    words = models.TextField(blank=True)
    description = models.TextField(blank=True)
    created_by = MemberForeignKey(null=True)
    updated_on = models.DateTimeField(default=now)
    archived_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["org", "-created_on", "-id"],
                condition=Q(archived_at=None),
                name="%(class)s_newest",
            ),
            models.Index(fields=["org", "created_by", "-created_on", "-id"], name="%(class)s_by_creator"),
        ]

    def describe(self) -> tuple[str, list[str]]:
        """Its label, and the further texts by which it can be found."""
        raise NotImplementedError
