"""The embedded database of a data folder: one server, our two roles, one database.

`database.json` keeps the passwords and, for everybody else, the URL of each role; `foundation.config` reads it.
"""

import json
import secrets
from pathlib import Path

from fairlead.cli import databases, postgres
from fairlead.cli.data_folder import DataFolder, write_secret
from fairlead.cli.databases import Passwords
from fairlead.cli.postgres import Server
from fairlead.cli.trouble import Trouble

FILE = "database.json"


def start(data: DataFolder) -> Server:
    """Start the server and bring its roles and database in line. Raises Trouble."""
    file = data.path / FILE
    kept = _read(file) or _begin(data.path, file)
    server = postgres.start(
        Path(kept["home"] or data.path / "postgres"), kept["superuser_password"], data.log("postgres")
    )
    try:
        _bring_in_line(server, kept, file)
    except BaseException:
        server.stop()
        raise
    return server


def is_elsewhere(data: DataFolder) -> str:
    """The folder of the cluster where it is not in the data folder; empty where it is."""
    return (_read(data.path / FILE) or {}).get("home", "")


def _begin(data: Path, file: Path) -> dict[str, str]:
    home = postgres.choose_home(data)
    if any(home.glob("pg[0-9][0-9]")):
        raise Trouble(
            f"{file}, which holds the passwords of the database in {home}, is gone: restore it from a backup."
        )
    names = ("superuser_password", "owner_password", "app_password")
    kept = {name: secrets.token_urlsafe(24) for name in names}
    kept["home"] = "" if home.parent == data else str(home)
    write_secret(file, json.dumps(kept, indent=2))
    return kept


def _bring_in_line(server: Server, kept: dict[str, str], file: Path) -> None:
    superuser = server.address(postgres.SUPERUSER, kept["superuser_password"])
    databases.ensure_roles(superuser, Passwords(kept["owner_password"], kept["app_password"]))
    databases.ensure_database(superuser)
    addresses = {
        "owner": server.address(databases.OWNER, kept["owner_password"], databases.NAME),
        "app": server.address(databases.APP, kept["app_password"], databases.NAME),
    }
    if kept | addresses != kept:
        write_secret(file, json.dumps(kept | addresses, indent=2))


def _read(file: Path) -> dict[str, str]:
    try:
        kept: dict[str, str] = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except ValueError:
        raise Trouble(f"{file} is damaged: restore it from a backup.") from None
    return kept
