"""A database that is given by DATABASE_URL, and perhaps DATABASE_APP_URL."""

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from fairlead.cli import databases
from fairlead.cli.trouble import Trouble
from fairlead.foundation.config import Config


def prepare(config: Config) -> None:
    """See that both roles can enter, making the app role where it is not given. Raises Trouble."""
    owner = config.database_url.get_secret_value()
    if not owner:
        raise Trouble("DATABASE_APP_URL is set, but not DATABASE_URL: `up` needs the role that migrates.")
    _enter(owner, "DATABASE_URL")
    app = config.database_address("app")
    if not app:
        raise Trouble("DATABASE_URL has no password to derive an app role from: set DATABASE_APP_URL.")
    if config.database_app_url.get_secret_value():
        _enter(app, "DATABASE_APP_URL")
    elif not _can_enter(app):
        _make_role(owner, app)
    databases.require_fit(app)


def _make_role(owner: str, app: str) -> None:
    parts = conninfo_to_dict(app)
    role, database = str(parts["user"]), str(parts.get("dbname") or "")
    try:
        with psycopg.connect(owner, autocommit=True) as connection:
            databases.ensure_role(connection, role, str(parts["password"]))
            connection.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                    sql.Identifier(database), sql.Identifier(role)
                )
            )
    except psycopg.errors.InsufficientPrivilege:
        raise Trouble(
            "The role of DATABASE_URL may not make the role that serves. As a superuser run:"
            f" CREATE ROLE {role} LOGIN PASSWORD '…'; then set DATABASE_APP_URL to the same database as {role}."
        ) from None


def _enter(address: str, variable: str) -> None:
    try:
        psycopg.connect(address, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise Trouble(f"The database of {variable} does not let us in: {reason}") from None


def _can_enter(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
