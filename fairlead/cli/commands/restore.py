"""An installation made of a backup."""

import argparse
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg

from fairlead.cli import archive, data_folder, embedded, external, migrations, supervisor
from fairlead.cli.commands.backup import KEY
from fairlead.cli.data_folder import DataFolder
from fairlead.cli.progress import say, step
from fairlead.cli.supervisor import Stopped
from fairlead.cli.trouble import Trouble
from fairlead.foundation import config
from fairlead.foundation.config import Config

HELP = "make an installation of a backup, in an empty data folder or an empty database"
DETAILS = """
Looks at every byte of the backup first, and restores all of it or nothing. Take the version of Fairlead that wrote it;
a newer one then brings it up to date. Mails are held back afterwards until `fairlead resume`: what is queued in the
backup may have been sent since.
"""
EXAMPLES = """
  fairlead restore /backups/fairlead.tar --data /srv/fairlead
  DATABASE_URL=postgresql://owner:secret@db/crm fairlead restore fairlead.tar
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the backup")


def run(arguments: argparse.Namespace) -> None:
    supervisor.obey_signals()
    try:
        made_at = _restore(arguments.file, config.load())
    except Stopped:
        raise Trouble("Stopped. Nothing was restored.") from None
    say(f"Restored as it was at {made_at}. Mails are held back until `fairlead resume`.")


def _restore(file: Path, settings: Config) -> str:
    with ExitStack() as stack:
        with step("Looking at every byte of the backup"):
            backup = stack.enter_context(archive.opened(file))
        data = stack.enter_context(_empty_folder(settings.data))
        _keep_key(backup, data, settings)
        with step("Making the database"):
            stack.enter_context(_database(settings, data))
            _make_tables(backup)
        with step("Restoring files and rows"):
            _fill(backup)
        return str(backup.manifest["made_at"])


@contextmanager
def _empty_folder(path: Path) -> Iterator[DataFolder]:
    """Hold an empty data folder, which is empty again if what is done in here fails."""
    was_there = path.exists()
    data = data_folder.claim(path)
    if strangers := sorted(entry.name for entry in path.iterdir() if entry.name != "lock"):
        data.lock.close()
        raise Trouble(f"{path} is not empty (it has {strangers[0]}): restore into another --data.")
    try:
        yield data
    except BaseException:
        _empty(data)
        if not was_there:
            path.rmdir()
        raise
    finally:
        data.lock.close()


def _empty(data: DataFolder) -> None:
    with suppress(Trouble):
        if elsewhere := embedded.is_elsewhere(data):
            shutil.rmtree(elsewhere, ignore_errors=True)
    for entry in data.path.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


@contextmanager
def _database(settings: Config, data: DataFolder) -> Iterator[None]:
    if not settings.is_embedded:
        external.prepare(settings)
        yield
        return
    server = embedded.start(data)
    try:
        yield
    finally:
        server.stop()


def _keep_key(backup: archive.Reader, data: DataFolder, settings: Config) -> None:
    """The key of the environment comes before the one of the data folder, so it has to be the same."""
    given = settings.secret_key.get_secret_value()
    kept = backup.read(KEY).decode() if KEY in backup.manifest["members"] else ""
    if kept:
        data_folder.write_secret(data.path / KEY, f"{kept}\n")
    if kept and given and kept != given:
        raise Trouble(
            "FAIRLEAD_SECRET_KEY is not the backup's key, so that nobody's token would be good: unset it."
        )
    if not kept and not given:
        raise Trouble(
            "The backup holds no key, since FAIRLEAD_SECRET_KEY was set where it was made: set it to the same."
        )


def _make_tables(backup: archive.Reader) -> None:
    import django

    django.setup()
    from fairlead.cli import file_copy, table_copy

    known = migrations.known()
    if set(known) != set(backup.manifest["migrations"]):
        raise Trouble(
            f"The backup was written by Fairlead {backup.manifest['version']}, whose database is another:"
            " restore it with that version, then start the newer one, which brings it up to date."
        )
    table_copy.require_empty()
    file_copy.require_empty()
    migrations.migrate()


def _fill(backup: archive.Reader) -> None:
    from django.db import DatabaseError, connections, transaction

    from fairlead.cli import file_copy, table_copy
    from fairlead.messaging import pause

    kept = [table_copy.Table(**table) for table in backup.manifest["tables"]]
    try:
        with file_copy.restored(backup), transaction.atomic(using="owner"):
            table_copy.load(kept, backup.manifest["sequences"], lambda table: backup.open(table.member))
            pause.begin("restored from a backup", using="owner")
    except (DatabaseError, psycopg.Error) as error:  # a copy's comes as psycopg raised it
        reason = str(error).splitlines()[0]
        raise Trouble(f"The database refuses the backup's rows ({reason}). Nothing was restored.") from None
    finally:
        connections.close_all()
