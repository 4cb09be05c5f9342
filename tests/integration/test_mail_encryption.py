"""To the mail server: encrypted where it should be, and no password in the clear."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from fairlead.messaging import transport
from fairlead.messaging.transport import Reply, Server
from tests.mail_server import encryption_by, mail_server, write_certificate

pytestmark = pytest.mark.promise(16)

ANNA = "anna@example.com"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 with its key, signed by itself."""
    return write_certificate(tmp_path_factory.mktemp("certificate") / "server.pem")


@pytest.fixture
def encryption(certificate: Path) -> ssl.SSLContext:
    return encryption_by(certificate)


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.mark.usefixtures("trusted")
def test_starttls_and_sign_in(settings: Any, encryption: ssl.SSLContext) -> None:
    with mail_server(tls_context=encryption, authenticator=sign_in, auth_required=True) as server:
        replies = send(settings, server.url_of("smtp+starttls", "anna%40acme:p%2Fw@"))
    assert replies == {ANNA: Reply("accepted")}
    assert (server.accepted[0].is_encrypted, server.accepted[0].signed_in_as) == (True, b"anna@acme")


@pytest.mark.usefixtures("trusted")
def test_smtps(settings: Any, encryption: ssl.SSLContext) -> None:
    with smtps_server(encryption) as server:
        assert send(settings, server.url_of("smtps")) == {ANNA: Reply("accepted")}


def test_smtps_to_a_certificate_of_nobody_is_not_sent(settings: Any, encryption: ssl.SSLContext) -> None:
    with smtps_server(encryption) as server:
        replies = send(settings, server.url_of("smtps"))
    assert replies[ANNA].verdict == "later"
    assert "certificate" in replies[ANNA].words
    assert not server.read


@pytest.mark.parametrize("sign_in", ["", "anna:pw@"])
def test_starttls_that_is_not_offered_is_not_done_without(settings: Any, sign_in: str) -> None:
    with mail_server() as server:
        assert send(settings, server.url_of("smtp+starttls", sign_in))[ANNA].verdict == "later"
    assert not server.read


def test_plain_smtp_encrypts_where_it_can(settings: Any, encryption: ssl.SSLContext) -> None:
    with mail_server(tls_context=encryption) as server:
        assert send(settings, server.url) == {ANNA: Reply("accepted")}
    assert server.accepted[0].is_encrypted


def test_with_a_password_the_certificate_counts(settings: Any, encryption: ssl.SSLContext) -> None:
    with mail_server(tls_context=encryption, authenticator=sign_in) as server:
        assert send(settings, server.url_of("smtp", "anna:pw@"))[ANNA].verdict == "later"
    assert not server.read


def test_a_password_does_not_leave_the_machine_in_the_clear(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_LOCAL", frozenset())
    passwords: list[bytes] = []

    def note(_server: Any, _session: Any, _envelope: Any, _how: str, given: LoginPassword) -> AuthResult:
        passwords.append(given.password)
        return AuthResult(success=True)

    with mail_server(authenticator=note, auth_require_tls=False) as server:
        reply = send(settings, server.url_of("smtp", "anna:secret@"))[ANNA]
    assert (reply.verdict, passwords, server.read) == ("later", [], [])
    assert "no encryption" in reply.words


def test_a_wrong_password_is_not_the_mail_s_fault(settings: Any) -> None:
    with mail_server(authenticator=refuse, auth_require_tls=False) as server:
        reply = send(settings, server.url_of("smtp", "anna:wrong@"))[ANNA]
    assert reply.verdict == "later"
    assert reply.words.startswith("535")


@pytest.mark.parametrize(
    "url", ["http://example.com", "smtp://", "mail.example.com:25", "smtp://u:secret@:25"]
)
def test_a_url_that_is_none_is_told_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="FAIRLEAD_SMTP_URL") as told:
        Server.of(url)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("smtp://h", 25),
        ("smtp+starttls://h", 587),
        ("smtps://h", 465),
        ("smtps://h:2465", 2465),
        ("smtp://[::1]:26", 26),
    ],
)
def test_ports(url: str, port: int) -> None:
    assert Server.of(url).port == port


def send(settings: Any, url: str) -> Mapping[str, Reply]:
    settings.SMTP_URL = url
    return transport.deliver(
        b"Subject: Hi\r\n\r\nHi.\r\n", "<1.2@example.com>", "no-reply@example.com", [ANNA]
    )


def smtps_server(encryption: ssl.SSLContext) -> Any:
    return mail_server(ssl_context=encryption)


def sign_in(_server: Any, _session: Any, _envelope: Any, _how: str, given: LoginPassword) -> AuthResult:
    return AuthResult(success=given == LoginPassword(b"anna@acme", b"p/w"), auth_data=given.login)


def refuse(*_: Any) -> AuthResult:
    return AuthResult(success=False, handled=False)
