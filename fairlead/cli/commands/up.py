"""Everything in one: database, migrations, demo on the first start, web and jobs, in the foreground."""

import argparse
import json
import os
import signal
from pathlib import Path

from fairlead.cli import data_folder, embedded, external, migrations, processes, readiness
from fairlead.cli.data_folder import DataFolder
from fairlead.cli.progress import say, step
from fairlead.cli.supervisor import Stopped, Supervisor, command, ignore_signals, obey_signals
from fairlead.cli.trouble import Trouble
from fairlead.foundation import config
from fairlead.foundation.config import LOCAL_HOSTS, Config

HELP = "start everything and stay in the foreground"
DETAILS = """
Starts PostgreSQL in the data folder (unless DATABASE_URL is set), brings the database to this version, makes the demo
on the first start, and serves until Ctrl-C. On an address that others reach, every host name is answered unless
FAIRLEAD_ALLOWED_HOSTS names the right ones.
"""
EXAMPLES = """
  fairlead up
  fairlead up --port 8080 --data /srv/fairlead --no-demo
  DATABASE_URL=postgresql://owner:secret@db/crm fairlead up --host 0.0.0.0
"""
DEMO_ADMIN = "admin@halden.example"
DEMO_MADE_FILE = "demo_made"
DEMO_PASSWORD_FILE = "demo_password"  # noqa: S105 - where it is, not what it is


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
    parser.add_argument("--no-demo", action="store_true", help="start with an empty product")


def run(arguments: argparse.Namespace) -> None:
    readiness.require_port(arguments.port)
    obey_signals()
    processes.die_with_uv()
    supervisor = Supervisor()
    try:
        data = data_folder.claim(config.load().data)
        readiness.await_port(arguments.host, arguments.port)
        say(f"Fairlead keeps its data in {data.path}")
        _begin(arguments, data, supervisor)
        supervisor.watch()
    except Stopped:
        say("Fairlead ends.")
    finally:
        ignore_signals()
        supervisor.stop()


def _begin(arguments: argparse.Namespace, data: DataFolder, supervisor: Supervisor) -> None:
    url = readiness.address(arguments.host, arguments.port)
    settings = _settle(arguments.host, url, data)
    _start_database(settings, data, supervisor)
    with step("Bringing the database up to date"):
        migrations.migrate()
    with step("Starting web and jobs"):
        _start_services(arguments, settings, data, supervisor)
        readiness.await_ready(url, supervisor.require_alive)
    demo_password = None if arguments.no_demo else _ensure_demo(data)
    (data.path / "address").write_text(f"{url}\n")
    if not settings.smtp_url.get_secret_value():
        say(f"  Without FAIRLEAD_SMTP_URL, mails are written to {_mail_folder()}")
    if reason := _pause():
        say(f"  Mails are held back ({reason}) until `fairlead resume`")
    say(f"Fairlead is ready: {url}/")
    if demo_password:
        say(f"Sign in to the demo as {DEMO_ADMIN} with the password {demo_password}")


def _settle(host: str, url: str, data: DataFolder) -> Config:
    """What this start decides for itself and its children, as variables, so that all read the same."""
    os.environ["FAIRLEAD_DATA"] = str(data.path)
    os.environ.setdefault("FAIRLEAD_PUBLIC_URL", url)
    if host not in LOCAL_HOSTS:
        os.environ.setdefault("FAIRLEAD_ALLOWED_HOSTS", json.dumps(["*"]))
    if not config.load().secret_key.get_secret_value():
        data.secret("secret_key")
    config.load.cache_clear()
    return config.load()


def _start_database(settings: Config, data: DataFolder, supervisor: Supervisor) -> None:
    if settings.is_embedded:
        with step("Starting PostgreSQL"):
            supervisor.start_database(lambda: embedded.start(data))
        if elsewhere := embedded.is_elsewhere(data):
            say(f"  The database itself is in {elsewhere}: its user cannot enter {data.path}.")
    else:
        with step("Asking the database"):
            external.prepare(settings)


def _start_services(
    arguments: argparse.Namespace, settings: Config, data: DataFolder, supervisor: Supervisor
) -> None:
    environment = _service_environment(settings)
    place = ["--host", arguments.host, "--port", str(arguments.port)]
    supervisor.start("web", lambda: command(data.log("web"), environment, "serve", *place))
    # Orphaned, a job could only wait for the database in vain; the next start's worker does it again.
    supervisor.start(
        "job", lambda: command(data.log("worker"), environment, "worker", if_orphaned=signal.SIGKILL)
    )


def _service_environment(settings: Config) -> dict[str, str]:
    """What serves and works never learns the owner's password."""
    environment = dict(os.environ)
    if not settings.is_embedded:
        environment["DATABASE_APP_URL"] = settings.database_address("app")
        environment.pop("DATABASE_URL", None)
    return environment


def _ensure_demo(data: DataFolder) -> str | None:
    """Make the demo on the first start, and return its password where there is one.

    Never in a database that holds somebody's work, and only once: what people have done with it since is theirs.
    """
    made = data.path / DEMO_MADE_FILE
    is_interrupted = (data.path / DEMO_PASSWORD_FILE).exists()
    if not made.exists() and (is_interrupted or _is_empty()):
        _make_demo(data)
        made.touch()
    return data.secret(DEMO_PASSWORD_FILE) if made.exists() else None


def _is_empty() -> bool:
    from django.db import connections

    from fairlead.tenancy.models import Organization

    try:
        return not Organization.objects.exists()
    finally:
        connections.close_all()


def _mail_folder() -> Path:
    from fairlead.messaging import transport

    return transport.make_folder()


def _pause() -> str:
    from django.db import connections

    from fairlead.messaging import pause

    try:
        return pause.reason()
    finally:
        connections.close_all()


def _make_demo(data: DataFolder) -> None:
    log = data.log("demo")
    with step("Making the demo"):
        if command(log, os.environ, "demo", "--quiet").wait() != 0:
            raise Trouble(f"The demo could not be made: {log.name} says why. --no-demo starts without it.")
