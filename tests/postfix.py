"""A Postfix of the tests' own: configuration, queue and mailbox in one folder, on a port of its own.

Debian's package `postfix` brings the program, which only root can start; elsewhere the tests that need it are skipped.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.installation import free_port

PROGRAM = shutil.which("postfix", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
needs_postfix = pytest.mark.skipif(
    PROGRAM is None or os.geteuid() != 0, reason="Postfix is not installed, or we are not root"
)
# It takes what is for this domain, and refuses to pass on anything else.
DOMAIN = "example.com"
_MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/state
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.{domain}
mydestination =
smtpd_relay_restrictions = reject_unauth_destination
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:all/
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""
_MASTER = """{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000 0 flush
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000 1 tlsmgr
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
"""


@dataclass(frozen=True)
class Postfix:
    """A running one."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def message_ids(self, recipient: str = "") -> list[str]:
        """Of every mail that has come to the mailbox, for those whose address holds this."""
        files = (self.folder / "mail" / "all" / "new").glob("*")
        mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        return [str(mail["Message-ID"]) for mail in mails if recipient in str(mail["To"])]


@contextmanager
def postfix() -> Iterator[Postfix]:
    """Start it, and leave nothing of it."""
    folder = Path(tempfile.mkdtemp(prefix="fairlead-test-postfix-"))
    folder.chmod(0o755)
    server = Postfix(folder, free_port())
    _write(server)
    _command(folder, "start")
    try:
        yield server
    finally:
        _command(folder, "stop")
        shutil.rmtree(folder)


def _write(server: Postfix) -> None:
    user = pwd.getpwnam("postfix")
    ids = {"uid": user.pw_uid, "gid": user.pw_gid}
    for name in ("conf", "queue", "state", "mail"):
        (server.folder / name).mkdir()
    for name in ("state", "mail"):
        os.chown(server.folder / name, user.pw_uid, user.pw_gid)
    main = _MAIN.format(folder=server.folder, domain=DOMAIN, **ids)
    (server.folder / "conf" / "main.cf").write_text(main)
    (server.folder / "conf" / "master.cf").write_text(_MASTER.format(port=server.port))


def _command(folder: Path, verb: str) -> None:
    assert PROGRAM
    done = subprocess.run(
        [PROGRAM, "-c", folder / "conf", verb], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
