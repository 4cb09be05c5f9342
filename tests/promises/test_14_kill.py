"""Row 14: web, worker, PostgreSQL or all of them killed with kill -9 while callers write."""

import json
import os
import random
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from fairlead.cli import processes
from tests.installation import Installation, wait_for
from tests.promises.writers import Journal, Writer, superuser, writing
from tests.workers import STALLED_SECONDS

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("kill")]

PROGRAMS = ("fairlead serve", "fairlead worker", "bin/postgres")
PARTS = ("web", "worker", "postgres", "all")
LONGEST_SECONDS = 180
# What callers get done between two kills.
BETWEEN = 6
# The fault: a commit is acknowledged before it is on the disk, and gets there whenever.
LATE = {"synchronous_commit": "off", "wal_writer_delay": "10s", "wal_writer_flush_after": "1GB"}


@pytest.fixture(scope="module")
def running() -> Iterator[Installation]:
    folder = Path(tempfile.mkdtemp(prefix="fairlead-test-kill-"))
    folder.chmod(0o711)
    installation = Installation(folder)
    installation.environment = {
        "FAIRLEAD_REQUESTS_PER_MINUTE": "1000000",
        "FAIRLEAD_WEB_WORKERS": "1",
        "FAIRLEAD_JOB_STALLED_SECONDS": str(STALLED_SECONDS),
    }
    yield installation.start()
    installation.clean_up()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def headers(running: Installation) -> dict[str, str]:
    return running.found("ada@acme.example", "Acme")


@pytest.mark.promise(14)
def test_what_was_acknowledged_outlives_a_kill(
    running: Installation, headers: dict[str, str], seed: int, figure: Any
) -> None:
    told = kill_again_and_again(running, headers, ["postgres", "all"], random.Random(seed))
    figure("kill -9", told)


@pytest.mark.long
@pytest.mark.promise(14)
def test_what_was_acknowledged_outlives_two_hundred_kills(
    running: Installation, headers: dict[str, str], seed: int, figure: Any
) -> None:
    chance = random.Random(seed)
    parts = [part for _ in range(50) for part in chance.sample(PARTS, len(PARTS))]
    figure("kill -9", kill_again_and_again(running, headers, parts, chance))


@pytest.mark.promise(14, sabotage="a commit is acknowledged before it is written")
def test_what_was_acknowledged_too_early_is_missed(running: Installation, headers: dict[str, str]) -> None:
    journal = Journal()
    writer = Writer("hasty", running, headers, journal, is_over=lambda: False)
    with superuser(running) as session:
        for name, value in LATE.items():
            session.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
        session.execute("SELECT pg_reload_conf(), pg_sleep(0.5)")
    writer.write("hasty-1")
    kill(running, "postgres", random.Random(0))
    with pytest.raises(AssertionError, match="acknowledged writes are gone"):
        journal.check(running)
    with superuser(running) as session:
        session.execute("ALTER SYSTEM RESET ALL")


def kill_again_and_again(
    running: Installation, headers: dict[str, str], parts: Sequence[str], chance: random.Random
) -> str:
    """Each part in turn, with the journal compared after each; then the doctor looks."""
    with writing(running, headers, writers=4) as journal:
        for part in parts:
            await_writes(journal)
            kill(running, part, chance)
            journal.check(running)
        await_writes(journal)
    finish_what_waits(running)
    journal.check(running)
    check_mails_are_out(running)
    seen = running.run("doctor", "--json")
    assert seen.returncode == 0, seen.stdout
    return (
        f"{len(parts)} kills, {len(journal.acknowledged)} writes acknowledged, 0 gone, 0 twice,"
        f" {len(json.loads(seen.stdout)['rules'])} rules of the doctor green"
    )


def kill(running: Installation, part: str, chance: random.Random) -> None:
    """Kill it, and wait until all is at work again."""
    victims = _victims(running, part, chance)
    for victim in victims:
        with suppress(ProcessLookupError):  # it died with another
            os.kill(victim, signal.SIGKILL)
    if part == "all":
        assert running.launcher
        running.launcher.wait()
        running.start()
    wait_for(lambda: not set(victims) & set(_serving(running)), LONGEST_SECONDS, running.describe)
    wait_for(lambda: all(map(running.processes, PROGRAMS)), LONGEST_SECONDS, running.text)
    wait_for(running.is_whole, LONGEST_SECONDS, running.text)


def await_writes(journal: Journal) -> None:
    """The callers have got on, so the next kill comes in the midst of it."""
    wanted = len(journal.acknowledged) + BETWEEN
    wait_for(lambda: len(journal.acknowledged) >= wanted or journal.strange, LONGEST_SECONDS)


def finish_what_waits(running: Installation) -> None:
    """Let the time pass until whatever a killed worker held, or waits for its next attempt, is done."""

    def is_done() -> bool:
        with superuser(running) as session:
            session.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
            left = session.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
            )
            return left.fetchone() == (0,)

    wait_for(is_done, LONGEST_SECONDS)


def check_mails_are_out(running: Installation) -> None:
    """Every mail that was queued is sent, and lies in the folder, once."""
    with superuser(running) as session:
        rows = session.execute("SELECT message_id, state FROM messaging_outboundemail").fetchall()
    assert {state for _, state in rows} == {"sent"}
    files = {file.name for file in (running.data / "mail").glob("*.eml")}
    assert files == {f"{message_id.strip('<>')}.eml" for message_id, _ in rows}


def _victims(running: Installation, part: str, chance: random.Random) -> list[int]:
    """The processes to kill: of web or database sometimes the first alone, sometimes each."""
    assert running.launcher
    of_database = sorted(processes.working_in(running.data / "postgres" / "pg18"))
    of_part = {
        "web": sorted(running.processes("fairlead serve")),
        "worker": sorted(running.processes("fairlead worker")),
        "postgres": of_database,
        "all": [running.launcher.pid, *_serving(running), *of_database],
    }[part]
    is_each = part == "all" or chance.random() < 0.5
    return of_part if is_each else of_part[:1]


def _serving(running: Installation) -> list[int]:
    return running.processes("fairlead serve") + running.processes("fairlead worker")
