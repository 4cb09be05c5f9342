"""A real SMTP server that behaves as badly as it is told to."""

import asyncio
import socket
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

CUT = "cut"


@dataclass
class Delivery:
    """A message that the server has read to its end, whatever it said to it."""

    sender: str
    recipients: list[str]
    content: bytes
    is_encrypted: bool
    signed_in_as: Any

    @property
    def mail(self) -> EmailMessage:
        message = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message


@dataclass
class MailServer:
    """Its answers: `at_mail` and `at_data` are used up one by one, then all is accepted; `refused` are for good.

    `CUT` closes the connection without a word. `hold` makes it wait after the message until it is set.
    """

    port: int
    at_mail: deque[str] = field(default_factory=deque)
    at_data: deque[str] = field(default_factory=deque)
    refused: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    hold: threading.Event | None = None
    read: list[Delivery] = field(default_factory=list)
    accepted: list[Delivery] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.url_of("smtp")

    def url_of(self, scheme: str, sign_in: str = "") -> str:
        return f"{scheme}://{sign_in}127.0.0.1:{self.port}"

    async def handle_MAIL(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.at_mail:
            return self.at_mail.popleft()
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        delivery = Delivery(
            envelope.mail_from,
            list(envelope.rcpt_tos),
            envelope.content,
            is_encrypted=session.ssl is not None,
            signed_in_as=session.auth_data,
        )
        self.read.append(delivery)
        await asyncio.sleep(self.seconds)
        while self.hold and not self.hold.is_set():
            await asyncio.sleep(0.02)
        answer = self.at_data.popleft() if self.at_data else "250 OK"
        if answer == CUT:
            server.transport.abort()
        elif answer.startswith("250"):
            self.accepted.append(delivery)
        return answer


@contextmanager
def mail_server(**options: Any) -> Iterator[MailServer]:
    """A server that accepts all until it is told otherwise. `options` are aiosmtpd's, for encryption and sign-in."""
    server = MailServer(free_port())
    with serving(server, **options):
        yield server


@contextmanager
def serving(server: MailServer, **options: Any) -> Iterator[None]:
    """Let it listen."""
    controller = Controller(server, hostname="127.0.0.1", port=server.port, **options)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def write_certificate(file: Path) -> Path:
    """A certificate of 127.0.0.1 with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a mail server")])
    start = datetime.now(UTC) - timedelta(days=1)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + signed.public_bytes(pem)
    )
    return file


def encryption_by(certificate: Path) -> ssl.SSLContext:
    """What a server that has this certificate encrypts with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
