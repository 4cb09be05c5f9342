"""A database with the two roles that Fairlead knows: the owner migrates, the app serves and cannot pass the wall."""

from contextlib import suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.errors import DuplicateObject, UniqueViolation

from fairlead.cli.trouble import Trouble

OWNER = "fl_owner"
APP = "fl_app"
NAME = "fairlead"
OLDEST_SERVER = 15


@dataclass(frozen=True)
class Passwords:
    """The passwords of the two roles."""

    owner: str
    app: str


def ensure_roles(address: str, passwords: Passwords) -> None:
    """Make both roles, or bring them in line. `address` is a superuser's."""
    with psycopg.connect(address, autocommit=True) as connection:
        ensure_role(connection, OWNER, passwords.owner)
        ensure_role(connection, APP, passwords.app)


def ensure_role(connection: psycopg.Connection, role: str, password: str) -> None:
    """Make a login role, which as such cannot pass row-level security, or give it back its password."""
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        with suppress(DuplicateObject, UniqueViolation):  # two do it at once
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
    # Hashed here, so that no log of the server can hold it.
    scram = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.execute(
        sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(scram))
    )


def require_fit(address: str) -> None:
    """Raise Trouble unless the server is recent enough and the role of `address` is one that the wall holds back."""
    with psycopg.connect(address, autocommit=True) as connection:
        if connection.info.server_version < OLDEST_SERVER * 10_000:
            raise Trouble(f"The database server is older than PostgreSQL {OLDEST_SERVER}: use 15 to 18.")
        row = connection.execute(
            "SELECT current_user, rolsuper OR rolbypassrls OR pg_has_role(rolname, datdba, 'MEMBER')"
            " FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()"
        ).fetchone()
    if row and row[1]:
        raise Trouble(
            f"The role {row[0]} would see the rows of every organization, being a superuser, the database's owner or"
            " exempt from row-level security: set DATABASE_APP_URL to a plain role."
        )


def ensure_database(address: str, name: str = NAME, template: str = "template0") -> None:
    """Make the owner's database if it is missing; nobody but our two roles may enter it."""
    with psycopg.connect(address, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        names = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
        roles = {"owner": sql.Identifier(OWNER), "app": sql.Identifier(APP)}
        for statement in (
            "CREATE DATABASE {name} OWNER {owner} TEMPLATE {template} ENCODING 'UTF8'",
            "REVOKE ALL ON DATABASE {name} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {name} TO {app}",
        ):
            connection.execute(sql.SQL(statement).format(**names, **roles))


def drop_database(address: str, name: str) -> None:
    """Drop a database whoever is still in it."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
