"""Jobs: work that is written down in the caller's transaction and done by the worker, at least once.

    @jobs.task("documents.render")
    def render(job: jobs.Job) -> None: ...

    render.defer(document_id)

A handler opens `tenancy.context.organization(job.org_id)` around what touches the database, holds no transaction while
it talks to the network, and may run again: after an error, and after its worker was killed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from traceback import extract_tb, format_exception
from typing import Literal
from uuid import UUID

import structlog
from django.db import connection
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from fairlead.foundation.clock import now
from fairlead.foundation.errors import DomainError
from fairlead.messaging.models import FailedJob
from fairlead.tenancy.context import current_org_id, organization

log = structlog.get_logger(__name__)

# Each lane has its own places in the worker: a mail server that hangs does not hold up the PDFs.
Lane = Literal["mail", "work"]
LANES: tuple[Lane, ...] = ("mail", "work")
# Seconds until the second, third … attempt; after the last comes no other.
WAITS = (10, 30, 120, 600, 3600)
# An organization's second waiting job stands behind the first of any other, and so on, up to here.
_MOST_COUNTED = 1000
_WAITING = """SELECT count(*) FROM (
    SELECT FROM procrastinate_jobs WHERE status = 'todo' AND args->>'org' = %s LIMIT %s) AS own"""
_MOST_ERROR_TEXT = 4000

# On Django's connection, so within the caller's transaction; the worker's app has connections of its own.
manager = JobManager(DjangoConnector())


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt. `attempt` counts from 0; `retry_at` is when the next one would be, None if this is the last."""

    id: int
    org_id: UUID
    record_id: UUID
    attempt: int
    retry_at: datetime | None


Handler = Callable[[Job], None]
# What else to write, in the organization's transaction, when a job is given up; the text is its last error.
Burial = Callable[[Job, str], None]


class Again(Exception):
    """The attempt failed; the next one is at `at`."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.at = at


class GivenUp(Exception):
    """The job failed for good, and its error is kept."""


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of job: its handler, and how often and after how many seconds it is tried again."""

    name: str
    handler: Handler
    lane: Lane
    waits: Sequence[int]
    on_given_up: Burial | None

    def defer(self, record_id: UUID, at: datetime | None = None) -> int:
        """Queue a job about a record of the bound organization, in the caller's transaction; returns the job's id."""
        org_id = current_org_id()
        deferrer = configure_task(
            name=self.name,
            job_manager=manager,
            queue=self.lane,
            priority=-_waiting_jobs(org_id),
            schedule_at=at,
            task_kwargs={"org": str(org_id), "id": str(record_id)},
        )
        return deferrer.defer()

    def job(self, job_id: int, org: str, record: str, attempt: int) -> Job:
        """The attempt that begins now."""
        wait = self.waits[attempt] if attempt < len(self.waits) else None
        retry_at = None if wait is None else now() + timedelta(seconds=wait)
        return Job(job_id, UUID(org), UUID(record), attempt, retry_at)

    def perform(self, job: Job) -> None:
        """Run the handler. Raises `Again`, or `GivenUp` after the last attempt or an error that no retry mends."""
        try:
            self.handler(job)
        except Exception as error:  # noqa: BLE001  # a handler may fail in any way; none of them may stop the worker
            _log(self, job, error)
            if job.retry_at is None or (isinstance(error, DomainError) and not error.retryable):
                self.give_up(job, _describe(error))
                raise GivenUp(f"{self.name} {job.record_id}") from None
            # Without its cause, whose words may hold names and addresses that do not belong in a log.
            raise Again(job.retry_at) from None

    def give_up(self, job: Job, error: str) -> None:
        """Keep the job's error as a dead letter of its organization."""
        with organization(job.org_id):
            FailedJob.objects.create(
                org_id=job.org_id,
                task=self.name,
                record_id=job.record_id,
                attempts=job.attempt + 1,
                error=error,
            )
            if self.on_given_up:
                self.on_given_up(job, error)


@dataclass(frozen=True, slots=True)
class Chore:
    """Something that every worker does again and again; twice at once must do no harm."""

    seconds: int
    run: Callable[[], None]


tasks: dict[str, Task] = {}
chores: dict[str, Chore] = {}


def task(
    name: str,
    *,
    lane: Lane = "work",
    waits: Sequence[int] = WAITS,
    on_given_up: Burial | None = None,
) -> Callable[[Handler], Task]:
    """Make a handler a kind of job. Its name is kept in the queue, so it must not change between versions."""

    def register(handler: Handler) -> Task:
        tasks[name] = Task(name, handler, lane, waits, on_given_up)
        return tasks[name]

    return register


def every(seconds: int) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Make a function a chore of the worker: run at its start, then every so many seconds."""

    def register(run: Callable[[], None]) -> Callable[[], None]:
        chores[f"{run.__module__}.{run.__qualname__}"] = Chore(seconds, run)
        return run

    return register


def _waiting_jobs(org_id: UUID) -> int:
    """How many jobs of the organization wait, counted to a limit: its place in the queue, so that all take turns."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [str(org_id), _MOST_COUNTED])
        return int(cursor.fetchone()[0])


def place(error: Exception) -> str:
    """Where in the code it was raised, for the log: the error's own words may hold names and addresses."""
    frame = extract_tb(error.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno}"


def _log(task: Task, job: Job, error: Exception) -> None:
    log.warning(
        "job.failed",
        task=task.name,
        job=job.id,
        org=str(job.org_id),
        record=str(job.record_id),
        attempt=job.attempt,
        error=type(error).__name__,
        where=place(error),
        retry_at=job.retry_at and job.retry_at.isoformat(),
    )


def _describe(error: Exception) -> str:
    if isinstance(error, DomainError):
        return error.detail
    return "".join(format_exception(error))[-_MOST_ERROR_TEXT:]
