"""The web server: granian with several processes, threads in each."""

import argparse
import gc
import resource

from fairlead.cli import django_setup, readiness
from fairlead.foundation import logs

HELP = "serve the API (the database must be there; see `up` for all in one)"
DETAILS = "Serves in the foreground, in FAIRLEAD_WEB_WORKERS processes of FAIRLEAD_WEB_THREADS threads each."
EXAMPLES = """
  fairlead serve --port 8080
  DATABASE_APP_URL=postgresql://app:secret@db/crm fairlead serve --host 0.0.0.0
"""
# Longer than almost any request; with the database, whose end comes after ours, within the 10 s that containers give.
KILL_SECONDS = 6
RESPAWN_SECONDS = 0.5
# Connections that are open at once, over all processes: those that dawdle cost little, but fill what there is.
CONNECTIONS = 4096


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")


def run(arguments: argparse.Namespace) -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    readiness.require_port(arguments.port)
    settings = django_setup.require_installation()
    _allow_open_files(CONNECTIONS)
    _load()
    Server(
        "fairlead.wsgi:application",
        address=arguments.host,
        port=arguments.port,
        interface=Interfaces.WSGI,
        workers=settings.web_workers,
        blocking_threads=settings.web_threads,
        backlog=CONNECTIONS,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_SECONDS,
        workers_kill_timeout=KILL_SECONDS,
        log_level=LogLevels(settings.log_level.lower()),
        log_dictconfig=logs.standard_library(settings.log_level),
    ).serve()


def _load() -> None:
    """The whole product, once: the web processes are forked from this one, and share what they do not change."""
    django_setup.load_views()
    gc.collect()
    gc.freeze()


def _allow_open_files(count: int) -> None:
    """Each connection is one: many systems let a process have 1,024 unless it asks for more."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * count if most == resource.RLIM_INFINITY else min(2 * count, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
