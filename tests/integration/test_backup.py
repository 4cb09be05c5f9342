"""A backup and what is made of it, by real processes: the same rows, the same bytes, and no mail before its time."""

import json
import os
import shutil
import signal
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from psycopg import sql

from fairlead.cli import archive
from tests.installation import Installation, wait_for
from tests.mail_server import MailServer, mail_server

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("up")]

EMAIL, PASSWORD = "ada@acme.example", "a long enough passphrase"
CUSTOMER = "kunde@customer.example"
# What an installation writes for itself while it runs.
OWN = {"django_migrations", "tenancy_ratebucket", "messaging_sendingpause"}
CATALOG = (
    """SELECT relname, relkind::text, relrowsecurity, relforcerowsecurity, relowner::regrole::text, relacl::text
    FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1""",
    "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2""",
    "SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
    """SELECT proname, proowner::regrole::text, prosecdef, proacl::text FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace ORDER BY 1, 2""",
    "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname LIKE 'fl%' ORDER BY 1",
    "SELECT datname, datdba::regrole::text, datacl::text FROM pg_database WHERE datname = 'fairlead'",
)


@dataclass
class Client:
    """A person at an installation's API."""

    installation: Installation
    headers: dict[str, str]

    @property
    def token(self) -> str:
        return self.headers["Authorization"].removeprefix("Bearer ")

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        url = f"http://127.0.0.1:{self.installation.port}/api{path}"
        answer = requests.request(method, url, headers=self.headers, timeout=20, **more)
        assert answer.ok, answer.text
        return answer


@dataclass
class Backup:
    """What was saved, and what it must give again."""

    file: Path
    rows: dict[str, tuple[int, str]]
    catalog: list[Any]
    invoice: dict[str, Any]
    pdf: bytes
    attachment: bytes
    attachment_id: str
    token: str


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One that the server's user may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="fairlead-test-backup-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def backup(folder: Path, server: MailServer) -> Iterator[Backup]:
    """One of an organization with an issued invoice, its PDF, an attachment, and a mail that nobody takes yet."""
    old = Installation(folder / "old")
    os.environ["FAIRLEAD_SMTP_URL"] = f"smtp://127.0.0.1:{server.port}"
    server.at_mail.extend(["451 4.3.0 Later"] * 1000)
    try:
        old.start()
        yield _fill_and_save(old, folder / "fairlead.tar")
    finally:
        old.clean_up()
        del os.environ["FAIRLEAD_SMTP_URL"]
        server.at_mail.clear()


@pytest.fixture(scope="module")
def restored(folder: Path, backup: Backup) -> Iterator[Installation]:
    """Another data folder, made of the backup, not started yet."""
    new = Installation(folder / "new")
    answer = new.run("restore", str(backup.file))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "held back until `fairlead resume`" in answer.stdout
    yield new
    new.clean_up()


def test_a_backup_is_for_us_alone_and_says_what_is_in_it(backup: Backup) -> None:
    assert backup.file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in backup.file.parent.glob("*.part")] == []
    with tarfile.open(backup.file) as tar:
        names = tar.getnames()
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
    assert names[-1] == "manifest.json"
    assert list(manifest["members"]) == names[:-1]
    assert {table["name"]: table["rows"] for table in manifest["tables"]}["billing_invoice"] == 2
    assert manifest["files"] == 3
    assert "secret_key" in names
    assert not {"database.json", "demo_password"} & set(names)


