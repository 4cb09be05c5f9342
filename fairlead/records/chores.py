"""What the worker does once a day."""

from fairlead.messaging import jobs
from fairlead.records import attachments, idempotency
from fairlead.tenancy import authentication, limits

_DAY = 86_400


@jobs.every(_DAY)
def tidy() -> None:
    """Remove files that no row names, and forget answers, counts and sign-ins that nobody asks for any more."""
    attachments.remove_orphans()
    idempotency.forget_old()
    limits.forget_old()
    authentication.forget_old()
