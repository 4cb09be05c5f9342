"""Everything of an installation in one file."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg

from fairlead.cli import archive, data_folder, django_setup, embedded
from fairlead.cli.progress import say, step
from fairlead.cli.trouble import Trouble
from fairlead.foundation import clock, config
from fairlead.foundation.config import Config

HELP = "write everything into one file: database, stored files, the key that signs"
DETAILS = """
Works beside a running server, and on one that is stopped. The file shows one moment of the database; it is as secret
as the data folder, so only you can read it. It takes its name when it is whole, in the place of an older one.
"""
EXAMPLES = """
  fairlead backup /backups/fairlead.tar
  DATABASE_URL=postgresql://owner:secret@db/crm fairlead backup fairlead.tar
"""
KEY = "secret_key"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the file to write")


def run(arguments: argparse.Namespace) -> None:
    settings = config.load()
    _require_owner(settings)
    with _database(settings):
        django_setup.load_running()
        with archive.written(arguments.file.absolute()) as backup:
            _write(backup, settings)
    say(f"Written: {arguments.file} ({arguments.file.stat().st_size / 1e6:.1f} MB)")


def _require_owner(settings: Config) -> None:
    if settings.database_address("owner"):
        return
    if settings.is_embedded:
        raise Trouble(f"There is no Fairlead in {settings.data}: name its --data.")
    raise Trouble(
        "DATABASE_APP_URL is set, but not DATABASE_URL: only the role that migrates can read it all."
    )


@contextmanager
def _database(settings: Config) -> Iterator[None]:
    """The database: the one that runs, or the embedded one, started for as long as this takes."""
    if not settings.is_embedded or _answers(settings):
        yield
        return
    data = data_folder.claim(settings.data)
    server = embedded.start(data)
    try:
        yield
    finally:
        server.stop()
        data.lock.close()


def _answers(settings: Config) -> bool:
    try:
        psycopg.connect(settings.database_address("owner"), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _write(backup: archive.Writer, settings: Config) -> None:
    from fairlead.cli import file_copy, table_copy

    # Files before rows: what a row of the snapshot names was written before it, and is removed after it. Then those
    # that came meanwhile.
    with step("Copying the files"):
        count = file_copy.add_new(backup)
    with step("Copying the database"), table_copy.snapshot() as cursor:
        made_at = clock.now().isoformat()
        tables = [_add(backup, cursor, table) for table in table_copy.tables(cursor)]
        rest = {"migrations": table_copy.migrations(cursor), "sequences": table_copy.sequences(cursor)}
    with step("Copying what has come meanwhile"):
        count += file_copy.add_new(backup)
    if not settings.secret_key.get_secret_value():
        backup.add_bytes(KEY, settings.signing_key().encode())
    backup.finish(
        {"version": version("fairlead"), "made_at": made_at, "files": count, "tables": tables, **rest}
    )


def _add(backup: archive.Writer, cursor: Any, table: Any) -> dict[str, Any]:
    from fairlead.cli import table_copy

    with table_copy.packed(cursor, table) as (content, size, counted):
        backup.add(table.member, content, size)
    described: dict[str, Any] = counted.described()
    return described
