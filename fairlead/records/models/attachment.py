from django.db import models

from fairlead.foundation.clock import now
from fairlead.records.models.base import AboutRecord
from fairlead.tenancy.models import MemberForeignKey


class Attachment(AboutRecord):
    """A file that a member has put to a record. What it holds is in the storage, under a random key."""

    app_may = ("select", "insert", "delete")
    # Two records may be merged, and a lead becomes an opportunity.
    app_may_update = ("kind", "record_id")

    file_name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=150)
    uploaded_by = MemberForeignKey()
    uploaded_on = models.DateTimeField(default=now, editable=False)

    class Meta(AboutRecord.Meta):
        constraints = [
            models.UniqueConstraint(fields=["org", "storage_key"], name="attachment_key_once"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="attachment_not_empty"),
        ]
