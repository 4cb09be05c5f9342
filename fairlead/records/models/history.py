from django.db import models

from fairlead.foundation.clock import now
from fairlead.records.models.base import AboutRecord
from fairlead.tenancy.models import MemberForeignKey


class HistoryEntry(AboutRecord):
    """One change of a record: who, when, and each field before and after. `updated_by` is null for the system."""

    app_may = ("select", "insert")

    updated_by = MemberForeignKey(null=True)
    updated_on = models.DateTimeField(default=now, editable=False)
    action = models.CharField(max_length=40)
    status_changed_from = models.CharField(max_length=40, null=True)
    status_changed_to = models.CharField(max_length=40, null=True)
    changes = models.JSONField(default=dict)

    class Meta(AboutRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status_changed_from=None, status_changed_to=None)
                | models.Q(status_changed_from__isnull=False, status_changed_to__isnull=False),
                name="historyentry_status_both_or_none",
            )
        ]
