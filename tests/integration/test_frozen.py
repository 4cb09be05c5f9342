"""What is printed on an issued invoice cannot change: every column is tried by raw SQL as the app role."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from fairlead.billing.models import Invoice, InvoiceAmount, InvoiceLine, IssuedDocument, Payment
from fairlead.documents.models import StoredPdf
from fairlead.records.models import HistoryEntry
from fairlead.tenancy.context import organization
from fairlead.tenancy.models import OrganizationOwned
from tests.invoicing import (
    Json,
    at_once,
    body,
    everything,
    in_status,
    path,
    pay,
    refusal,
    rows,
    step,
    unchanged,
)
from tests.world import World, api, make_world

pytestmark = pytest.mark.promise(8)

TRIGGER, DENIED = "23001", "42501"
FROZEN = (Invoice, InvoiceLine, InvoiceAmount)
ADDED_TO_ONLY = (IssuedDocument, StoredPdf, Payment, HistoryEntry)
ISSUED = ("Sent", "Pending", "Paid", "Cancelled")

# Another value, by the type of the column.
OTHER = {
    "character varying": "'Q'",
    "text": "'Q'",
    "numeric": "coalesce({0}, 0) + 1",
    "smallint": "coalesce({0}, 0) + 1",
    "integer": "coalesce({0}, 0) + 1",
    "boolean": "NOT {0}",
    "date": "coalesce({0}, now()::date) + 1",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 microsecond'",
    "jsonb": "'[\"other\"]'",
    "uuid": "gen_random_uuid()",
}


@pytest.fixture(scope="module")
def world() -> World:
    """One for all: nothing here may change anything."""
    return make_world()


@pytest.fixture(scope="module")
def issued(world: World) -> Mapping[str, Json]:
    """An invoice of each status but Draft."""
    return {status: make_issued(world, status) for status in ISSUED}


def make_issued(world: World, status: str) -> Json:
    """An invoice with every kind of part, a payment where one may be, and its PDF."""
    given = body(total_amount="25000.00", tax_rate="19", allowances=[{"reason": "Loyalty", "percent": "2"}])
    invoice = in_status(world.owner, status, given)
    if status == "Sent":
        assert pay(world.owner, invoice, "1.00").status == 201
    assert api(world.owner).post(path(invoice, "download")).status == 200
    return invoice


def columns(world: World, model: type[OrganizationOwned]) -> dict[str, str]:
    """The columns of a table and their types, as the database has them."""
    sql = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
    return dict(rows(world.acme.id, sql, model._meta.db_table))


def changeable(model: type[OrganizationOwned]) -> set[str]:
    """The columns that may change after issue."""
    fields = model._meta.concrete_fields if model is Invoice else ()
    return {str(field.column) for field in fields if field.name in Invoice.changeable}


def attempts(model: type[OrganizationOwned], types: Mapping[str, str]) -> Iterator[str]:
    """An UPDATE of each column to another value, to none, and of a number to one more decimal zero."""
    may_change = changeable(model)
    key = "id" if model is Invoice else "invoice_id"
    for name in types.keys() - may_change:
        others = [OTHER[types[name]].format(name), "NULL"]
        if types[name] == "numeric":
            others.append(f"({name}::text || CASE WHEN scale({name}) = 0 THEN '.0' ELSE '0' END)::numeric")
        for other in others:
            yield (
                f"UPDATE {model._meta.db_table} SET {name} = {other}"
                f" WHERE {key} = %s AND {name}::text IS DISTINCT FROM ({other})::text"
            )


def test_the_models_know_every_column(world: World) -> None:
    for model in (*FROZEN, *ADDED_TO_ONLY):
        assert columns(world, model).keys() == {field.column for field in model._meta.concrete_fields}


def test_little_may_change(world: World) -> None:
    told = {"status", "open_status", "amount_paid", "internal_notes", "grace_until", "updated_on", "version"}
    told |= {"account", "contact", "opportunity"}
    assert {*Invoice.changeable} == told


@pytest.mark.parametrize("status", ISSUED)
@pytest.mark.parametrize("model", FROZEN)
def test_no_printed_column_changes(
    world: World, issued: Mapping[str, Json], model: type[OrganizationOwned], status: str
) -> None:
    statements = list(attempts(model, columns(world, model)))
    with unchanged(world.acme.id):
        outcomes = {sql: refusal(world.acme.id, sql, issued[status]["id"]) for sql in statements}
    # An attempt that comes to the present value meets no row, so the database has nothing to refuse.
    assert set(outcomes.values()) <= {TRIGGER, None}
    tried = {sql.split("SET ")[1].split(" =")[0] for sql, state in outcomes.items() if state == TRIGGER}
    assert tried == columns(world, model).keys() - changeable(model)


@pytest.mark.parametrize("status", ISSUED)
def test_no_part_is_added_or_removed(world: World, issued: Mapping[str, Json], status: str) -> None:
    invoice = issued[status]
    copies = [
        f"INSERT INTO {table} SELECT ({new}).* FROM {table} AS t WHERE invoice_id = %s"
        for table, new in (
            ("billing_invoiceline", "jsonb_populate_record(t, '{\"position\": 99}')"),
            ("billing_invoiceamount", "jsonb_populate_record(t, '{\"position\": 99}')"),
        )
    ]
    removals = [
        "DELETE FROM billing_invoiceline WHERE invoice_id = %s",
        "DELETE FROM billing_invoiceamount WHERE invoice_id = %s",
        "DELETE FROM billing_invoice WHERE id = %s",
    ]
    with unchanged(world.acme.id):
        assert {
            sql: refusal(world.acme.id, sql, invoice["id"]) for sql in (*copies, *removals)
        } == dict.fromkeys((*copies, *removals), TRIGGER)


@pytest.mark.parametrize("model", ADDED_TO_ONLY)
def test_what_is_only_added_to_stays(
    world: World, issued: Mapping[str, Json], model: type[OrganizationOwned]
) -> None:
    table = model._meta.db_table
    assert everything(world.acme.id)[table]
    statements = [
        *(
            f"UPDATE {table} SET {name} = {OTHER[kind].format(name)}"
            for name, kind in columns(world, model).items()
        ),
        f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET id = excluded.id",
        f"DELETE FROM {table}",
        f"SELECT FROM {table} FOR UPDATE",
    ]
    with unchanged(world.acme.id):
        assert {refusal(world.acme.id, sql) for sql in statements} == {DENIED}


TABLES = [model._meta.db_table for model in (*FROZEN, *ADDED_TO_ONLY)]


@pytest.mark.parametrize(
    "statement",
    [
        "SET LOCAL session_replication_role = 'replica'",
        "SET ROLE fl_owner",
        "DROP FUNCTION billing_guard_invoice() CASCADE",
        "CREATE OR REPLACE FUNCTION billing_guard_invoice() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
        "DROP TRIGGER billing_guard_invoice ON billing_invoice",
        "CREATE TRIGGER a BEFORE UPDATE ON billing_invoice FOR EACH ROW EXECUTE FUNCTION billing_guard_invoice()",
        *(f"TRUNCATE {table} CASCADE" for table in TABLES),
        *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in TABLES),
        *(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY" for table in TABLES),
    ],
)
def test_nobody_takes_the_guards_away(world: World, issued: Mapping[str, Json], statement: str) -> None:
    with unchanged(world.acme.id):
        assert refusal(world.acme.id, statement) == DENIED


def test_a_grant_that_the_app_gives_itself_is_none(world: World, issued: Mapping[str, Json]) -> None:
    rows(world.acme.id, "GRANT UPDATE, DELETE ON billing_issueddocument TO CURRENT_USER")
    assert refusal(world.acme.id, "DELETE FROM billing_issueddocument") == DENIED


def test_what_is_not_printed_may_change(world: World, issued: Mapping[str, Json]) -> None:
    sql = (
        "UPDATE billing_invoice SET internal_notes = 'Called them.', grace_until = '2030-01-01' WHERE id = %s"
    )
    for invoice in issued.values():
        assert refusal(world.acme.id, sql, invoice["id"]) is None


def test_a_draft_is_free_until_it_is_issued(world: World) -> None:
    draft = in_status(world.owner, "Draft")
    sql = "UPDATE billing_invoice SET notes = 'Thank you.' WHERE id = %s"
    assert refusal(world.acme.id, sql, draft["id"]) is None
    step(world.owner, draft, "Sent")
    assert refusal(world.acme.id, sql.replace("Thank", "Bless"), draft["id"]) == TRIGGER


def test_a_line_and_an_issuing_at_the_same_moment_wait_for_each_other(world: World) -> None:
    draft = in_status(world.owner, "Draft")
    copy = """INSERT INTO billing_invoiceline SELECT (jsonb_populate_record(l, jsonb_build_object(
        'id', gen_random_uuid(), 'position', 2))).* FROM billing_invoiceline l WHERE invoice_id = %s"""
    with ThreadPoolExecutor(1) as pool:
        with organization(world.acme.id), connection.cursor() as cursor:
            cursor.execute(copy, [draft["id"]])
            issuing = pool.submit(at_once, 1, lambda _: step(world.owner, draft, "Sent"))
            with pytest.raises(TimeoutError):
                issuing.result(timeout=0.5)
        (issued,) = issuing.result(timeout=20)
    (content,) = rows(
        world.acme.id, "SELECT content FROM billing_issueddocument WHERE invoice_id = %s", draft["id"]
    )[0]
    assert len(json.loads(content)["lines"]) == len(issued["lines"]) == 2
