"""Whether mails go out. A restored installation holds them back until somebody says so.

For what is queued in a backup may have been sent since, and the installation that it was taken from may still run.
"""

from fairlead.messaging.models import SendingPause


def begin(reason: str, using: str = "default") -> None:
    """Hold back all mails, in the caller's transaction; one that is being sent still goes out."""
    SendingPause.objects.using(using).get_or_create(id=1, defaults={"reason": reason})


def end() -> bool:
    """Let mails go out again; False where they do already."""
    deleted, _ = SendingPause.objects.filter(id=1).delete()
    return bool(deleted)


def reason() -> str:
    """Why mails are held back; empty while they go out."""
    return SendingPause.objects.filter(id=1).values_list("reason", flat=True).first() or ""


def is_on() -> bool:
    """Whether mails are held back."""
    return SendingPause.objects.filter(id=1).exists()
