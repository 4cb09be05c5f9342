"""Row 20: a database that goes away for half a minute, under fifty requests a second."""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fairlead.cli import databases, postgres
from fairlead.cli.databases import Passwords
from fairlead.cli.postgres import Server
from tests.installation import Installation, wait_for
from tests.invoicing import body
from tests.world import Answer

PASSWORD = "of-this-test-only"
RATE = 50
BEFORE, AWAY, AFTER = 3, 30, 15


@dataclass(frozen=True)
class Told:
    """What one caller was told, when they asked, and when they knew."""

    asked: float
    known: float
    answer: Answer


@dataclass
class Database:
    """A server of this test's own, which can be stopped and started again."""

    folder: Path

    def start(self) -> Server:
        log = (self.folder / "postgres.log").open("ab")
        self.server = postgres.start(self.folder / "cluster", PASSWORD, log)
        return self.server

    def make(self) -> dict[str, str]:
        """Make the roles and the database; returns the variables that name them."""
        superuser = self.start().address(postgres.SUPERUSER, PASSWORD)
        databases.ensure_roles(superuser, Passwords(PASSWORD, PASSWORD))
        databases.ensure_database(superuser)
        roles = {"DATABASE_URL": databases.OWNER, "DATABASE_APP_URL": databases.APP}
        return {name: self.server.address(role, PASSWORD, databases.NAME) for name, role in roles.items()}


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="fairlead-test-gone-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    database = Database(folder)
    yield database
    database.server.stop()


@pytest.fixture
def running(folder: Path, database: Database) -> Iterator[Installation]:
    installation = Installation(folder / "installation")
    installation.environment = database.make()
    yield installation.start()
    installation.clean_up()


@pytest.mark.long
@pytest.mark.processes
@pytest.mark.promise(20)
def test_half_a_minute_without_a_database(database: Database, running: Installation, figure: Any) -> None:
    headers = running.found("ada@acme.example", "Acme")
    before = set(running.processes())
    with ThreadPoolExecutor(RATE * 8) as pool:
        begin = time.monotonic()
        asked = [
            pool.submit(_ask, running, headers, begin + turn / RATE, is_write=turn % 5 == 0)
            for turn in range(RATE * (BEFORE + AWAY + AFTER))
        ]
        _sleep_until(begin + BEFORE)
        database.server.stop()
        gone = time.monotonic()
        _sleep_until(gone + AWAY)
        returning = time.monotonic()
        database.start()
        back = time.monotonic()
        told = [one.result() for one in asked]  # a caller who got no answer raises here

    check_all_were_told([one for one in told if gone <= one.asked < returning], returning)
    strange = [one for one in told if one.answer.status not in (200, 201, 503)]
    assert not strange, strange[0].answer
    wait_for(running.is_whole, 40)
    assert set(running.processes()) >= before
    assert not running.has_said("started again")
    refused = [one for one in told if one.answer.status == 503]
    seconds = sorted(one.known - one.asked for one in refused)
    figure("answers of 503", f"{len(refused)}")
    figure("their p50, p99 and slowest", _milliseconds(seconds))
    figure("last 503 after its return", f"{max(0.0, max(one.asked for one in refused) - back):.1f} s")


def check_all_were_told(told: list[Told], returning: float) -> None:
    """Each of those who asked while it was away: in our form, when to try again, and long before it came back."""
    for one in told:
        assert one.answer.status == 503, one.answer
        assert one.answer.headers["Content-Type"] == "application/problem+json"
        assert one.answer.json["type"] == "/problems/database-unavailable"
        assert int(one.answer.headers["Retry-After"]) > 0
    waited_for_it = [one for one in told if one.asked < returning - AWAY / 2 and one.known > returning]
    assert not waited_for_it
    assert len(told) > RATE * AWAY / 2


def _ask(running: Installation, headers: dict[str, str], moment: float, is_write: bool) -> Told:
    """One request, at its moment whatever became of those before it."""
    _sleep_until(moment)
    asked = time.monotonic()
    if is_write:
        answer = running.send("POST", "/api/invoices/", headers, json.dumps(body()).encode())
    else:
        answer = running.send("GET", "/api/invoices/?limit=10", headers)
    return Told(asked, time.monotonic(), answer)


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def _milliseconds(seconds: list[float]) -> str:
    chosen = [seconds[len(seconds) // 2], seconds[len(seconds) * 99 // 100], seconds[-1]]
    return ", ".join(f"{1000 * one:.0f}" for one in chosen) + " ms"
