"""Real worker processes on the tests' own database, to be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.db import connections

# Less than an installation's 30, for tests that wait for it.
STALLED_SECONDS = 3
LONGEST_SECONDS = 40
_PROGRAM = "import django; django.setup(); {more}from fairlead.messaging import worker; worker.run()"


def start(
    smtp_url: str, log: IO[str] | None = None, module: str = "", **changes: str
) -> subprocess.Popen[bytes]:
    """A worker that sends to this server. `module` is imported first, for the tasks that it registers."""
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM.format(more=f"import {module}; " if module else "")],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "fairlead.settings",
            "DATABASE_URL": address("owner"),
            "DATABASE_APP_URL": address("default"),
            "FAIRLEAD_SECRET_KEY": "a key for a worker that signs nothing",
            "FAIRLEAD_SMTP_URL": smtp_url,
            "FAIRLEAD_JOB_STALLED_SECONDS": str(STALLED_SECONDS),
            **changes,
        },
        stderr=log,
    )


@contextmanager
def working(smtp_url: str, **changes: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that is gone afterwards, whatever happens."""
    process = start(smtp_url, None, "", **changes)
    try:
        yield process
    finally:
        kill(process)


def stop(process: subprocess.Popen[bytes]) -> int:
    """Tell it to end; its exit code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(LONGEST_SECONDS)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill it in mid-sentence."""
    process.kill()
    process.wait()


def address(alias: str) -> str:
    """The database of the tests as one of Django's two logins."""
    place = connections[alias].settings_dict
    parts = {name: place[name.upper()] for name in ("user", "password", "host", "port")} | {
        "dbname": place["NAME"]
    }
    return " ".join(f"{name}='{value}'" for name, value in parts.items() if value)
