"""The worker: a process of its own that does the jobs of every lane, and the chores.

A killed worker's job is put back by the rescue of any other, or of the next: at most half a minute after its last
sign of life, so that the work is done again within a minute.
"""

import asyncio
import json
import signal
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, cast

import structlog
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db import Error, close_old_connections, connection, transaction
from procrastinate import App
from procrastinate.contrib.django.db_cleanup import DjangoApp
from procrastinate.contrib.django.utils import connector_params
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job as QueuedJob
from procrastinate.jobs import Status
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from fairlead.messaging import jobs, pause, transport

log = structlog.get_logger(__name__)

_RESCUE_SECONDS = 5
_BREATH_SECONDS = 1.0
_PAUSE_LOOK_SECONDS = 2.0
_KEEP_FAILED_HOURS = 30 * 24
_RESCUE_LOCK = 0x666C_7265_7363  # "flresc": one rescue at a time in a database
_DIED = "The worker died while it did this, every time it was tried."


def run() -> None:
    """Work until TERM or Ctrl-C, then finish what runs and return."""
    asyncio.run(_run())


def run_until_idle() -> None:
    """Do what is due, and return."""
    asyncio.run(_run_until_idle())


async def _run() -> None:
    stopping = asyncio.Event()
    for stop_signal in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(stop_signal, stopping.set)
    log.info("worker.started", concurrency=settings.JOB_CONCURRENCY, is_mail_to_folder=transport.is_folder())
    chores = (_repeat(name, chore) for name, chore in jobs.chores.items())
    await _first_of([stopping.wait(), _work(), *chores])
    log.info("worker.stopped")


async def _work() -> None:
    """Run the lanes, and begin again when one ends, say because the database went away."""
    while True:
        try:
            is_paused = await _ask(pause.is_on)
            async with _app().open_async() as app:
                lanes = (_run_lane(app, lane) for lane in _lanes(is_paused))
                await _first_of([_broken(), _paused_or_resumed(is_paused), *lanes])
        except Exception as error:  # noqa: BLE001  # whatever it was, the worker's task is to begin again
            log.warning("worker.interrupted", error=type(error).__name__)
        await asyncio.sleep(_BREATH_SECONDS)


async def _broken() -> None:
    """Wait for an error that nobody caught: procrastinate could not write down the end of a job.

    That job would stay "doing" under a living worker. So the lanes begin again as another worker, and the rescue finds
    what the old one held.
    """
    broken = asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: broken.set())
    await broken.wait()
    log.warning("worker.lost_a_job")


def _lanes(is_paused: bool) -> list[jobs.Lane]:
    """A pause leaves the lane of mails alone, so that none of them loses an attempt to it."""
    return [lane for lane in jobs.LANES if not (is_paused and lane == "mail")]


async def _paused_or_resumed(is_paused: bool) -> None:
    """Wait for a pause to begin or to end: the lanes then begin again, other ones."""
    is_still = is_paused
    while is_still == is_paused:
        await asyncio.sleep(_PAUSE_LOOK_SECONDS)
        try:
            is_still = await _ask(pause.is_on)
        except Error:  # the database is away, which the lanes deal with
            continue
    log.info("worker.paused" if is_still else "worker.resumed")


async def _run_until_idle() -> None:
    is_paused = await _ask(pause.is_on)
    async with _app().open_async() as app:
        await asyncio.gather(*(_run_lane(app, lane, wait=False) for lane in _lanes(is_paused)))


def _run_lane(app: App, lane: jobs.Lane, wait: bool = True) -> Coroutine[Any, Any, None]:
    return app.run_worker_async(
        queues=[lane],
        name=lane,
        wait=wait,
        concurrency=settings.JOB_CONCURRENCY,
        listen_notify=settings.JOB_LISTEN and wait,
        fetch_job_polling_interval=1,
        delete_jobs="successful",
        install_signal_handlers=False,
        update_heartbeat_interval=settings.JOB_STALLED_SECONDS / 3,
        stalled_worker_timeout=settings.JOB_STALLED_SECONDS,
    )


def _app() -> App:
    """procrastinate with every task that the floors have registered, on asynchronous connections of its own."""
    app = DjangoApp(connector=PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4))
    for task in jobs.tasks.values():
        app.task(name=task.name, queue=task.lane, pass_context=True, retry=_Retry())(_performer(task))
    return app


def _performer(task: jobs.Task) -> Callable[..., None]:
    def perform(context: JobContext, *, org: str, id: str) -> None:  # noqa: A002  # the name that the queue keeps
        task.perform(task.job(cast(int, context.job.id), org, id, context.job.attempts))

    return perform


class _Retry(BaseRetryStrategy):
    """Again when the job has said so."""

    def get_retry_decision(self, *, exception: BaseException, **_: Any) -> RetryDecision | None:
        return RetryDecision(retry_at=exception.at) if isinstance(exception, jobs.Again) else None


@jobs.every(_RESCUE_SECONDS)
def rescue() -> None:
    """Put back the jobs of workers that have given no sign of life; give up those that have died too often."""
    with transaction.atomic():
        if not _is_only_rescue():
            return
        stalled = async_to_sync(jobs.manager.get_stalled_jobs)(
            seconds_since_heartbeat=settings.JOB_STALLED_SECONDS
        )
        for job in stalled:
            _put_back(job)


@jobs.every(3600)
def forget_failed_jobs() -> None:
    """Delete from the queue what failed long ago. Its error stays in `FailedJob`."""
    async_to_sync(jobs.manager.delete_old_jobs)(nb_hours=_KEEP_FAILED_HOURS, include_failed=True)


def _put_back(stalled: QueuedJob) -> None:
    task = jobs.tasks.get(stalled.task_name)
    log.warning("job.rescued", task=stalled.task_name, job=stalled.id, attempt=stalled.attempts)
    if task and stalled.attempts >= len(task.waits):
        # Django's connections leave JSON as text.
        told = json.loads(str(stalled.task_kwargs))
        task.give_up(task.job(cast(int, stalled.id), told["org"], told["id"], stalled.attempts), _DIED)
        async_to_sync(jobs.manager.finish_job)(stalled, Status.FAILED, delete_job=False)
    else:
        async_to_sync(jobs.manager.retry_job)(stalled)


def _is_only_rescue() -> bool:
    """Two at once would put back a job that the other's worker has begun meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_RESCUE_LOCK])
        return bool(cursor.fetchone()[0])


async def _repeat(name: str, chore: jobs.Chore) -> None:
    while True:
        try:
            await _ask(chore.run)
        except Exception as error:  # noqa: BLE001  # a chore that failed is done again
            log.warning("chore.failed", chore=name, error=type(error).__name__)
        await asyncio.sleep(chore.seconds)


async def _ask[Answer](question: Callable[[], Answer]) -> Answer:
    """What a function that uses the database says, run in a thread."""
    return await sync_to_async(_with_fresh_connections, thread_sensitive=False)(question)


def _with_fresh_connections[Answer](question: Callable[[], Answer]) -> Answer:
    close_old_connections()
    try:
        return question()
    finally:
        close_old_connections()


async def _first_of(coroutines: Iterable[Coroutine[Any, Any, Any]]) -> None:
    """Wait until one of them ends, then end the others (a lane first finishes its jobs). Raises what it raised."""
    running = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for future in running:
            future.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    for future in done:
        future.result()
