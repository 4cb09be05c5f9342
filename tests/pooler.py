"""PgBouncer before the tests' own database, set as docs/operating.md says, in transaction mode.

Debian's package `pgbouncer` brings the program; where it is missing, the tests that need it are skipped.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from fairlead.cli import databases, processes, server_user
from tests import database
from tests.installation import free_port, wait_for

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
needs_pooler = pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed")
# Connections to the server that all clients share.
SHARED = 4
_SETTINGS = """[databases]
{name} = host={host} port={port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {shared}
max_client_conn = 500
ignore_startup_parameters = options
"""
# What `options` would have said, which the pooler drops.
_LIMITS = {
    "statement_timeout": "15s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "30s",
}


@contextmanager
def pooled() -> Iterator[None]:
    """The app role reaches its database through a pooler meanwhile, in every thread of this process."""
    direct = dict(database.in_use)
    with _limited(direct), _running(direct) as port:
        database.use(direct | {"HOST": "127.0.0.1", "PORT": str(port)})
        try:
            yield
        finally:
            database.use(direct)


@contextmanager
def _running(place: database.Address) -> Iterator[int]:
    folder = Path(tempfile.mkdtemp(prefix="fairlead-test-pooler-"))
    port = free_port()
    settings = _SETTINGS.format(
        name=place["NAME"],
        host=place["HOST"] or "127.0.0.1",
        port=place["PORT"] or 5432,
        own_port=port,
        folder=folder,
        shared=SHARED,
    )
    (folder / "pgbouncer.ini").write_text(settings)
    (folder / "users").write_text(
        f'"{databases.APP}" "{place["app"]}"\n"{databases.OWNER}" "{place["owner"]}"\n'
    )
    user = server_user.needed_for(folder)
    if user:  # PgBouncer does not run as root
        server_user.give(folder, user.runs)
    assert PROGRAM
    with (folder / "log").open("ab") as log:
        process = processes.spawn(
            [PROGRAM, folder / "pgbouncer.ini"],
            log=log,
            environment={"PATH": os.defpath},
            user=user.runs if user else None,
        )
    try:
        wait_for(lambda: _answers(place, port), 20, (folder / "log").read_text)
        yield port
    finally:
        processes.stop(process, signal.SIGINT, 5, signal.SIGKILL)
        shutil.rmtree(folder)


@contextmanager
def _limited(place: database.Address) -> Iterator[None]:
    """The role has its limits in this database, as the page asks for."""
    with psycopg.connect(place["superuser"], autocommit=True) as session:
        where = f'ALTER ROLE {databases.APP} IN DATABASE "{place["NAME"]}"'
        for name, value in _LIMITS.items():
            session.execute(f"{where} SET {name} = '{value}'".encode())
        try:
            yield
        finally:
            session.execute(f"{where} RESET ALL".encode())


def _answers(place: database.Address, port: int) -> bool:
    try:
        psycopg.connect(
            host="127.0.0.1", port=port, user=databases.APP, password=place["app"], dbname=place["NAME"]
        ).close()
    except psycopg.OperationalError:
        return False
    return True
