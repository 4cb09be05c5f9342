from django.db import models

from fairlead.tenancy.models import Record


class FailedJob(Record):
    """A job that was given up, with its last error: the dead letters of an organization. `created_on` says when."""

    app_may = ("select", "insert", "delete")

    task = models.CharField(max_length=100)
    record_id = models.UUIDField()
    attempts = models.PositiveIntegerField()
    error = models.TextField()
