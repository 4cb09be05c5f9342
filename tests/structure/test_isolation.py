"""The wall between organizations, as the database has it: every table is asked; only those outside are listed."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import Error, connection, transaction

from fairlead.foundation.ids import new_id
from fairlead.messaging.models import FailedJob
from fairlead.records import tags
from fairlead.tenancy import isolation
from fairlead.tenancy.context import organization
from fairlead.tenancy.models import Logo, OrganizationOwned
from tests.records import RECORDS, WITH_DUPLICATES
from tests.world import Person, World, api, make_world

# Who may see what is decided before an organization is bound, or the rows belong to none.
DIRECTORY = {
    "tenancy_organization",
    "tenancy_user",
    "tenancy_membership",
    "tenancy_session",
    "tenancy_apitoken",
    "tenancy_invitation",
    "tenancy_knownnetwork",
    "tenancy_ratebucket",
    "messaging_sendingpause",
    "django_migrations",
}
OWNED = sorted(isolation.owned_models(), key=lambda model: model._meta.db_table)
tables = pytest.mark.parametrize("model", OWNED, ids=lambda model: model._meta.db_table)


pytestmark = pytest.mark.promise(23)


@pytest.fixture(scope="module")
def place() -> World:
    """Acme with a row in every table, and Globex with none: nobody gets in, so all tests share it."""
    world = make_world()
    fill(world)
    return world


def fill(world: World) -> str:
    """Put something of Acme's into every table; returns the invoice that it belongs to."""
    caller = api(world.owner)
    tag = caller.post("/api/tags/", json={"name": "key account"}).json["id"]
    caller.post("/api/api-settings/", json={"title": "Contact us"})
    for plural, body in RECORDS.items():
        forced = "?force=true" if plural in WITH_DUPLICATES else ""
        assert caller.post(f"/api/{plural}/{forced}", json=body).status == 201
    contact = caller.get("/api/contacts/").json["results"][0]["id"]
    line = {"description": "Workshop", "rate": "100"}
    caller.post("/api/opportunities/", json={"name": "Workshop", "lines": [line], "contacts": [contact]})
    one, two = (caller.post("/api/accounts/?force=true", json={"name": "Tech"}).json["id"] for _ in "ab")
    caller.post("/api/contacts/", json={"first_name": "Joe", "accounts": [{"id": two}]})
    assert caller.post(f"/api/accounts/{one}/merge/", json={"other": two}).status == 200
    given = {
        "invoice_title": "Workshop",
        "name": "Customer",
        "currency": "EUR",
        "quantity": 1,
        "rate": "100",
        "assigned_to": [world.clerk.id],
        "teams": [str(world.dev.id)],
        "tags": [tag],
        "allowances": [{"reason": "Loyalty", "amount": "1.00"}],
    }
    made: str = caller.post("/api/invoices/", json=given, headers={"Idempotency-Key": "k"}).json["id"]
    caller.post(f"/api/invoices/{made}/status/", json={"status": "Paid"})
    caller.post(f"/api/invoices/comment/{made}/", json={"comment": "Paid at once"})
    caller.post(f"/api/invoices/{made}/download/")
    mail = {"recipients": ["a@customer.example"], "subject": "Invoice"}
    caller.post(f"/api/invoices/{made}/send-mail/", json=mail)
    caller.post(f"/api/invoices/attachment/{made}/", files={"attachment": io.BytesIO(b"hours")})
    with organization(world.acme.id):
        FailedJob.objects.create(org=world.acme, task="t", record_id=made, attempts=1, error="e")
        Logo.objects.create(org=world.acme, sha256="0" * 64, png=b"png")
    return made


def test_every_table_is_walled_or_in_the_directory() -> None:
    mine = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    walled = {model._meta.db_table for model in OWNED}
    rest = _column(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'procrastinate%%'"
    )
    assert set(rest) == walled | DIRECTORY
    assert mine - walled - DIRECTORY == {name for name in mine if name.startswith("procrastinate")}


def test_security_is_enabled_and_forced_on_exactly_these() -> None:
    forced = _column("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    assert sorted(forced) == [model._meta.db_table for model in OWNED]


@tables
def test_the_policy_is_the_derived_one(model: type[OrganizationOwned]) -> None:
    rows = _rows(
        "SELECT policyname, cmd, roles::text, qual, with_check FROM pg_policies WHERE tablename = %s",
        [model._meta.db_table],
    )
    organization_policy = next(row for row in rows if row[0] == isolation.POLICY)
    assert organization_policy[1:3] == ("ALL", "{public}")
    assert "org_id = " in organization_policy[3] == organization_policy[4]
    others = [row[:3] for row in rows if row[0] != isolation.POLICY]
    assert others == ([("owner_reads", "SELECT", "{fl_owner}")] if model.owner_reads else [])


def test_the_app_role_owns_nothing_and_is_above_nothing() -> None:
    assert not _column("SELECT tablename FROM pg_tables WHERE tableowner = current_user")
    row = _rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    )
    assert row == [(False, False, False, False)]


