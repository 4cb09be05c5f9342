"""Damage that only a superuser can do, for tests of those who look for it; nothing of it stays."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection, transaction
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from fairlead.cli import databases
from tests import database


@contextmanager
def another_database(copied_from: str = "") -> Iterator[str]:
    """A database that nobody else uses, fresh or a copy of another's files, which Django uses meanwhile; its name."""
    mine = dict(database.in_use)
    name = f"fairlead_{secrets.token_hex(6)}"
    _create(mine["superuser"], name, copied_from or mine["template"])
    database.use(mine | {"NAME": name})
    try:
        yield name
    finally:
        database.use(mine)
        databases.drop_database(mine["superuser"], name)


@contextmanager
def damaged(*statements: str) -> Iterator[None]:
    """What a superuser has done past triggers, keys and row-level security, as the app role then sees it.

    All in one transaction, which is rolled back.
    """
    login = conninfo_to_dict(database.in_use["superuser"])
    place = connection.settings_dict
    before = {name: place[name] for name in ("USER", "PASSWORD")}
    connection.close()
    place.update(USER=login["user"], PASSWORD=login.get("password") or "")
    try:
        with transaction.atomic():
            _execute("SET LOCAL session_replication_role = replica", *statements)
            _execute("SET LOCAL session_replication_role = origin", f"SET LOCAL ROLE {databases.APP}")
            yield
            transaction.set_rollback(True)
    finally:
        connection.close()
        place.update(before)


def _create(superuser: str, name: str, template: str) -> None:
    names = {"name": sql.Identifier(name), "owner": sql.Identifier(databases.OWNER)}
    statement = sql.SQL("CREATE DATABASE {name} OWNER {owner} TEMPLATE {template} STRATEGY file_copy")
    with psycopg.connect(superuser, autocommit=True) as session:
        session.execute(statement.format(**names, template=sql.Identifier(template)))


def _execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
