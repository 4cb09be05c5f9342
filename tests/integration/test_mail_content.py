"""What a mail says and is made of: the look, the encodings, and what may not get into it."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.foundation.errors import InvalidInput
from fairlead.foundation.ids import new_id
from fairlead.messaging import mail, outbox, worker
from fairlead.messaging.mail import File, Mail
from fairlead.messaging.models import OutboundEmail
from fairlead.messaging.outbox import NewEmail
from fairlead.tenancy.context import organization
from fairlead.tenancy.models import Logo, Organization
from tests.mail_server import mail_server
from tests.world import World, make_organization

PNG = b"\x89PNG\r\n\x1a\n and what follows"


class Words(HTMLParser):
    """The text that a page shows, and every address that it would fetch."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.sources: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value or "" for name, value in attrs if name in ("src", "href", "background")]
        if tag == "br":
            self.texts.append("\n")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def test_the_mail_bears_the_organization_s_look(settings: Any) -> None:
    org = make_organization(
        "Halden", legal_name="Halden Works GmbH", accent_color="#0f766e", vat_id="DE314159265"
    )
    sha = new_id().hex
    with organization(org.id):
        Logo.objects.create(org=org, sha256=sha, png=PNG)
    Organization.objects.filter(id=org.id).update(logo_sha256=sha)

    with mail_server() as server:
        settings.SMTP_URL = server.url
        email = queue(org, facts=[("Betrag", "11.900,00 €")], language="de")
        worker.run_until_idle()
        [received] = [read.mail for read in server.accepted if read.mail["Message-ID"] == email.message_id]

    page = Words(content(received, "html"))
    assert "#0f766e" in content(received, "html")
    for words in (
        "Betrag",
        "11.900,00 €",
        "Halden Works GmbH",
        "Linienstraße 42",
        "10119 Berlin",
        "Deutschland",
    ):
        assert words in page.text
        assert words in content(received, "plain")
    assert page.sources == ["cid:logo"]
    [logo] = [part for part in received.walk() if part["Content-ID"] == "<logo>"]
    assert logo.get_content() == PNG
    assert received["Content-Language"] == "de"


def test_without_logo_its_name_stands_there(world: World) -> None:
    page = Words(queue(world.acme).html)
    assert page.sources == []
    assert "Acme" in page.text


@pytest.mark.promise(36)
def test_what_the_user_wrote_is_not_markup_and_keeps_its_lines(world: World) -> None:
    message = "Dear <b>Anna</b> & {{ team }},\r\n\r\n  <script>alert(1)</script>\nbye"
    email = queue(world.acme, message=message, facts=[("<i>Total</i>", "<img src=x>")])
    page = Words(email.html)
    assert not {"script", "b", "i", "img"} & set(page.tags)
    kept = message.replace("\r\n", "\n")
    assert kept in page.text
    assert email.text.startswith(kept + "\n\n<i>Total</i>: <img src=x>\n")


def test_an_accent_colour_that_is_none_is_left_out(world: World) -> None:
    Organization.objects.filter(id=world.acme.id).update(accent_color="red;}<")
    assert "red;" not in queue(world.acme).html


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("subject", {"subject": "Hello\r\nBcc: eve@example.com"}),
        ("subject", {"subject": "Hello\nBcc: eve@example.com"}),
        ("subject", {"subject": "Hello\x00"}),
        ("subject", {"subject": "Hello\u2028there"}),
        ("subject", {"subject": "  "}),
        ("subject", {"subject": "x" * 501}),
        ("message", {"message": "Hello\x07"}),
        ("recipients", {"recipients": []}),
        ("recipients", {"recipients": [f"a{number}@example.com" for number in range(101)]}),
        ("recipients.1", {"recipients": ["anna@example.com", "bert@example.com\r\nBcc: eve@example.com"]}),
        ("recipients.0", {"recipients": ["anna"]}),
        ("recipients.0", {"recipients": ["anna@example.com, eve@example.com"]}),
        ("recipients.0", {"recipients": ["anna@example.com <eve@example.com> <x@example.com>"]}),
        ("recipients.0", {"recipients": ["änna@example.com"]}),
        ("recipients.0", {"recipients": ["a" * 65 + "@example.com"]}),
        ("cc.0", {"cc": ["Anna\n<anna@example.com>"]}),
        ("bcc.0", {"bcc": ["<>"]}),
        ("reply_to", {"reply_to": "anna@example.com\nX: y"}),
        ("facts", {"facts": [("Total", "1\n2")]}),
    ],
)
def test_what_would_break_out_is_refused_by_name(world: World, field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        queue(world.acme, **changes)
    assert list(refused.value.errors) == [field]
    with organization(world.acme.id):
        assert not OutboundEmail.objects.exists()


def test_who_is_named_twice_is_stored_once(world: World) -> None:
    given = {
        "recipients": ["anna@example.com", "Anna <ANNA@example.com>", "bert@example.com", "anna@example.com"],
        "cc": ["bert@example.com", "carl@example.com"],
        "bcc": ["dora@example.com", "Carl@example.com", "dora@example.com"],
    }
    email = queue(world.acme, **given)
    assert email.recipients == ["anna@example.com", "bert@example.com"]
    assert (email.cc, email.bcc) == (["carl@example.com"], ["dora@example.com"])


def test_a_file_name_with_a_line_break_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"attachment\.file_name"):
        mail.compose(make_mail(file=File("a\r\nX-Evil: 1.pdf", "application/pdf", b"")))


