from django.db import models

from fairlead.foundation.clock import now
from fairlead.foundation.ids import new_id
from fairlead.tenancy.models import MemberForeignKey, OrganizationOwned


class EmailState(models.TextChoices):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


OPEN_STATES = (EmailState.QUEUED, EmailState.SENDING)


class OutboundEmail(OrganizationOwned):
    """A mail to be sent, or sent. What it says is frozen when it is queued; only its delivery changes.

    `kind` and `record_id` name what it is about. Addresses are `address` or `Name <address>`. `outcomes` maps each
    address that is settled to the words of the server that refused it, empty where it was accepted. `job_id` is the
    one job that may deliver it.
    """

    app_may = ("select", "insert")
    app_may_update = (
        "job_id", "state", "attempts", "outcomes", "last_error", "sent_at", "next_attempt_at",
        "record_id",  # two records may be merged
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    record_id = models.UUIDField()
    created_by = MemberForeignKey(null=True)

    sender_name = models.CharField(max_length=200, blank=True)
    sender_address = models.CharField(max_length=254)
    recipients = models.JSONField()
    cc = models.JSONField(default=list)
    bcc = models.JSONField(default=list)
    reply_to = models.CharField(max_length=500, blank=True)
    subject = models.CharField(max_length=500)
    language = models.CharField(max_length=2)
    text = models.TextField()
    html = models.TextField()
    logo_sha256 = models.CharField(max_length=64, blank=True)
    attachment_kind = models.CharField(max_length=40, blank=True)
    attachment_id = models.UUIDField(null=True)
    message_id = models.CharField(max_length=320)
    queued_at = models.DateTimeField(default=now)

    job_id = models.BigIntegerField()
    state = models.CharField(max_length=7, choices=EmailState, default=EmailState.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    outcomes = models.JSONField(default=dict)
    last_error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=EmailState.values), name="outboundemail_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state=EmailState.SENT, sent_at__isnull=False)
                | ~models.Q(state=EmailState.SENT) & models.Q(sent_at=None),
                name="outboundemail_sent_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(attachment_kind="", attachment_id=None)
                | ~models.Q(attachment_kind="") & models.Q(attachment_id__isnull=False),
                name="outboundemail_attachment_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["org", "kind", "record_id", "id"], name="outboundemail_about"),
            models.Index(
                fields=["org", "id"], condition=models.Q(state__in=OPEN_STATES), name="outboundemail_open"
            ),
        ]
