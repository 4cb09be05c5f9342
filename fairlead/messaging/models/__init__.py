"""The tables of messaging."""

from fairlead.messaging.models.failed_job import FailedJob
from fairlead.messaging.models.outbound_email import EmailState, OutboundEmail
from fairlead.messaging.models.sending_pause import SendingPause

__all__ = ["EmailState", "FailedJob", "OutboundEmail", "SendingPause"]
