"""The doctor's rules about the database itself, broken in its catalog and on its disk, and its command."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from fairlead.cli import databases
from fairlead.cli.doctor import examination, report
from fairlead.cli.doctor.examination import RULES, Verdict, judge
from fairlead.cli.doctor.rule import Rule
from fairlead.messaging.models import FailedJob
from fairlead.tenancy.context import organization
from tests import database
from tests.installation import Installation
from tests.surgery import another_database, damaged
from tests.world import make_organization

BY_NAME = {rule.name: rule for rule in RULES}
_KEY = "billing_invoiceline DROP CONSTRAINT billing_invoiceline_invoice_id_in_org"
_PLAIN_KEY = "billing_invoiceline_invoice_id_in_org FOREIGN KEY (invoice_id) REFERENCES billing_invoice (id)"
_LATER_KEY = """ALTER TABLE billing_invoiceline ADD CONSTRAINT billing_invoiceline_invoice_id_in_org
    FOREIGN KEY (org_id, invoice_id) REFERENCES billing_invoice (org_id, id) ON DELETE CASCADE NOT VALID"""
_APP = databases.APP
# The rule, the damage, and what its finding names.
_BREAKS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "no wall": (
        "isolation.walls",
        ("ALTER TABLE billing_payment DISABLE ROW LEVEL SECURITY",),
        "billing_payment",
    ),
    "not for the owner": (
        "isolation.walls",
        ("ALTER TABLE tenancy_team NO FORCE ROW LEVEL SECURITY",),
        "tenancy_team",
    ),
    "no policy": ("isolation.walls", ("DROP POLICY organization ON tenancy_logo",), "tenancy_logo"),
    "a second door": (
        "isolation.walls",
        ("CREATE POLICY mine ON records_comment USING (true)",),
        "records_comment",
    ),
    "a door in the policy": (
        "isolation.walls",
        ("ALTER POLICY organization ON records_comment USING (true)",),
        "records_comment",
    ),
    "no check of what is written": (
        "isolation.walls",
        ("ALTER POLICY organization ON billing_invoice WITH CHECK (true)",),
        "billing_invoice",
    ),
    "a superuser": ("isolation.role", (f"ALTER ROLE {_APP} SUPERUSER",), "super"),
    "above the wall": ("isolation.role", (f"ALTER ROLE {_APP} BYPASSRLS",), "bypassrls"),
    "the owner's deputy": ("isolation.role", (f"GRANT {databases.OWNER} TO {_APP}",), databases.OWNER),
    "an owner": ("isolation.role", (f"ALTER TABLE tenancy_team OWNER TO {_APP}",), "owns table tenancy_team"),
    "a maker of tables": ("isolation.role", (f"GRANT CREATE ON SCHEMA public TO {_APP}",), "may create"),
    "a grant": (
        "isolation.grants",
        (f"GRANT UPDATE ON billing_issueddocument TO {_APP}",),
        "billing_issueddocument: may UPDATE",
    ),
    "a grant to all": (
        "isolation.grants",
        ("GRANT DELETE ON billing_payment TO PUBLIC",),
        "billing_payment: may DELETE",
    ),
    "a grant of a column": (
        "isolation.grants",
        (f"GRANT UPDATE (amount) ON billing_payment TO {_APP}",),
        "billing_payment.amount: may UPDATE",
    ),
    "a grant to empty": (
        "isolation.grants",
        (f"GRANT TRUNCATE ON billing_invoice TO {_APP}",),
        "billing_invoice: may TRUNCATE",
    ),
    "a grant on the migrations": (
        "isolation.grants",
        (f"GRANT INSERT ON django_migrations TO {_APP}",),
        "django_migrations: may INSERT",
    ),
    "a grant short": (
        "isolation.grants",
        (f"REVOKE INSERT ON billing_payment FROM {_APP}",),
        "billing_payment: may not INSERT",
    ),
    "no key": ("isolation.keys", (f"ALTER TABLE {_KEY}",), "is missing"),
    "a key that leaves the organization": (
        "isolation.keys",
        (f"ALTER TABLE {_KEY}", f"ALTER TABLE billing_invoiceline ADD CONSTRAINT {_PLAIN_KEY}"),
        "not the derived one",
    ),
    "a key that was not checked": (
        "isolation.keys",
        (f"ALTER TABLE {_KEY}", _LATER_KEY),
        "is not validated",
    ),
    "no constraint": (
        "isolation.keys",
        ("ALTER TABLE billing_invoice DROP CONSTRAINT invoice_status_known",),
        "invoice_status_known is missing",
    ),
    "no unique index": (
        "isolation.keys",
        ("DROP INDEX registered_number_once",),
        "registered_number_once is missing",
    ),
    "no chain of numbers": (
        "isolation.keys",
        ("ALTER TABLE billing_registerednumber DROP CONSTRAINT registered_number_has_predecessor",),
        "registered_number_has_predecessor is missing",
    ),
    "no guard": (
        "isolation.guards",
        ("DROP TRIGGER billing_guard_payment ON billing_payment",),
        "billing_guard_payment",
    ),
    "a guard asleep": (
        "isolation.guards",
        ("ALTER TABLE billing_invoice DISABLE TRIGGER billing_guard_invoice",),
        "billing_guard_invoice",
    ),
    "a guard that looks away": (
        "isolation.guards",
        (
            (
                "CREATE OR REPLACE FUNCTION billing_guard_invoice() RETURNS trigger LANGUAGE plpgsql"
                " AS $$ BEGIN RETURN NEW; END $$"
            ),
        ),
        "function billing_guard_invoice",
    ),
    "a guard for a part": (
        "isolation.guards",
        (
            (
                "CREATE OR REPLACE TRIGGER billing_guard_invoice BEFORE INSERT ON billing_invoice"
                " FOR EACH ROW EXECUTE FUNCTION billing_guard_invoice()"
            ),
        ),
        "trigger billing_guard_invoice",
    ),
    "keys asleep": (
        "isolation.guards",
        ("ALTER TABLE billing_invoiceline DISABLE TRIGGER ALL",),
        "RI_ConstraintTrigger",
    ),
    "an answer before it is on the disk": (
        "server.settings",
        ("SET LOCAL synchronous_commit = off",),
        "synchronous_commit is off",
    ),
    "damage passed over": (
        "server.settings",
        ("SET LOCAL zero_damaged_pages = on",),
        "zero_damaged_pages is on",
    ),
    "a migration short": (
        "server.migrations",
        ("DELETE FROM django_migrations WHERE app = 'billing' AND name LIKE '0002%'",),
        "is missing",
    ),
    "a migration too many": (
        "server.migrations",
        ("INSERT INTO django_migrations (app, name, applied) VALUES ('billing', '9999_later', now())",),
        "billing.9999_later is of a newer",
    ),
}


@pytest.mark.parametrize("what", _BREAKS)
def test_what_is_broken_in_the_catalog_is_red(what: str) -> None:
    name, statements, told = _BREAKS[what]
    with damaged(*statements):
        assert told in _told(_judge(name))
    assert told not in _told(_judge(name)) or name == "server.settings"  # the tests' server is in a hurry


def test_triggers_that_are_switched_off_for_the_session_are_red() -> None:
    with damaged(), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"SET LOCAL ROLE {_APP}")
        assert "session_replication_role" in _told(_judge("isolation.guards"))


def test_each_rule_about_the_database_is_broken_here() -> None:
    elsewhere = {"jobs.due", "jobs.stalled", "server.checksums"}
    ours = {rule.name for rule in RULES if rule.scope == "database"} - elsewhere
    assert ours == {name for name, _, _ in _BREAKS.values()}


def test_a_question_that_fails_is_red_and_the_next_is_asked() -> None:
    with damaged("DROP TABLE django_migrations", "DROP TABLE procrastinate_events"):
        verdicts = list(examination.examine([BY_NAME["jobs.due"], BY_NAME["isolation.walls"]]))
    assert [verdict.holds for verdict in verdicts] == [False, True]
    assert "the question failed" in _told(verdicts[0])


def test_the_doctor_writes_nothing() -> None:
    org = make_organization("Acme")
    rule = Rule(
        name="x",
        means="",
        do="",
        query="SELECT set_config('a.b', 'c', true) FROM tenancy_organization FOR UPDATE",
    )
    assert "read-only transaction" in _told(judge(rule, [org.id]))


@pytest.mark.promise(15)
def test_a_byte_that_fell_over_on_the_disk_is_found() -> None:
    with another_database() as name:
        org = make_organization("Acme")
        with organization(org.id):
            FailedJob.objects.create(org=org, task="t", record_id=org.id, attempts=1, error="e")
        assert judge(BY_NAME["server.readable"], [org.id]).holds
        _flip_a_byte("messaging_failedjob")
        connection.close()
        # A copy of the files has none of its pages in memory.
        with another_database(copied_from=name):
            assert "invalid page" in _told(judge(BY_NAME["server.readable"], [org.id]))
            connection.close()
            assert "pages were damaged" in _until_told("server.checksums")


def _flip_a_byte(table: str) -> None:
    with psycopg.connect(**_superuser(), autocommit=True) as superuser:
        row = superuser.execute(
            "SELECT current_setting('data_directory'), pg_relation_filepath(%s)", [table]
        ).fetchone()
        superuser.execute("CHECKPOINT")
    assert row
    file = Path(row[0]) / row[1]
    if not os.access(file, os.W_OK):
        pytest.skip("the server's files are not here")
    content = bytearray(file.read_bytes())
    content[8000] ^= 1
    file.write_bytes(content)


def _superuser(**more: Any) -> dict[str, Any]:
    server = psycopg.conninfo.conninfo_to_dict(database.in_use["superuser"])
    return {**server, "dbname": database.in_use["NAME"], **more}


def _until_told(name: str) -> str:
    """Statistics come a moment later."""
    end = time.monotonic() + 5
    while not (told := _told(_judge(name))) and time.monotonic() < end:
        time.sleep(0.1)
    return told


@pytest.mark.processes
@pytest.mark.xdist_group("up")
def test_the_command_finds_an_installation_sound(running: Installation) -> None:
    person = "--email a@acme.example --name Ada --organization Acme --password-stdin".split()
    running.run("user", "create", *person, input="a long enough passphrase\n")
    ended = running.run("doctor")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = ended.stdout.splitlines()
    assert [line.split()[:2] for line in lines[:-1]] == [["green", rule.name] for rule in RULES]
    assert lines[-1].startswith(f"{len(RULES)} rules, ")
    assert lines[-1].endswith(": all green.")


@pytest.mark.processes
@pytest.mark.xdist_group("up")
def test_the_command_tells_people_and_programs_what_is_wrong(running: Installation) -> None:
    app = json.loads((running.data / "database.json").read_text())["app"]
    with psycopg.connect(app, autocommit=True) as session:
        session.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at)"
            " SELECT 'a lane that no worker has', 'none', now() - interval '1 hour' FROM generate_series(1, 12)"
        )
        people, programs = running.run("doctor"), running.run("doctor", "--json")
        session.execute("DELETE FROM procrastinate_jobs WHERE queue_name = 'a lane that no worker has'")
    assert (people.returncode, programs.returncode) == (1, 1)
    red = [line for line in people.stdout.splitlines() if not line.startswith("green")]
    assert red[0].startswith("red    jobs.due")
    assert len([line for line in red if line.startswith("           job ")]) == 10
    assert "           and 2 more" in red
    assert any(line.startswith("       What to do: ") for line in red)
    assert red[-1].endswith("1 red (jobs.due).")
    _check_for_programs(json.loads(programs.stdout))


def _check_for_programs(answer: dict[str, Any]) -> None:
    assert answer["holds"] is False
    assert [row["rule"] for row in answer["rules"]] == [rule.name for rule in RULES]
    red = next(row for row in answer["rules"] if not row["holds"])
    assert (red["rule"], red["scope"], red["count"], len(red["findings"])) == (
        "jobs.due",
        "database",
        12,
        12,
    )
    assert red["means"]
    assert red["do"]
    assert red["findings"][0]["organization"] is None


def test_the_command_works_on_a_given_database() -> None:
    with another_database() as name:
        ended = _run_on(name, "doctor", "--json")
    assert ended.returncode in (0, 1), ended.stderr
    red = {row["rule"] for row in json.loads(ended.stdout)["rules"] if not row["holds"]}
    assert red <= {"server.settings"}


def test_without_a_database_it_says_what_to_start(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "fairlead", "doctor", "--data", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "fairlead up" in ended.stderr


def _run_on(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    where = database.in_use
    server = {"host": where["HOST"], "port": where["PORT"], "dbname": name}
    addresses = {
        "DATABASE_URL": psycopg.conninfo.make_conninfo(
            **server, user=databases.OWNER, password=where["owner"]
        ),
        "DATABASE_APP_URL": psycopg.conninfo.make_conninfo(**server, user=_APP, password=where["app"]),
    }
    command = [sys.executable, "-P", "-m", "fairlead", *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=dict(os.environ) | addresses
    )


def test_the_page_lists_the_rules() -> None:
    page = Path(__file__).parents[2] / "docs" / "doctor.md"
    assert page.read_text() == report.page(), "bin/fairlead doctor --rules > docs/doctor.md"


def _judge(name: str) -> Verdict:
    return judge(BY_NAME[name], [None])


def _told(verdict: Verdict) -> str:
    return "\n".join(finding.found for finding in verdict.findings)
