"""A database that this program may not touch, and one that it brings up to date."""

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connections

from fairlead.cli import migrations
from fairlead.cli.trouble import Trouble

# The owner gives up on a lock after 30.
WAITED_SECONDS = 20


@pytest.fixture
def later_version() -> Iterator[None]:
    """The database as a newer Fairlead would leave it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('tenancy', '9999_later', now())"
        )
        yield
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")


@pytest.mark.usefixtures("later_version")
def test_a_newer_version_s_database_is_left_alone() -> None:
    with pytest.raises(Trouble, match=r"written by a newer Fairlead \(it has tenancy.9999_later\)"):
        migrations.migrate()


def test_nothing_missing_means_nothing_applied() -> None:
    assert migrations.migrate() == []


def test_a_start_does_not_wait_for_a_backup() -> None:
    """It derives the wall once more, and must not take for itself the tables that somebody reads."""
    with psycopg.connect(**_place("owner")) as backup:
        names = backup.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        backup.execute(f"LOCK TABLE {', '.join(name for (name,) in names)} IN ACCESS SHARE MODE")
        begin = time.monotonic()
        assert migrations.migrate() == []
        assert time.monotonic() - begin < WAITED_SECONDS


def _place(alias: str) -> dict[str, Any]:
    given = connections[alias].settings_dict
    names = {"dbname": "NAME", "host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    return {name: given[key] for name, key in names.items() if given[key]}
