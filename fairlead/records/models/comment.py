from django.db import models

from fairlead.foundation.clock import now
from fairlead.records.models.base import AboutRecord
from fairlead.tenancy.models import MemberForeignKey


class Comment(AboutRecord):
    """What a member says about a record."""

    app_may = ("select", "insert", "delete")
    # Two records may be merged, and a lead becomes an opportunity.
    app_may_update = ("text", "version", "kind", "record_id")

    text = models.TextField()
    commented_by = MemberForeignKey()
    commented_on = models.DateTimeField(default=now, editable=False)
    version = models.PositiveIntegerField(default=1)

    class Meta(AboutRecord.Meta):
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="comment_says_something")]
