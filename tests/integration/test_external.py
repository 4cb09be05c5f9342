"""A database that is given: the app role is made, or asked for, and never one that sees everything."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from fairlead.cli import databases, external, postgres
from fairlead.cli.postgres import Server
from fairlead.cli.trouble import Trouble
from fairlead.foundation.config import Config

PASSWORD = "given"
PAGE = Path(__file__).parents[2] / "docs" / "operating.md"
SETUP = (
    f"CREATE ROLE boss LOGIN CREATEROLE PASSWORD '{PASSWORD}'",
    f"CREATE ROLE plain LOGIN PASSWORD '{PASSWORD}'",
    f"CREATE ROLE seer LOGIN BYPASSRLS PASSWORD '{PASSWORD}'",
    "CREATE DATABASE crm OWNER boss",
    "CREATE DATABASE poor OWNER plain",
    "REVOKE ALL ON DATABASE crm FROM PUBLIC",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="fairlead-test-external-"))
    folder.chmod(0o711)
    with (folder / "log").open("ab") as log:
        server = postgres.start(folder / "cluster", PASSWORD, log, ("fsync=off",))
        with psycopg.connect(server.address(postgres.SUPERUSER, PASSWORD), autocommit=True) as connection:
            for statement in SETUP:
                connection.execute(statement)
        yield server
        server.stop()
    shutil.rmtree(folder)


def given(owner: str, app: str = "") -> Config:
    return Config(database_url=SecretStr(owner), database_app_url=SecretStr(app))


def test_an_owner_who_may_makes_the_app_role_once(server: Server) -> None:
    config = given(server.address("boss", PASSWORD, "crm"))
    external.prepare(config)
    external.prepare(config)
    with psycopg.connect(config.database_address("app")) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("crm_app",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id int)")


def test_an_owner_who_may_not_is_told_what_to_run(server: Server) -> None:
    with pytest.raises(Trouble, match=r"As a superuser run: CREATE ROLE poor_app LOGIN PASSWORD '…'"):
        external.prepare(given(server.address("plain", PASSWORD, "poor")))


@pytest.mark.parametrize(("role", "database"), [("postgres", "crm"), ("seer", "poor"), ("plain", "poor")])
def test_a_role_that_the_wall_does_not_hold_back_is_refused(server: Server, role: str, database: str) -> None:
    owner = "boss" if database == "crm" else "plain"
    with pytest.raises(Trouble, match=f"The role {role} would see the rows of every organization"):
        external.prepare(
            given(server.address(owner, PASSWORD, database), server.address(role, PASSWORD, database))
        )


def test_a_wrong_password_is_told_by_the_variable_without_repeating_it(server: Server) -> None:
    with pytest.raises(Trouble, match="The database of DATABASE_URL does not let us in") as told:
        external.prepare(given(server.address("boss", "hush-hush", "crm")))
    assert "hush-hush" not in str(told.value)


def test_an_owner_without_a_password_needs_an_app_role() -> None:
    with pytest.raises(Trouble, match="DATABASE_URL"):
        external.prepare(given("", "postgresql://app:pw@db/crm"))


def test_an_old_server_is_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "OLDEST_SERVER", 19)
    with pytest.raises(Trouble, match="older than PostgreSQL 19"):
        databases.require_fit(server.address("plain", PASSWORD, "poor"))


def test_the_page_s_statements_make_a_database_that_is_served(server: Server, tmp_path: Path) -> None:
    roles, limits = re.findall(r"```sql\n(.*?)```", PAGE.read_text(), re.DOTALL)
    with psycopg.connect(server.address(postgres.SUPERUSER, PASSWORD), autocommit=True) as connection:
        text = f"{roles}{limits}".replace("…", PASSWORD).replace("crm", "office")
        for statement in re.findall(r"[^;]+;", re.sub("--.*", "", text)):
            connection.execute(statement)
    owner, app = (server.address(role, PASSWORD, "office") for role in ("office_owner", "office_app"))
    given_both = {"DATABASE_URL": owner, "DATABASE_APP_URL": app, "FAIRLEAD_DATA": str(tmp_path)}
    for words, said in ((["migrate"], ""), (["migrate"], "The database is up to date.\n")):
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "fairlead", *words],
            env=os.environ | given_both,
            capture_output=True,
            text=True,
            check=True,
        )
        assert said in ran.stdout
    external.prepare(given(owner, app))
    options = Config(data=tmp_path).database("app")["OPTIONS"]["options"]
    with psycopg.connect(app) as plain, psycopg.connect(app, options=options) as served:
        for name in re.findall(r"-c (\w+)=", options):
            shown = [session.execute(f"SHOW {name}").fetchone() for session in (plain, served)]
            assert shown[0] == shown[1], name
