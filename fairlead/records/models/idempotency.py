from django.db import models

from fairlead.foundation.clock import now
from fairlead.tenancy.models import MemberForeignKey, OrganizationOwned


class ReplayedRequest(OrganizationOwned):
    """The answer that a request with an Idempotency-Key got, for the day it comes again."""

    app_may = ("select", "insert", "delete")
    app_may_update = ("body",)  # a person may be anonymised

    pk = models.CompositePrimaryKey("org", "user", "key")
    user = MemberForeignKey()
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField()
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=100)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    created_on = models.DateTimeField(default=now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["org", "created_on"], name="replayedrequest_by_age")]
