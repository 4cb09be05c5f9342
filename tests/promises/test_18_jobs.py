"""Row 18: workers that are killed a hundred times, and an organization with fifty thousand jobs."""

import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from fairlead.foundation.config import Config
from fairlead.foundation.ids import new_id
from fairlead.messaging.models import FailedJob
from fairlead.tenancy.context import organization
from tests import workers
from tests.installation import wait_for
from tests.promises import toil
from tests.world import World

pytestmark = [pytest.mark.long, pytest.mark.promise(18)]

KILLS, ENOUGH = 100, 20
MANY, OTHERS = 50_000, 60
LONGEST_SECONDS = 900


@dataclass(frozen=True)
class Note:
    """A line of the diary that the workers keep."""

    at: float
    worker: int
    org_id: UUID
    job: int
    what: str


@dataclass(frozen=True)
class Shift:
    """Workers that are replaced as they are killed, and what they have noted."""

    diary: Path
    seconds: float
    running: list[subprocess.Popen[bytes]]

    def begin(self) -> None:
        more = {toil.DIARY: str(self.diary), toil.SECONDS: str(self.seconds)}
        self.running.append(workers.start("", None, toil.__name__, **more))

    def notes(self) -> list[Note]:
        lines = [line.split() for line in self.diary.read_text().splitlines()]
        return [Note(float(at), int(pid), UUID(org), int(job), what) for at, pid, org, job, what in lines]

    def is_complete(self) -> bool:
        """Whether each of them is in the midst of a job."""
        notes = self.notes()
        return all(_is_busy(notes, process.pid) for process in self.running)


@contextmanager
def shift(folder: Path, seconds: float, count: int) -> Iterator[Shift]:
    """So many workers on jobs of so many seconds each."""
    at_work = Shift(folder / "diary", seconds, [])
    at_work.diary.touch()
    try:
        for _ in range(count):
            at_work.begin()
        yield at_work
    finally:
        for process in at_work.running:
            workers.kill(process)


def test_what_a_hundred_killed_workers_held_is_done(
    world: World, tmp_path: Path, seed: int, figure: Any
) -> None:
    """Three at once, so each rescue has to be one's alone; a job that dies too often is kept as a dead letter."""
    chance = random.Random(seed)
    jobs: set[int] = set()
    killed: dict[int, float] = {}
    with shift(tmp_path, 1.0, 3) as at_work:
        for _ in range(KILLS):
            # So two are left who can take over.
            wait_for(lambda: keep_busy(world, jobs) and at_work.is_complete(), LONGEST_SECONDS)
            victim = at_work.running.pop(0)
            time.sleep(chance.uniform(0, 0.9))
            workers.kill(victim)
            killed[victim.pid] = time.monotonic()
            at_work.begin()
        wait_for(lambda: not _left(), LONGEST_SECONDS)
        notes = at_work.notes()
    done = Counter(note.job for note in notes if note.what == "done")
    with organization(world.acme.id):
        dead = FailedJob.objects.filter(task="test.toil").count()
    assert set(done) <= jobs
    assert len(done) + dead >= len(jobs)
    waited = sorted(_seconds_until_again(notes, killed))
    slowest = waited[-1] - workers.STALLED_SECONDS + Config.model_fields["job_stalled_seconds"].default
    assert slowest <= 60
    figure("kills in the midst of jobs", f"{KILLS}, {len(waited)} jobs cut short, {dead} dead letters")
    figure("cut short until again", f"{slowest:.0f} s at most, with the silence of an installation")


def test_fifty_thousand_jobs_hold_nobody_else_up(world: World, tmp_path: Path, figure: Any) -> None:
    """What counts is how many of theirs are begun between the other's wish and its beginning, not the seconds."""
    queue_many(world)
    asked: dict[int, float] = {}
    with shift(tmp_path, 0.0, 1) as at_work:
        wait_for(at_work.notes, LONGEST_SECONDS)
        for _ in range(OTHERS):
            with organization(world.globex.id):
                job = toil.toil.defer(new_id())
            asked[job] = time.monotonic()
            threading.Event().wait(0.3)
        wait_for(lambda: not _left(world.globex.id), LONGEST_SECONDS)
        assert _left(world.acme.id)
        notes = at_work.notes()
    begun = {note.job: note.at for note in notes if note.what == "begun" and note.job in asked}
    theirs = [note.at for note in notes if note.what == "begun" and note.org_id == world.acme.id]
    before = [sum(asked[job] < at < begun[job] for at in theirs) for job in asked]
    assert max(before) < 100, "the other's jobs stood in the queue of fifty thousand"
    waits = sorted(1000 * (begun[job] - asked[job]) for job in asked)
    middle = waits[len(waits) // 2]
    figure("another's job waits behind 50,000", f"p50 {middle:.0f} ms, at most {waits[-1]:.0f} ms")
    figure("jobs of theirs begun meanwhile", f"{max(before)} at most")


def keep_busy(world: World, jobs: set[int]) -> bool:
    """See that nobody runs out of work."""
    if _left() < ENOUGH:
        with organization(world.acme.id):
            jobs |= {toil.toil.defer(new_id()) for _ in range(ENOUGH)}
    return True


def queue_many(world: World) -> None:
    """The first ones as they come, the rest as copies of the last: counted to a limit, all stand in one place."""
    with organization(world.acme.id):
        made = [toil.toil.defer(new_id()) for _ in range(1001)]
    execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args)"
        " SELECT queue_name, task_name, priority, args FROM procrastinate_jobs, generate_series(1, %s)"
        " WHERE id = %s",
        MANY - len(made),
        made[-1],
    )


def execute(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _left(org_id: UUID | None = None) -> int:
    """How many jobs wait or are being done, of one organization or of all; the time until their next attempt passes."""
    execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE scheduled_at > now()")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
            " AND (args->>'org' = %s::text OR %s::text IS NULL)",
            [str(org_id) if org_id else None] * 2,
        )
        return int(cursor.fetchone()[0])


def _is_busy(notes: list[Note], worker: int) -> bool:
    mine = [note.what for note in notes if note.worker == worker]
    return mine.count("begun") > mine.count("done")


def _seconds_until_again(notes: list[Note], killed: dict[int, float]) -> Iterator[float]:
    """For each job that a killed worker had begun and not done: from the kill until it was begun again."""
    for pid, at in killed.items():
        mine = [note for note in notes if note.worker == pid]
        done = {note.job for note in mine if note.what == "done"}
        for job in {note.job for note in mine} - done:
            again = [note.at for note in notes if note.job == job and note.what == "begun" and note.at > at]
            if again:  # else it died too often
                yield again[0] - at
