"""What a load balancer asks: is this process alive, and can it serve."""

from collections.abc import Callable
from functools import cache

import structlog
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse

from fairlead.messaging import pause

log = structlog.get_logger(__name__)

# A worker reports every 10 seconds.
WORKER_SILENT_AFTER_SECONDS = 30


def alive(_request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all; it asks nobody else."""
    return JsonResponse({"status": "alive"})


def ready(_request: HttpRequest) -> JsonResponse:
    """200 while requests can be served, 503 otherwise, with the state of each part.

    A missing worker is told, but is no reason to stop serving: its jobs wait. Mails that somebody holds back are told
    too, and are no trouble at all.
    """
    parts = {name: _state(check) for name, check in CHECKS.items()}
    can_serve = parts["database"] == parts["migrations"] == "ok"
    is_whole = set(parts.values()) <= {"ok", "paused"}
    status = "ready" if is_whole else "degraded" if can_serve else "unavailable"
    return JsonResponse({"status": status, "parts": parts}, status=200 if can_serve else 503)


def _state(check: Callable[[], str]) -> str:
    try:
        return check()
    except Error as error:
        log.warning("health.failed", check=check.__name__, error=type(error).__name__)
        return "unavailable"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    applied = set(MigrationRecorder(connection).applied_migrations())
    return "ok" if _known_migrations() <= applied else "pending"


def _jobs() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [WORKER_SILENT_AFTER_SECONDS],
        )
        workers = cursor.fetchone()[0]
    return "ok" if workers else "no worker"


def _sending() -> str:
    return "paused" if pause.is_on() else "ok"


@cache
def _known_migrations() -> set[tuple[str, str]]:
    return set(MigrationLoader(None).disk_migrations)


CHECKS = {"database": _database, "migrations": _migrations, "jobs": _jobs, "sending": _sending}
