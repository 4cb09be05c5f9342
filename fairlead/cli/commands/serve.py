"""The web server: granian with several processes, threads in each."""

import argparse

from fairlead.foundation import config

HELP = "serve the API (the database must be there; see `up` for all in one)"
DETAILS = "Serves in the foreground, in FAIRLEAD_WEB_WORKERS processes of FAIRLEAD_WEB_THREADS threads each."
EXAMPLES = """
  fairlead serve --port 8080
  DATABASE_APP_URL=postgresql://app:secret@db/crm fairlead serve --host 0.0.0.0
"""
KILL_SECONDS = 2
RESPAWN_SECONDS = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")


def run(arguments: argparse.Namespace) -> None:
    from granian.constants import Interfaces
    from granian.server import Server

    settings = config.load()
    Server(
        "fairlead.wsgi:application",
        address=arguments.host,
        port=arguments.port,
        interface=Interfaces.WSGI,
        workers=settings.web_workers,
        blocking_threads=settings.web_threads,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_SECONDS,
        workers_kill_timeout=KILL_SECONDS,
    ).serve()