def test_a_damaged_backup_restores_nothing(folder: Path, backup: Backup) -> None:
    file, new = folder / "refused.tar", Installation(folder / "refused")
    content = bytearray(backup.file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    refused = new.run("restore", str(file))
    line = f"fairlead: {file} is damaged, not whole, or no backup at all. Nothing was restored.\n"
    assert (refused.returncode, refused.stderr) == (1, line)
    assert not new.data.exists()


def test_what_is_restored_goes_on_where_it_was(
    folder: Path, backup: Backup, restored: Installation, server: MailServer
) -> None:
    _rows_and_rights_and_files_are_the_same(backup, restored)
    _a_token_from_before_is_still_good(backup, restored)
    _the_next_number_follows_the_last(backup, restored)
    _mails_wait_until_somebody_says_so(restored, server)
    _a_data_folder_that_holds_anything_is_left_alone(backup, restored)
    _one_that_is_stopped_is_saved_too(folder, restored)


def _rows_and_rights_and_files_are_the_same(backup: Backup, restored: Installation) -> None:
    restored.start()
    assert "Mails are held back (restored from a backup) until `fairlead resume`" in restored.text()
    rows, catalog = _look(restored)
    assert rows == backup.rows
    assert catalog == backup.catalog
    assert _jobs(restored) == [("mail", "todo", 1)]
    assert restored.run("doctor").returncode == 0
    client = _sign_in(restored)
    shown = client.call("GET", f"/invoices/{backup.invoice['id']}/").json()
    assert shown == backup.invoice
    assert client.call("POST", f"/invoices/{backup.invoice['id']}/download/").content == backup.pdf
    assert client.call("GET", f"/invoices/attachment/{backup.attachment_id}/").content == backup.attachment


def _a_token_from_before_is_still_good(backup: Backup, restored: Installation) -> None:
    assert restored.ask("/api/profile/", backup.token)["email"] == EMAIL


def _the_next_number_follows_the_last(backup: Backup, restored: Installation) -> None:
    client = _sign_in(restored)
    texts = (backup.invoice["invoice_number"], _issue(client)["invoice_number"])
    first, next_one = (int(text.rsplit("-", 1)[1]) for text in texts)
    assert next_one == first + 2  # there was one more


def _mails_wait_until_somebody_says_so(restored: Installation, server: MailServer) -> None:
    server.at_mail.clear()
    server.read.clear()
    with _superuser(restored) as connection:  # due at once
        connection.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE queue_name = 'mail'")
    client = _sign_in(restored)
    path = f"/invoices/{_issue(client)['id']}/send-mail/"
    client.call("POST", path, json={"recipients": [CUSTOMER], "subject": "New"})
    wait_for(lambda: {job[0] for job in _jobs(restored)} == {"mail"}, 20)  # the worker works, but for mails
    assert restored.ask("/readyz/")["parts"]["sending"] == "paused"
    assert server.accepted == server.read == []
    resumed = restored.run("resume")
    assert (resumed.returncode, resumed.stdout) == (0, "Mails go out again.\n")
    wait_for(lambda: len(server.accepted) == 2, 20)
    assert sorted(str(delivery.mail["Subject"]) for delivery in server.accepted) == ["New", "Your invoice"]
    assert restored.ask("/readyz/")["parts"]["sending"] == "ok"
    assert restored.run("resume").stdout == "Nothing is held back.\n"


def _a_data_folder_that_holds_anything_is_left_alone(backup: Backup, restored: Installation) -> None:
    before = sorted(restored.data.iterdir())
    running = restored.run("restore", str(backup.file))
    assert (running.returncode, "already runs" in running.stderr) == (1, True)
    restored.end(signal.SIGTERM)
    stopped = restored.run("restore", str(backup.file))
    assert (stopped.returncode, "is not empty" in stopped.stderr) == (1, True)
    assert sorted(restored.data.iterdir()) == before


def _one_that_is_stopped_is_saved_too(folder: Path, restored: Installation) -> None:
    if restored.is_running():
        restored.end(signal.SIGTERM)
    saved = restored.run("backup", str(folder / "stopped.tar"))
    assert (saved.returncode, saved.stderr) == (0, "")
    assert restored.processes() == []
    with archive.opened(folder / "stopped.tar") as backup:
        rows = {table["name"]: table["rows"] for table in backup.manifest["tables"]}
    assert rows["billing_invoice"] == 4


def test_a_restore_that_fails_leaves_the_folder_as_it_was(folder: Path, backup: Backup) -> None:
    """The database says no at the very end: a row that is in twice, in a backup whose every hash holds."""
    broken = folder / "broken.tar"
    _repeat_rows(backup.file, broken, "tenancy_user")
    new = Installation(folder / "failing")
    refused = new.run("restore", str(broken))
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "The database refuses the backup's rows" in refused.stderr
    assert not new.data.exists()


def _fill_and_save(old: Installation, file: Path) -> Backup:
    person = ["--email", EMAIL, "--organization", "Acme"]
    assert old.run("user", "create", *person, "--password-stdin", input=f"{PASSWORD}\n").returncode == 0
    client = _sign_in(old)
    invoice = _issue(client)
    path = f"/invoices/{invoice['id']}/"
    pdf = client.call("POST", f"{path}download/").content
    attachment = os.urandom(300_000)
    given = {"attachment": ("hours.bin", attachment)}
    attached = client.call("POST", f"/invoices/attachment/{invoice['id']}/", files=given).json()
    client.call("POST", f"{path}send-mail/", json={"recipients": [CUSTOMER], "subject": "Your invoice"})
    _issue(client)
    wait_for(lambda: _jobs(old) == [("mail", "todo", 1)], 20, lambda: str(_jobs(old)))
    shown = client.call("GET", path).json()
    before = _look(old)
    saved = old.run("backup", str(file))
    assert (saved.returncode, saved.stderr) == (0, "")
    assert _look(old) == before
    old.end(signal.SIGTERM)
    return Backup(file, *before, shown, pdf, attachment, attached["id"], client.token)


def _sign_in(installation: Installation) -> Client:
    url = f"http://127.0.0.1:{installation.port}/api/auth/login/"
    answer = requests.post(url, json={"email": EMAIL, "password": PASSWORD}, timeout=20)
    assert answer.ok, answer.text
    told = answer.json()
    headers = {
        "Authorization": f"Bearer {told['access']}",
        "organization-id": told["organizations"][0]["id"],
    }
    return Client(installation, headers)


def _issue(client: Client) -> dict[str, Any]:
    given = {
        "invoice_title": "Workshop",
        "name": "Käufer & Söhne",
        "currency": "EUR",
        "quantity": "3",
        "rate": "99.95",
    }
    made = client.call("POST", "/invoices/", json=given).json()
    issued: dict[str, Any] = client.call(
        "POST", f"/invoices/{made['id']}/status/", json={"status": "Sent"}
    ).json()
    return issued


def _look(installation: Installation) -> tuple[dict[str, tuple[int, str]], list[Any]]:
    """Every table's count and the hash of its rows, as a superuser sees them, and the catalog."""
    with _superuser(installation) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = {
            name: _hash(connection, name)
            for (name,) in names
            if name not in OWN and not name.startswith("procrastinate")
        }
        return rows, [connection.execute(query).fetchall() for query in CATALOG]


def _hash(connection: psycopg.Connection, table: str) -> tuple[int, str]:
    query = "SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {} AS t"
    row = connection.execute(sql.SQL(query).format(sql.Identifier(table))).fetchone()
    assert row
    return row[0], row[1]


def _jobs(installation: Installation) -> list[Any]:
    with _superuser(installation) as connection:
        query = "SELECT queue_name, status::text, attempts FROM procrastinate_jobs ORDER BY id"
        return connection.execute(query).fetchall()


def _superuser(installation: Installation) -> psycopg.Connection:
    kept = json.loads((installation.data / "database.json").read_text())
    password = kept["superuser_password"]
    return psycopg.connect(kept["owner"], user="postgres", password=password, autocommit=True)


def _repeat_rows(source: Path, target: Path, table: str) -> None:
    """The backup again, well made, with the rows of a table twice."""
    member = f"database/{table}.copy.gz"
    with archive.opened(source) as backup, archive.written(target) as writer:
        manifest = {name: value for name, value in backup.manifest.items() if name != "members"}
        for name in backup.manifest["members"]:
            # What is gzipped twice in a row unpacks as one.
            writer.add_bytes(name, backup.read(name) * (2 if name == member else 1))
        writer.finish(manifest)
