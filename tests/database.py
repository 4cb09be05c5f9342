"""The tests' own PostgreSQL: a throw-away cluster, a template migrated once, a clone of it for each process.

FAIRLEAD_TEST_DATABASE_URL (a superuser's, of a server that is there for tests only) takes the cluster's place.
"""

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg.conninfo import conninfo_to_dict

from fairlead.cli import databases, postgres
from fairlead.cli.databases import Passwords

# Nothing here outlives the run, so nothing has to reach the disk.
UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")

# The database's place, the passwords of the two roles, where the superuser reaches the server, and what that logs to.
Address = dict[str, str]
in_use: Address = {}


class TestServer:
    """The server of one run. `clone()` makes a migrated database of its own and returns where it is."""

    __test__ = False

    def __init__(self) -> None:
        self._run = secrets.token_hex(4)
        self._passwords = Passwords("owner-" + self._run, "app-" + self._run)
        self._clones: list[str] = []
        self._address, self._log, self._stop = _given_server() or _own_server()
        databases.ensure_roles(self._address, self._passwords)

    def prepare(self) -> None:
        """Make the template: every migration, once."""
        use(self._make("template", "template0"))
        call_command("migrate", database="owner", verbosity=0)
        connections.close_all()

    def clone(self, name: str) -> Address:
        """A copy of the template, which takes some 50 ms."""
        return self._make(name, f"fairlead_{self._run}_template")

    def close(self) -> None:
        """Leave nothing behind."""
        connections.close_all()
        for name in self._clones:
            databases.drop_database(self._address, name)
        self._stop()

    def _make(self, name: str, template: str) -> Address:
        database = f"fairlead_{self._run}_{name}"
        databases.ensure_database(self._address, database, template)
        self._clones.append(database)
        server = conninfo_to_dict(self._address)
        place = {"NAME": database, "HOST": str(server.get("host", "")), "PORT": str(server.get("port", ""))}
        passwords = {"owner": self._passwords.owner, "app": self._passwords.app}
        return place | passwords | {"superuser": self._address, "template": template, "log": self._log}


def use(address: Address) -> None:
    """Point Django's two aliases at a database. Before that, no test may have connected."""
    connections.close_all()
    in_use.update(address)
    place = {name: address[name] for name in ("NAME", "HOST", "PORT")}
    logins = {"default": (databases.APP, address["app"]), "owner": (databases.OWNER, address["owner"])}
    for alias, (user, password) in logins.items():
        settings.DATABASES[alias].update(place, USER=user, PASSWORD=password)
        connections[alias].settings_dict.update(place, USER=user, PASSWORD=password)


def server_log() -> str:
    """What the server of this run has logged; nothing where it is not ours."""
    return Path(in_use["log"]).read_text(errors="replace") if in_use.get("log") else ""


def _given_server() -> tuple[str, str, Callable[[], None]] | None:
    address = os.environ.get("FAIRLEAD_TEST_DATABASE_URL")
    return (address, "", lambda: None) if address else None


def _own_server() -> tuple[str, str, Callable[[], None]]:
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix="fairlead-test-server-"))
    folder.chmod(0o711)
    log = (folder / "postgres.log").open("ab")
    password = secrets.token_urlsafe()
    server = postgres.start(folder / "cluster", password, log, UNSAFE)

    def stop() -> None:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

    return server.address(postgres.SUPERUSER, password), log.name, stop


def _sweep() -> None:
    """Remove what killed runs have left: folders whose lock nobody holds any more."""
    for lock_file in Path(tempfile.gettempdir()).glob("fairlead-test-server-*/cluster/lock"):
        try:
            with lock_file.open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock_file.parents[1], ignore_errors=True)
        except OSError:
            continue
