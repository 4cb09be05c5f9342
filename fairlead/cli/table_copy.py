"""Every table's rows as PostgreSQL's own text, taken in one snapshot, and put back into an empty database.

It runs as the owner, from and to any PostgreSQL that Fairlead knows, and needs no program of PostgreSQL's: the tables
themselves, the wall and the guards are always made by the migrations. Row-level security holds back the owner too, so
the rows are fetched organization by organization.
"""

import gzip
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from graphlib import TopologicalSorter
from typing import IO, Any

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from fairlead.cli.trouble import Trouble

# What the migrations write, and counters of the last minutes.
LEFT_OUT = ("django_migrations", "tenancy_ratebucket")
FIRST_TABLE = "tenancy_organization"
_IN_MEMORY = 8 * 1024**2
_CHUNK = 256 * 1024
# The text of a value hangs on these.
_SPELLING = ("DateStyle = 'ISO, YMD'", "IntervalStyle = 'postgres'", "extra_float_digits = 3")
_TABLES = """
    SELECT c.relname, c.relrowsecurity, (
        SELECT array_agg(attname ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '')
    FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> ALL (%s)
    ORDER BY c.relname"""
_REFERENCES = """
    SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
    WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> confrelid"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: whether each row belongs to an organization, the columns in the order copied, how many rows."""

    name: str
    is_walled: bool
    columns: list[str]
    rows: int = 0

    @property
    def member(self) -> str:
        """Where it lies in a backup."""
        return f"database/{self.name}.copy.gz"

    def described(self) -> dict[str, Any]:
        """For a manifest."""
        return asdict(self)


@contextmanager
def snapshot() -> Iterator[CursorWrapper]:
    """A transaction as the owner that sees the database as it is now, and only reads."""
    connection = connections["owner"]
    with transaction.atomic(using="owner"), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        _spell_plainly(cursor)
        cursor.execute("SELECT 1")
        yield cursor


def tables(cursor: CursorWrapper) -> list[Table]:
    """The tables to copy."""
    cursor.execute(_TABLES, [list(LEFT_OUT)])
    return [Table(name, is_walled, columns) for name, is_walled, columns in cursor.fetchall()]


def migrations(cursor: CursorWrapper) -> list[str]:
    """The names of the migrations that the database has, sorted."""
    cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
    return [name for (name,) in cursor.fetchall()]


def sequences(cursor: CursorWrapper) -> dict[str, int]:
    """How far each sequence has come, so that no number is given twice."""
    cursor.execute(
        "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
    )
    return dict(cursor.fetchall())


@contextmanager
def packed(cursor: CursorWrapper, table: Table) -> Iterator[tuple[IO[bytes], int, Table]]:
    """The table's rows, gzipped: a file that stands at its beginning, its size, and the table with its count."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0) as packing:
            rows = sum([_copy_out(cursor, table, org_id, packing) for org_id in _parts(cursor, table)])
        size = file.tell()
        file.seek(0)
        yield file, size, Table(table.name, table.is_walled, table.columns, rows)


def require_empty() -> None:
    """Raise Trouble where the database holds anything of Fairlead's already."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [FIRST_TABLE])
        if cursor.fetchone()[0] is None:
            return
        cursor.execute(f"SELECT EXISTS (SELECT FROM {FIRST_TABLE}) OR EXISTS (SELECT FROM tenancy_user)")
        if cursor.fetchone()[0]:
            raise Trouble("The database holds organizations already: restore into an empty one.")


def load(kept: list[Table], numbers: dict[str, int], read: Callable[[Table], IO[bytes]]) -> None:
    """Put the rows into a migrated, empty database, within the caller's transaction of the owner.

    The guards of what may change look away meanwhile, and the wall lets the owner through; every foreign key, unique
    and check is asked as always. Raises Trouble where the count of rows is not the one given.
    """
    with connections["owner"].cursor() as cursor:
        _spell_plainly(cursor)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        ordered = _by_reference(cursor, kept)
        for table in ordered:
            _open_up(cursor, table)
        for table in ordered:
            _copy_in(cursor, table, read)
        for table in ordered:
            _close_again(cursor, table)
        for name, value in numbers.items():
            cursor.execute("SELECT setval(%s::regclass, %s)", [name, value])


def _spell_plainly(cursor: CursorWrapper) -> None:
    for setting in (*_SPELLING, "statement_timeout = 0", "idle_in_transaction_session_timeout = 0"):
        cursor.execute(f"SET LOCAL {setting}")


def _parts(cursor: CursorWrapper, table: Table) -> list[str]:
    """The organizations whose rows are fetched in turn; a single nobody where they are fetched at once."""
    if not table.is_walled:
        return [""]
    cursor.execute(f"SELECT id::text FROM {FIRST_TABLE} ORDER BY id")
    return [org_id for (org_id,) in cursor.fetchall()]


def _copy_out(cursor: CursorWrapper, table: Table, org_id: str, file: gzip.GzipFile) -> int:
    where, values = "", []
    if org_id:
        cursor.execute("SELECT set_config('app.org_id', %s, true)", [org_id])
        where, values = "WHERE org_id = %s", [org_id]
    query = f'SELECT {_columns(table)} FROM "{table.name}" {where}'
    with cursor.copy(f"COPY ({query}) TO STDOUT", values) as copy:
        for chunk in copy:
            file.write(chunk)
    return int(cursor.rowcount)


def _copy_in(cursor: CursorWrapper, table: Table, read: Callable[[Table], IO[bytes]]) -> None:
    with (
        gzip.open(read(table)) as content,
        cursor.copy(f'COPY "{table.name}" ({_columns(table)}) FROM STDIN') as copy,
    ):
        while chunk := content.read(_CHUNK):
            copy.write(chunk)
    if cursor.rowcount != table.rows:
        raise Trouble(f"{table.name} has {cursor.rowcount} rows, and should have {table.rows}.")


def _columns(table: Table) -> str:
    return ", ".join(f'"{column}"' for column in table.columns)


def _open_up(cursor: CursorWrapper, table: Table) -> None:
    cursor.execute(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER')
    if table.is_walled:
        cursor.execute(f'ALTER TABLE "{table.name}" NO FORCE ROW LEVEL SECURITY')


def _close_again(cursor: CursorWrapper, table: Table) -> None:
    cursor.execute(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER')
    if table.is_walled:
        cursor.execute(f'ALTER TABLE "{table.name}" FORCE ROW LEVEL SECURITY')
    cursor.execute(f'ANALYZE "{table.name}"')


def _by_reference(cursor: CursorWrapper, kept: list[Table]) -> list[Table]:
    """What is referred to comes before what refers to it."""
    order: TopologicalSorter[str] = TopologicalSorter({table.name: () for table in kept})
    cursor.execute(_REFERENCES)
    for referring, referred in cursor.fetchall():
        order.add(referring, referred)
    by_name = {table.name: table for table in kept}
    return [by_name[name] for name in order.static_order() if name in by_name]