@pytest.mark.parametrize(
    "name", ["Rechnung.pdf", 'Ünïcödé "№ 1"; 日本語.pdf', "a" * 200 + "é.pdf", "100 % sûr.pdf"]
)
def test_file_names_come_back(name: str) -> None:
    received = parse(mail.compose(make_mail(file=File(name, "application/pdf", b"%PDF"))))
    [part] = received.iter_attachments()
    assert part.get_filename() == name
    assert part.get_content_type() == "application/pdf"


def test_mailboxes_come_back() -> None:
    recipients = [
        "anna@example.com",
        "Ånna Müller, Dr. <a.m@example.com>",
        '"Bert, B." <b@example.com>',
        "松本 <c@example.com>",
    ]
    received = parse(mail.compose(make_mail(recipients=recipients)))
    assert [(address.display_name, address.addr_spec) for address in received["To"].addresses] == [
        ("", "anna@example.com"),
        ("Ånna Müller, Dr.", "a.m@example.com"),
        ("Bert, B.", "b@example.com"),
        ("松本", "c@example.com"),
    ]


@given(name=st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn")), max_size=80))
def test_a_sender_is_named_whatever_its_name(name: str) -> None:
    mailbox = mail.format_mailbox(name, "no-reply@example.com")
    received = parse(mail.compose(make_mail(sender=mailbox)))
    assert [address.addr_spec for address in received["From"].addresses] == ["no-reply@example.com"]


def test_a_sender_s_name_does_not_turn_its_address() -> None:
    mailbox = mail.format_mailbox("Acme \u202e\u2067Ltd\u200f", "no-reply@example.com")
    assert mailbox == "Acme Ltd <no-reply@example.com>"


@given(
    subject=st.text(
        st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn")), min_size=1, max_size=300
    )
)
def test_a_subject_adds_no_header_and_comes_back(subject: str) -> None:
    content = mail.compose(make_mail(subject=subject))
    received = parse(content)
    assert set(received.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Content-Language", "MIME-Version", "Content-Type")
    }
    assert "".join(received["Subject"].split()) == "".join(subject.split())
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content.isascii()


def test_the_same_parts_make_the_same_bytes() -> None:
    parts = {"logo": PNG, "file": File("ä.pdf", "application/pdf", bytes(range(256)) * 50)}
    assert mail.compose(make_mail(**parts)) == mail.compose(make_mail(**parts))


def test_headers_are_what_was_fixed_at_queueing() -> None:
    received = parse(mail.compose(make_mail(cc=["bert@example.com"], reply_to="office@example.com")))
    assert received["Message-ID"] == "<1.2@example.com>"
    assert received["Date"] == "Mon, 23 Nov 2026 10:00:00 +0000"
    assert (received["Cc"], received["Reply-To"]) == ("bert@example.com", "office@example.com")


def test_what_a_mail_says_cannot_be_changed_later(world: World) -> None:
    email = queue(world.acme)
    with pytest.raises(Exception, match="permission denied"), organization(world.acme.id):
        OutboundEmail.objects.filter(id=email.id).update(subject="Another")
    with pytest.raises(Exception, match="permission denied"), organization(world.acme.id):
        OutboundEmail.objects.filter(id=email.id).delete()
    with organization(world.acme.id):
        assert OutboundEmail.objects.get(id=email.id).subject == "Hello"


def queue(org: Organization, **changes: Any) -> OutboundEmail:
    parts: dict[str, Any] = {
        "kind": "invoice",
        "record_id": new_id(),
        "recipients": ["anna@example.com"],
        "subject": "Hello",
        "message": "Hello Anna",
    }
    with organization(org.id):
        return outbox.queue(NewEmail(**parts | changes))


def make_mail(**changes: Any) -> Mail:
    parts: dict[str, Any] = {
        "message_id": "<1.2@example.com>",
        "sent_at": datetime(2026, 11, 23, 10, tzinfo=UTC),
        "sender": "Acme <no-reply@example.com>",
        "recipients": ["anna@example.com"],
        "cc": [],
        "reply_to": "",
        "subject": "Hello",
        "language": "en",
        "text": "Grüße\n.\nFrom me\n" + "long " * 500,
        "html": "<p>Grüße</p>",
        "logo": None,
        "file": None,
    }
    return Mail(**parts | changes)


def parse(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())
