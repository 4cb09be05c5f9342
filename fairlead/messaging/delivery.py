"""Delivering what the outbox holds: once where the world allows it, under the same Message-ID where it does not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db.models import F

from fairlead.foundation.clock import now
from fairlead.foundation.errors import DomainError, NotFound, UpstreamFailed
from fairlead.messaging import jobs, mail, transport
from fairlead.messaging.models import EmailState, OutboundEmail
from fairlead.messaging.models.outbound_email import OPEN_STATES
from fairlead.messaging.transport import Reply
from fairlead.tenancy.context import organization
from fairlead.tenancy.models import Logo, Organization

log = structlog.get_logger(__name__)

_HOUR = 3600
# 10 s, 30 s, 2 min, 10 min, an hour, then every four hours: three days in all.
WAITS = (10, 30, 120, 600, _HOUR, *[4 * _HOUR] * 17)
# Asked of every organization in turn; as a query of Django's, putting it together costs ten times what it does.
_LOST = """SELECT mail.* FROM messaging_outboundemail AS mail
    WHERE mail.org_id = %s AND mail.state IN ('queued', 'sending') AND NOT EXISTS (
        SELECT FROM procrastinate_jobs AS job WHERE job.id = mail.job_id AND job.status IN ('todo', 'doing'))
    FOR UPDATE SKIP LOCKED"""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to attach. `content` may be a function that fetches it; it is called when no transaction is open."""

    file_name: str
    content_type: str
    content: bytes | Callable[[], bytes]


# By `attachment_kind`: the attachment of this id, looked up within the organization. It may raise a `DomainError`:
# a retryable one is tried again. The same id must always give the same bytes.
attachment_sources: dict[str, Callable[[UUID], Attachment]] = {}

# A mail holds this in the place of a secret, which is put in as it goes out, so that the database never holds it.
SECRET = "\N{BLACK SQUARE}secret\N{BLACK SQUARE}"  # noqa: S105
# By the `kind` of a mail: the secret for what it is about, the same each time.
secret_sources: dict[str, Callable[[UUID], str]] = {}


def _give_up(job: jobs.Job, _error: str) -> None:
    """After the last attempt: sent if somebody has got it, failed otherwise."""
    email = OutboundEmail.objects.filter(org_id=job.org_id, id=job.record_id, job_id=job.id).first()
    if email and email.state in OPEN_STATES:
        _settle(email, email.outcomes, email.last_error)


@jobs.task("mail.deliver", lane="mail", waits=WAITS, on_given_up=_give_up)
def deliver(job: jobs.Job) -> None:
    """Try to deliver one mail to those who have not got it yet. Raises `UpstreamFailed` to be tried again."""
    email = _claim(job)
    if email is None:
        return
    replies = _attempt(email)
    with organization(job.org_id):
        _record(email, replies, job)
    log.info(
        "mail.attempted", mail=str(email.id), org=str(job.org_id), attempt=job.attempt, **_count(replies)
    )
    if _is_unfinished(replies):
        raise UpstreamFailed("The mail has not been accepted for everybody yet.")


@jobs.every(600)
def sweep() -> None:
    """Give a new job to every mail that should go out and whose job is gone, say after a restored backup."""
    for org_id in list(Organization.objects.values_list("id", flat=True)):
        with organization(org_id):
            _requeue_lost(org_id)


def _claim(job: jobs.Job) -> OutboundEmail | None:
    """Mark the mail as being sent, in a transaction of its own, and read it; None where there is nothing to do.

    Only the job that the mail names may claim it, and a job is run by one worker at a time. So a mail found `sending`
    was left so by a worker that died: it goes out again under its Message-ID.
    """
    with organization(job.org_id):
        mine = OutboundEmail.objects.filter(org_id=job.org_id, id=job.record_id, job_id=job.id)
        claimed = mine.filter(state__in=OPEN_STATES).update(
            state=EmailState.SENDING, attempts=F("attempts") + 1
        )
        return mine.get() if claimed else None


def _attempt(email: OutboundEmail) -> Mapping[str, Reply]:
    recipients = [address for address in _envelope(email) if address not in email.outcomes]
    try:
        message = _compose(email)
    except DomainError as error:
        return dict.fromkeys(recipients, Reply("later" if error.retryable else "refused", error.detail))
    except Exception as error:  # noqa: BLE001  # whatever a source of attachments raises must not leave it "sending"
        log.error(
            "mail.not_composed", mail=str(email.id), error=type(error).__name__, where=jobs.place(error)
        )
        return dict.fromkeys(recipients, Reply("later", "The mail could not be put together."))
    return transport.deliver(message, email.message_id, email.sender_address, recipients)


