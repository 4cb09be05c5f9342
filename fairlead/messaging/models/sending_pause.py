from django.db import models

from fairlead.foundation.clock import now


class SendingPause(models.Model):
    """While its one row is there, nothing is sent. In the directory: it stands for the whole installation."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    since = models.DateTimeField(default=now, editable=False)
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="sendingpause_only_one")]