@tables
def test_keys_carry_the_organization(model: type[OrganizationOwned]) -> None:
    table = model._meta.db_table
    wanted = dict(isolation.foreign_keys(model))
    found = dict(
        _rows(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype = 'f' AND convalidated",
            [table],
        )
    )
    assert wanted.keys() <= found.keys()
    for name, definition in found.items():
        assert "(org_id" in definition, f"{name} would let a row refer to another organization's"
    uniques = _column(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u'",
        [table],
    )
    assert all("(org_id" in definition for definition in uniques)


@tables
def test_indexes_begin_with_the_organization(model: type[OrganizationOwned]) -> None:
    definitions = _column("SELECT indexdef FROM pg_indexes WHERE tablename = %s", [model._meta.db_table])
    primary = f"{model._meta.db_table}_pkey"
    for definition in definitions:
        assert "(org_id" in definition or primary in definition, definition


@tables
@pytest.mark.usefixtures("place")
def test_without_an_organization_there_are_no_rows(model: type[OrganizationOwned]) -> None:
    assert _rows(f"SELECT 1 FROM {model._meta.db_table} LIMIT 1") == []


@tables
def test_the_stranger_sees_and_changes_nothing(place: World, model: type[OrganizationOwned]) -> None:
    table = model._meta.db_table
    with organization(place.globex.id):
        assert _rows(f"SELECT 1 FROM {table} WHERE org_id = %s LIMIT 1", [place.acme.id]) == []
        if "delete" in model.app_may:
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {table} WHERE org_id = %s", [place.acme.id])
                assert cursor.rowcount == 0
    with organization(place.acme.id):
        assert _rows(f"SELECT 1 FROM {table} LIMIT 1"), "there was something to be seen"


@tables
def test_a_row_cannot_be_put_into_another_organization(place: World, model: type[OrganizationOwned]) -> None:
    table = model._meta.db_table
    with organization(place.acme.id):
        rows = _rows(f"SELECT to_jsonb(t) FROM {table} AS t LIMIT 1")
    # Triggers speak before the policy does.
    refusals = "row-level security policy|begins as an unpaid draft|payment is of an issued invoice"
    with _refused(refusals, place.globex.id), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, %s::jsonb || %s::jsonb)).*",
            [_json(rows[0][0]), _json({"id": str(new_id())})],
        )


def test_a_reference_cannot_leave_the_organization(world: World) -> None:
    """Globex names Acme's tag: a plain foreign key would accept it, for its check does not see the wall."""
    with organization(world.acme.id):
        tag = tags.create("key account")
    with _refused("violates foreign key", world.globex.id), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO records_tagging (org_id, kind, record_id, tag_id) VALUES (%s, 'account', %s, %s)",
            [world.globex.id, new_id(), tag.id],
        )


def test_nobody_of_another_organization_can_be_assigned(world: World) -> None:
    invoice = api(world.stranger).post(
        "/api/invoices/",
        json={"invoice_title": "X", "name": "Y", "currency": "EUR", "quantity": 1, "rate": "1"},
    )
    with _refused("violates foreign key", world.globex.id), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO records_assignee (org_id, kind, record_id, user_id) VALUES (%s, 'invoice', %s, %s)",
            [world.globex.id, invoice.json["id"], world.clerk.id],
        )


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE billing_invoice DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE billing_invoice NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY organization ON billing_invoice",
        "SET ROLE fl_owner",
        "SET SESSION AUTHORIZATION fl_owner",
        "TRUNCATE billing_invoiceline",
        "CREATE FUNCTION peep() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "CREATE POLICY mine ON billing_invoice USING (true)",
    ],
)
def test_the_app_role_cannot_lift_the_wall(place: World, statement: str) -> None:
    with _refused("permission denied|must be owner", place.acme.id), connection.cursor() as cursor:
        cursor.execute(statement)


def test_row_security_off_is_an_error_and_not_a_door(place: World) -> None:
    with _refused("would be affected by row-level security", place.acme.id), connection.cursor() as cursor:
        cursor.execute("SET LOCAL row_security = off")
        cursor.execute("SELECT 1 FROM billing_invoice")


def test_the_search_by_name_stays_in_the_organization(world: World) -> None:
    for person in (world.owner, world.stranger):
        _invoice_for(person, "Zephyr Instruments")
    for person in (world.owner, world.stranger):
        assert api(person).get("/api/invoices/?name=phyr").json["count"] == 1
    assert _rows("SELECT * FROM billing_invoices_named('zephyr')") == []


def _invoice_for(person: Person, name: str) -> None:
    given = {"invoice_title": "X", "name": name, "currency": "EUR", "quantity": 1, "rate": "1"}
    assert api(person).post("/api/invoices/", json=given).status == 201


@contextmanager
def _refused(message: str, org_id: Any) -> Iterator[None]:
    with pytest.raises(Error, match=message), transaction.atomic(), organization(org_id):
        yield


def _rows(sql: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or [])
        return list(cursor.fetchall())


def _column(sql: str, values: list[Any] | None = None) -> list[Any]:
    return [row[0] for row in _rows(sql, values)]


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