def _compose(email: OutboundEmail) -> bytes:
    file, logo = _parts(email)
    text, html = (_reveal(email, body) for body in (email.text, email.html))
    return mail.compose(
        mail.Mail(
            message_id=email.message_id,
            sent_at=email.queued_at,
            sender=mail.format_mailbox(email.sender_name, email.sender_address),
            recipients=email.recipients,
            cc=email.cc,
            reply_to=email.reply_to,
            subject=email.subject,
            language=email.language,
            text=text,
            html=html,
            logo=logo,
            file=file,
        )
    )


def _reveal(email: OutboundEmail, body: str) -> str:
    source = secret_sources.get(email.kind)
    return body.replace(SECRET, source(email.record_id)) if source else body


def _parts(email: OutboundEmail) -> tuple[mail.File | None, bytes | None]:
    with organization(email.org_id):
        logo = Logo.objects.filter(org_id=email.org_id, sha256=email.logo_sha256).first()
        found = _find_attachment(email)
    png = bytes(logo.png) if logo else None
    if found is None:
        return None, png
    content = found.content if isinstance(found.content, bytes) else found.content()
    return mail.File(found.file_name, found.content_type, content), png


def _find_attachment(email: OutboundEmail) -> Attachment | None:
    if email.attachment_id is None:
        return None
    source = attachment_sources.get(email.attachment_kind)
    if source is None:
        raise NotFound("The attachment is of a kind that is not known here.")
    return source(email.attachment_id)


def _record(email: OutboundEmail, replies: Mapping[str, Reply], job: jobs.Job) -> None:
    settled = {address: reply.words for address, reply in replies.items() if reply.verdict != "later"}
    outcomes = email.outcomes | settled
    if not _is_unfinished(replies):
        _settle(email, outcomes, _told(outcomes))
        return
    words = {address: reply.words for address, reply in replies.items()}
    progress = {"outcomes": outcomes, "last_error": _told(email.outcomes | words)}
    if job.retry_at is None:
        _update(email, **progress)  # `_give_up` settles it, by what is known now
    else:
        _update(email, **progress, state=EmailState.QUEUED, next_attempt_at=job.retry_at)


def _settle(email: OutboundEmail, outcomes: Mapping[str, str], error: str) -> None:
    is_sent = "" in outcomes.values()
    _update(
        email,
        state=EmailState.SENT if is_sent else EmailState.FAILED,
        sent_at=now() if is_sent else None,
        outcomes=outcomes,
        last_error=error,
        next_attempt_at=None,
    )


def _update(email: OutboundEmail, **changes: object) -> None:
    """Write it down, unless a later attempt has begun meanwhile: this one was taken for dead."""
    same = OutboundEmail.objects.filter(org_id=email.org_id, id=email.id, attempts=email.attempts)
    same.filter(state__in=OPEN_STATES).update(**changes)


def _requeue_lost(org_id: UUID) -> None:
    for email in OutboundEmail.objects.raw(_LOST, [org_id]):
        _update(email, job_id=deliver.defer(email.id))
        log.warning("mail.requeued", mail=str(email.id), org=str(org_id))


def _envelope(email: OutboundEmail) -> list[str]:
    """Every address once, in the order given."""
    mailboxes = [*email.recipients, *email.cc, *email.bcc]
    return list(dict.fromkeys(mail.parse_mailbox("recipients", mailbox).addr_spec for mailbox in mailboxes))


def _is_unfinished(replies: Mapping[str, Reply]) -> bool:
    return any(reply.verdict == "later" for reply in replies.values())


def _told(words: Mapping[str, str]) -> str:
    """What the server said of those who have not got it; said once where it is the same for all."""
    if len(set(words.values())) == 1:
        return next(iter(words.values()))
    return "\n".join(f"{address}: {said}" for address, said in words.items() if said)


def _count(replies: Mapping[str, Reply]) -> dict[str, int]:
    verdicts = [reply.verdict for reply in replies.values()]
    return {verdict: verdicts.count(verdict) for verdict in set(verdicts)}
