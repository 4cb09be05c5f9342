"""Mails to be sent: written down in the caller's transaction, delivered by the worker."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from fairlead.foundation.errors import InvalidInput
from fairlead.foundation.ids import new_id
from fairlead.foundation.text import complaint
from fairlead.messaging import letters, mail
from fairlead.messaging.delivery import Attachment, attachment_sources, deliver
from fairlead.messaging.models import OutboundEmail
from fairlead.tenancy.context import actor_id, current_org_id
from fairlead.tenancy.models import Organization

__all__ = ["Attachment", "NewEmail", "attachment_sources", "queue"]

# What every SMTP server must take (RFC 5321, 4.5.3.1.8).
_MOST_RECIPIENTS = 100
_MOST_SUBJECT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEmail:
    """A mail about the record `kind` and `record_id`, such as ("invoice", its id).

    Mailboxes are `address` or `Name <address>`. `message` is plain text as its writer wrote it; `facts` are label and
    value pairs for the summary box, both ready to be read, in `language` (en, de, fr, es). Replies go to `reply_to`,
    else to the organization. The attachment is looked up by `attachment_sources` when the mail goes out.
    """

    kind: str
    record_id: UUID
    recipients: Sequence[str]
    subject: str
    message: str
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    language: str = "en"
    reply_to: str = ""
    attachment_kind: str = ""
    attachment_id: UUID | None = None


def queue(email: NewEmail) -> OutboundEmail:
    """Write the mail and its job into the caller's transaction: they are committed, or rolled back, with its work.

    Who is named twice gets it once, at the first place of recipients, cc and bcc.

    Raises `InvalidInput` that names the field, and `RuntimeError` where no organization is bound.
    """
    _check(email)
    organization = Organization.objects.get(id=current_org_id())
    message = email.message.replace("\r\n", "\n")
    letter = letters.render(organization, email.subject, message, email.facts, email.language)
    email_id, named = new_id(), set[str]()
    return OutboundEmail.objects.create(
        id=email_id,
        org=organization,
        kind=email.kind,
        record_id=email.record_id,
        created_by_id=actor_id(),
        sender_name=organization.name,
        sender_address=settings.MAIL_FROM,
        recipients=_new(email.recipients, named),
        cc=_new(email.cc, named),
        bcc=_new(email.bcc, named),
        reply_to=email.reply_to or organization.email,
        subject=email.subject,
        language=email.language,
        text=letter.text,
        html=letter.html,
        logo_sha256=organization.logo_sha256,
        attachment_kind=email.attachment_kind,
        attachment_id=email.attachment_id,
        message_id=_message_id(email_id, organization.id),
        job_id=deliver.defer(email_id),
    )


def _check(email: NewEmail) -> None:
    _check_recipients(email)
    mail.require_line("subject", email.subject)
    if not email.subject.strip() or len(email.subject) > _MOST_SUBJECT:
        raise InvalidInput.of("subject", f"Give a subject of at most {_MOST_SUBJECT} characters.")
    if wrong := complaint(email.message.replace("\r\n", "\n"), one_line=False):
        raise InvalidInput.of("message", wrong)
    for text in _flat(email.facts):
        mail.require_line("facts", text)
    if email.reply_to:
        mail.parse_mailbox("reply_to", email.reply_to)


def _check_recipients(email: NewEmail) -> None:
    if not email.recipients:
        raise InvalidInput.of("recipients", "Give at least one recipient.")
    for field, mailboxes in (("recipients", email.recipients), ("cc", email.cc), ("bcc", email.bcc)):
        for index, mailbox in enumerate(mailboxes):
            mail.parse_mailbox(f"{field}.{index}", mailbox)
    if len(email.recipients) + len(email.cc) + len(email.bcc) > _MOST_RECIPIENTS:
        raise InvalidInput.of(
            "recipients", f"Give at most {_MOST_RECIPIENTS} recipients, cc and bcc included."
        )


def _new(mailboxes: Iterable[str], named: set[str]) -> list[str]:
    """Those whose address is not among the `named`, which it joins. No provider of today tells capitals from others."""
    new = []
    for mailbox in mailboxes:
        address = mail.parse_mailbox("recipients", mailbox).addr_spec.lower()
        if address not in named:
            named.add(address)
            new.append(mailbox)
    return new


def _flat(facts: Iterable[tuple[str, str]]) -> Iterable[str]:
    return (text for fact in facts for text in fact)


def _message_id(email_id: UUID, org_id: UUID) -> str:
    """Fixed before the first attempt, so that a mail that went out twice is known by it."""
    domain = settings.MAIL_FROM.rpartition("@")[2]
    return f"<{email_id.hex}.{org_id.hex}@{domain}>"
