"""What each migration does to a database that is being used: squawk reads its SQL."""

import json
import subprocess
import sysconfig
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

SQUAWK = Path(sysconfig.get_path("scripts")) / "squawk"
# Of all its rules, those about locks that hold up who works, and about data and code that no longer fit. Left out are
# those of taste, and the timeouts, which the owner's connection brings along (`Config._options`).
TASTE = ("prefer-text-field", "prefer-bigint-over-int", "prefer-bigint-over-smallint", "prefer-identity")
ELSEWHERE = (
    "require-timeout-settings",
    "require-lock-timeout",
    "require-statement-timeout",
    "transaction-nesting",
)
# An installation that has rows did not exist before these.
BEFORE_THE_FIRST_RELEASE = {
    "tenancy.0002_unlogged_counters",
    "records.0002_comment_version",
    "records.0004_assignees_by_kind",
    "billing.0002_names_by_part",
    "billing.0003_links_of_records",
    "crm.0001_core",
    "billing.0004_about_records",
    "messaging.0002_waiting_jobs_by_organization",
}
OURS = sorted(
    name
    for name in MigrationLoader(None).disk_migrations
    if apps.get_app_config(name[0]).name.startswith("fairlead.")
)


@pytest.mark.parametrize("name", OURS, ids=".".join)
def test_nobody_waits_for_a_migration(name: tuple[str, str]) -> None:
    if ".".join(name) not in BEFORE_THE_FIRST_RELEASE:
        assert _complaints(_sql(*name)) == []


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("ALTER TABLE billing_invoice ADD COLUMN color text NOT NULL", "adding-required-field"),
        (
            "ALTER TABLE billing_invoice ADD COLUMN at timestamptz DEFAULT clock_timestamp()",
            "adding-field-with-default",
        ),
        ("CREATE INDEX slow ON billing_invoice (org_id, name)", "require-concurrent-index-creation"),
        ("ALTER TABLE billing_invoice ALTER COLUMN name TYPE varchar(10)", "changing-column-type"),
        ("ALTER TABLE billing_invoice RENAME COLUMN name TO title", "renaming-column"),
        ("ALTER TABLE billing_invoice DROP COLUMN name", "ban-drop-column"),
        ("ALTER TABLE billing_invoice ADD CONSTRAINT c CHECK (name <> '')", "constraint-missing-not-valid"),
    ],
)
def test_what_makes_people_wait_is_seen(statement: str, rule: str) -> None:
    assert rule in _complaints(statement)


def _sql(app: str, name: str) -> str:
    written = StringIO()
    call_command("sqlmigrate", app, name, database="owner", stdout=written, no_color=True)
    return written.getvalue()


def _complaints(sql: str) -> list[str]:
    options = ["--pg-version=15", "--assume-in-transaction", "--reporter=json"]
    left_out = [f"--exclude={','.join(TASTE + ELSEWHERE)}"]
    run = subprocess.run(
        [SQUAWK, *options, *left_out], input=sql, capture_output=True, text=True, check=False, timeout=20
    )
    found: list[dict[str, Any]] = json.loads(run.stdout)
    return [complaint["rule_name"] for complaint in found]
