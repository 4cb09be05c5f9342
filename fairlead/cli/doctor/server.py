"""The database server: whether it keeps what it has acknowledged, and is what this program expects."""

from collections.abc import Iterator

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from fairlead.cli.doctor.rule import Rule
from fairlead.tenancy import isolation
from fairlead.tenancy.context import current_org_id


def _unlike_program() -> Iterator[str]:
    loader = MigrationLoader(connection)
    known, applied = set(loader.disk_migrations), set(loader.applied_migrations)
    yield from (f"{app}.{name} is missing" for app, name in sorted(known - applied))
    yield from (f"{app}.{name} is of a newer Fairlead" for app, name in sorted(applied - known))


def _read_everything() -> Iterator[str]:
    """A page that is damaged ends the question with an error, which is the finding."""
    with connection.cursor() as cursor:
        for model in isolation.owned_models():
            cursor.execute(
                f'SELECT count(row::text) FROM "{model._meta.db_table}" AS row WHERE org_id = %s',
                [current_org_id()],
            )
    return iter(())


RULES = (
    Rule(
        name="server.settings",
        means="The server keeps what it has acknowledged when the power fails: fsync, full_page_writes and "
        "synchronous_commit are on, damaged pages are no matter of indifference to it.",
        do="Set it back in postgresql.conf, or by ALTER SYSTEM, DATABASE or ROLE … RESET, and start the server again.",
        scope="database",
        query="""
            SELECT format('%%s is %%s', name, setting) FROM pg_settings
            WHERE (name, setting) IN (('fsync', 'off'), ('full_page_writes', 'off'), ('synchronous_commit', 'off'),
                ('zero_damaged_pages', 'on'), ('ignore_checksum_failure', 'on'))""",
    ),
    Rule(
        name="server.checksums",
        means="Every page of the database bears a checksum, and none was found wrong.",
        do="Checksums: stop the server, run `pg_checksums --enable`. A wrong one: the disk fails; restore the latest "
        "backup on another.",
        scope="database",
        query="""
            SELECT 'data_checksums is off' WHERE current_setting('data_checksums') = 'off'
            UNION ALL
            SELECT format('%%s pages were damaged, last at %%s', checksum_failures, checksum_last_failure)
            FROM pg_stat_database
            WHERE checksum_failures > 0 AND coalesce(datname, current_database()) = current_database()""",
    ),
    Rule(
        name="server.readable",
        means="Every row of every table of the organization can be read, whole.",
        do="The disk fails: stop the server, copy the data folder, and restore the latest backup on another disk.",
        query=_read_everything,
    ),
    Rule(
        name="server.migrations",
        means="The database has every migration of this program, and none of a newer one.",
        do="Run `fairlead migrate`; where the database is newer, run the newer Fairlead.",
        scope="database",
        query=_unlike_program,
    ),
)
