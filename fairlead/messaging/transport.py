"""How a mail leaves: by SMTP, or into a folder where no server is set."""

import os
import re
import smtplib
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from django.conf import settings

_SCHEMES = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_TIMEOUT_SECONDS = 30
_MOST_WORDS = 500
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_TEMPORARY = range(400, 500)


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a mail for one recipient, with the server's words where it did not take it."""

    verdict: Literal["accepted", "later", "refused"]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """`smtp://` encrypts where the server offers it, `smtp+starttls://` and `smtps://` always."""

    scheme: str
    host: str
    port: int
    user: str
    password: str

    @classmethod
    def of(cls, url: str) -> "Server":
        """Read `smtps://user:password@host:port`. Raises `ValueError` that says what is wrong, without the password."""
        parts = urlsplit(url)
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise ValueError(
                "FAIRLEAD_SMTP_URL: give smtp://, smtp+starttls:// or smtps://user:password@host:port."
            )
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.scheme, parts.hostname, parts.port or _SCHEMES[parts.scheme], user, password)


def is_folder() -> bool:
    """Whether mails are written to a folder, because no SMTP server is set."""
    return not settings.SMTP_URL


def make_folder() -> Path:
    """The folder for mails, which only we can enter; one that others could enter before is closed to them."""
    folder: Path = settings.MAIL_FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def deliver(message: bytes, message_id: str, sender: str, recipients: Iterable[str]) -> Mapping[str, Reply]:
    """Hand the mail over, once, and tell what became of it for each recipient. Trouble is a reply, not an error.

    A connection that breaks after the whole message is `later`: nobody knows whether the server has kept it.
    """
    wanted = list(recipients)
    try:
        if is_folder():
            _write(message, message_id)
            return dict.fromkeys(wanted, Reply("accepted"))
        return _send(Server.of(settings.SMTP_URL), message, message_id, sender, wanted)
    except smtplib.SMTPRecipientsRefused as refusal:
        return {address: _reply(*answer) for address, answer in refusal.recipients.items()}
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refusal:
        return dict.fromkeys(wanted, _reply(refusal.smtp_code, refusal.smtp_error))
    except smtplib.SMTPResponseException as trouble:
        # Greeting, HELO, sign-in: about us rather than this mail, and mended by whoever runs the server.
        return dict.fromkeys(wanted, Reply("later", _words(trouble.smtp_code, trouble.smtp_error)))
    except (OSError, ValueError) as trouble:
        return dict.fromkeys(wanted, Reply("later", _clean(str(trouble)) or type(trouble).__name__))


def _send(
    server: Server, message: bytes, message_id: str, sender: str, recipients: list[str]
) -> dict[str, Reply]:
    client = _connect(server, own_name=message_id.strip("<>").rpartition("@")[2])
    try:
        _secure(client, server)
        if server.user:
            client.login(server.user, server.password)
        refused = client.sendmail(sender, recipients, message)
    except BaseException:
        client.close()
        raise
    _leave(client)
    accepted = dict.fromkeys(recipients, Reply("accepted"))
    return accepted | {address: _reply(*answer) for address, answer in refused.items()}


def _connect(server: Server, own_name: str) -> smtplib.SMTP:
    place = server.host, server.port, own_name
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(*place, timeout=_TIMEOUT_SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(*place, timeout=_TIMEOUT_SECONDS)


def _secure(client: smtplib.SMTP, server: Server) -> None:
    """Turn on encryption; a password never goes out in the clear, but to this very machine."""
    client.ehlo_or_helo_if_needed()
    if server.scheme == "smtps":
        return
    if server.scheme == "smtp+starttls" or client.has_extn("starttls"):
        client.starttls(context=_context(is_checked=server.scheme != "smtp" or bool(server.user)))
    elif server.user and server.host not in _LOCAL:
        raise ValueError("The SMTP server offers no encryption, so the password was not sent.")


def _context(is_checked: bool) -> ssl.SSLContext:
    """Encryption that was not asked for takes any certificate: better than none, and all that it replaces."""
    context = ssl.create_default_context()
    if not is_checked:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _leave(client: smtplib.SMTP) -> None:
    """Say goodbye; the mail is accepted, so nothing that goes wrong now matters."""
    try:
        client.quit()
    except (OSError, smtplib.SMTPException):
        client.close()


def _write(message: bytes, message_id: str) -> None:
    """Put `<message id>.eml` into the folder, whole or not at all."""
    folder = make_folder()
    name = re.sub(r"[^0-9A-Za-z.@_-]", "_", message_id.strip("<>"))
    unfinished = folder / f".{name}.part"
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(message)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / f"{name}.eml")


def _reply(code: int, words: bytes | str) -> Reply:
    return Reply("later" if code in _TEMPORARY else "refused", _words(code, words))


def _words(code: int, words: bytes | str) -> str:
    text = words if isinstance(words, str) else words.decode("utf-8", "replace")
    return _clean(f"{code} {text}")


def _clean(text: str) -> str:
    """The server's words on one line, without what could disturb a page or a log."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:_MOST_WORDS]
