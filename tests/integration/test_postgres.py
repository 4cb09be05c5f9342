"""The embedded server itself: what a killed one leaves behind does not stop the next."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fairlead.cli import postgres
from fairlead.cli.doctor.server import RULES
from fairlead.cli.postgres import Server
from fairlead.cli.trouble import Trouble
from tests.installation import wait_for

PASSWORD = "of-this-test/only?"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Under a root that tests run as, the server's user must reach it: pytest's own folders are private."""
    folder = Path(tempfile.mkdtemp(prefix="fairlead-test-postgres-"))
    folder.chmod(0o711)
    yield folder / "cluster"
    shutil.rmtree(folder)


@contextmanager
def running(home: Path, *settings: str) -> Iterator[Server]:
    home.parent.mkdir(parents=True, exist_ok=True)
    with (home.parent / "postgres.log").open("ab") as log:
        server = postgres.start(home, PASSWORD, log, settings)
        try:
            yield server
        finally:
            server.stop()


def connect(server: Server, password: str = PASSWORD) -> psycopg.Connection:
    return psycopg.connect(server.address(postgres.SUPERUSER, password), autocommit=True)


@pytest.mark.promise(15)
def test_it_is_the_right_server_with_safe_settings(home: Path, figure: Any) -> None:
    with running(home) as server, connect(server) as connection:
        assert connection.info.server_version // 10_000 == postgres.MAJOR
        asked = ("data_checksums", "fsync", "full_page_writes", "synchronous_commit", "listen_addresses")
        values = [connection.execute(f"SHOW {name}").fetchone() for name in asked]
        assert values == [("on",), ("on",), ("on",), ("on",), ("",)]
        figure("settings that are on", ", ".join(asked[:4]))
        row = connection.execute(
            "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'postgres'"
        )
        assert row.fetchone() == ("b", "C.UTF-8")


@pytest.mark.promise(15)
def test_the_doctor_finds_it_safe(home: Path) -> None:
    with running(home) as server, connect(server) as connection:
        questions = [rule.query.encode() for rule in RULES if isinstance(rule.query, str)]
        found = [row for question in questions for row in connection.execute(question, {"org": None})]
    assert len(questions) == 2
    assert found == []


@pytest.mark.promise(15, sabotage="fsync off")
def test_fsync_off_is_seen_by_the_doctor(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "SETTINGS", (*postgres.SETTINGS, "fsync=off"))
    with pytest.raises(AssertionError, match="fsync is off"):
        test_the_doctor_finds_it_safe(home)


def test_only_the_password_opens_it(home: Path) -> None:
    with running(home) as server:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            connect(server, "wrong")
        assert stat.S_IMODE((home / "pg18").stat().st_mode) == 0o700


def test_its_home_is_held_by_one(home: Path) -> None:
    with running(home), pytest.raises(Trouble, match="Another start uses the database"), running(home):
        pass


def test_a_zombie_does_not_stop_the_next_one(home: Path) -> None:
    with (home.parent / "postgres.log").open("ab") as log:
        dead = postgres.start(home, PASSWORD, log)
        with connect(dead) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 1 AS value")
        os.kill(dead.process.pid, signal.SIGKILL)
        wait_for(lambda: "State:\tZ" in Path(f"/proc/{dead.process.pid}/status").read_text(), 5)
        dead.lock.close()
        assert (home / "pg18" / "postmaster.pid").exists()
        with running(home) as server, connect(server) as connection:
            assert connection.execute("SELECT value FROM kept").fetchone() == (1,)
        dead.process.wait()


def test_another_process_with_the_old_number_does_not_stop_it(home: Path) -> None:
    with running(home):
        lines = (home / "pg18" / "postmaster.pid").read_text().splitlines()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (home / "pg18" / "postmaster.pid").write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        with running(home) as server:
            assert server.process.poll() is None
        assert other.poll() is None
        other.communicate(b"\n")


def test_an_empty_lock_file_does_not_stop_it(home: Path) -> None:
    (home / "pg18" / "postmaster.pid").write_text("")
    with running(home) as server:
        assert server.process.poll() is None


def test_an_interrupted_first_start_is_redone(home: Path) -> None:
    half = home.with_name("half")
    (half / "pg18.new-abandoned").mkdir(parents=True)
    (half / "pg18.new-abandoned" / "PG_VERSION").write_text("18\n")
    with running(half) as server:
        assert server.process.poll() is None
    assert not list(half.glob("pg18.new-*"))


def test_a_long_path_gets_a_short_socket(home: Path) -> None:
    deep = home.parent / ("x" * 60) / ("y" * 60) / "home"
    with running(deep) as server, connect(server) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_newer_cluster_is_left_alone(home: Path) -> None:
    later = home.with_name("later")
    (later / "pg19").mkdir(parents=True)
    with pytest.raises(Trouble, match="newer Fairlead"), running(later):
        pass
    assert not (later / "pg18").exists()


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    with (
        pytest.raises(Trouble, match=r"did not start: .*max_connections"),
        running(home, "max_connections=-5"),
    ):
        pass
