"""A mail as bytes (RFC 5322, MIME), the same bytes each time that it is made of the same parts."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage, Message
from email.policy import SMTP, Policy
from email.utils import format_datetime
from typing import cast

from fairlead.foundation.errors import InvalidInput
from fairlead.foundation.text import complaint, undirected

LOGO_ID = "logo"
_MAILBOX = re.compile(r'(?:"?(?P<name>[^<>]*?)"?\s*<(?P<bracketed>[^<>]*)>|(?P<bare>[^<>]*))')
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)


class _OneLine(UnstructuredHeader, BaseHeader):
    """A header that is not folded: with a Message-ID on a line of its own, some readers take the space for a part."""

    def fold(self, *, policy: "Policy[Message[str, str]]") -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("message-id", _OneLine)
_POLICY = SMTP.clone(cte_type="7bit", header_factory=_HEADERS)


@dataclass(frozen=True, slots=True)
class File:
    """What is attached. `content_type` is such as `application/pdf`."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """All that the bytes are made of. Mailboxes are `address` or `Name <address>`; `logo` is a PNG."""

    message_id: str
    sent_at: datetime
    sender: str
    recipients: Sequence[str]
    cc: Sequence[str]
    reply_to: str
    subject: str
    language: str
    text: str
    html: str
    logo: bytes | None
    file: File | None


def compose(mail: Mail) -> bytes:
    """The mail as it goes over the wire, with CRLF. Raises `InvalidInput` that names a part with a line break in it."""
    message = EmailMessage(_POLICY)
    for name, value in _headers(mail):
        message[name] = value
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.logo:
        _add_logo(message, mail.logo)
    if mail.file:
        _attach(message, mail.file)
    # Last, for a content header would move into the first part.
    message["Content-Language"] = mail.language
    _fix_boundaries(message, mail.message_id)
    return message.as_bytes()


def parse_mailbox(field: str, mailbox: str) -> Address:
    """The name and the address in `address` or `Name <address>`. Raises `InvalidInput` that names `field`."""
    require_line(field, mailbox)
    found = _MAILBOX.fullmatch(mailbox.strip())
    address = (found["bracketed"] or found["bare"] or "") if found else ""
    local, _, domain = address.rpartition("@")
    if not found or not _ADDRESS.fullmatch(address) or len(address) > 254 or len(local) > 64:
        raise InvalidInput.of(field, "Give an e-mail address such as anna@example.com.")
    return Address(found["name"] or "", local, domain)


def format_mailbox(name: str, address: str) -> str:
    """`Name <address>` such that `parse_mailbox` reads it back.

    Characters that would end the name are left out, and those that would have the address read backwards.
    """
    plain = re.sub(r'[<>"]', "", undirected(name)).strip()
    return f"{plain} <{address}>" if plain else address


def require_line(field: str, text: str) -> None:
    """Raises `InvalidInput` that names `field` where the text could start another header or hide in this one."""
    if wrong := complaint(text, one_line=True):
        raise InvalidInput.of(field, wrong)


def _headers(mail: Mail) -> Iterator[tuple[str, object]]:
    require_line("subject", mail.subject)
    yield "From", parse_mailbox("sender", mail.sender)
    yield "To", _addresses("recipients", mail.recipients)
    if mail.cc:
        yield "Cc", _addresses("cc", mail.cc)
    if mail.reply_to:
        yield "Reply-To", parse_mailbox("reply_to", mail.reply_to)
    yield "Subject", mail.subject
    yield "Date", format_datetime(mail.sent_at)
    yield "Message-ID", mail.message_id


def _addresses(field: str, mailboxes: Iterable[str]) -> tuple[Address, ...]:
    return tuple(parse_mailbox(f"{field}.{index}", mailbox) for index, mailbox in enumerate(mailboxes))


def _add_logo(message: EmailMessage, png: bytes) -> None:
    """The HTML shows it by `cid:logo`, so nothing is fetched from anywhere when the mail is opened."""
    html = cast(EmailMessage, message.get_body(("html",)))
    html.add_related(png, "image", "png", cid=f"<{LOGO_ID}>", disposition="inline", filename="logo.png")


def _attach(message: EmailMessage, file: File) -> None:
    require_line("attachment.file_name", file.name)
    kind, _, subtype = file.content_type.partition("/")
    message.add_attachment(file.content, kind, subtype, filename=file.name)


def _fix_boundaries(message: EmailMessage, message_id: str) -> None:
    """Python chooses a boundary by chance, unless one is set. Base64 and quoted-printable never hold `=_`."""
    seed = re.sub(r"[^0-9A-Za-z]", "", message_id)[:40]
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{seed}_{number}")
