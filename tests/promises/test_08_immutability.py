"""An issued document under every statement that the catalog lets one think of, as the app role."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from fairlead.billing.models import Invoice, InvoiceLine, IssuedDocument
from fairlead.cli import databases
from fairlead.tenancy.models import OrganizationOwned
from tests import database
from tests.integration import test_frozen as frozen
from tests.integration.test_frozen import ADDED_TO_ONLY, DENIED, FROZEN, OTHER, TRIGGER
from tests.invoicing import Json, make, refusal, unchanged
from tests.surgery import another_database
from tests.world import World, make_world

NOT_UNDER_ROW_SECURITY = "0A000"
ROLES = (
    "SET session_replication_role = replica",
    "SET LOCAL session_replication_role = local",
    "SELECT set_config('session_replication_role', 'replica', true)",
    "ALTER ROLE CURRENT_USER SET session_replication_role = replica",
    "SET SESSION AUTHORIZATION fl_owner",
)


def attempts(model: type[OrganizationOwned], columns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each statement on the table, and the SQLSTATE by which it is refused."""
    table = model._meta.db_table
    yield f"COPY {table} FROM STDIN", NOT_UNDER_ROW_SECURITY
    yield f"COPY {table} FROM PROGRAM 'true'", DENIED
    yield f"TRUNCATE {table} CASCADE", DENIED
    # Where it reads no column, row security itself refuses the rows of others that the statement comes upon.
    merge = f"MERGE INTO {table} USING (SELECT 1) AS one ON {table}.org_id IS NOT NULL WHEN MATCHED THEN"
    yield f"{merge} DELETE", TRIGGER if model in FROZEN else DENIED
    if model in FROZEN:
        return
    for name, kind in columns.items():
        value = OTHER[kind].format(name)
        yield f"UPDATE {table} SET {name} = {value} WHERE false", DENIED
        yield f"UPDATE {table} SET {name} = DEFAULT", DENIED
        yield f"{merge} UPDATE SET {name} = {value}", DENIED


def prove(world: World) -> int:
    """Try all; returns how many statements were refused."""
    statements = dict.fromkeys(ROLES, DENIED)
    for model in (*FROZEN, *ADDED_TO_ONLY):
        statements |= dict(attempts(model, frozen.columns(world, model)))
    with unchanged(world.acme.id):
        assert {sql: refusal(world.acme.id, sql) for sql in statements} == statements
    return len(statements)


@pytest.mark.promise(8)
def test_no_statement_changes_what_is_issued(figure: Any) -> None:
    world = make_world()
    make(world.stranger, status="Sent")  # whose rows come first, and are beside the point
    frozen.make_issued(world, "Sent")
    figure("statements refused", prove(world))


def of_documents(world: World, invoice: Json) -> None:
    frozen.test_what_is_only_added_to_stays(world, {"Sent": invoice}, IssuedDocument)


def of_invoices(world: World, invoice: Json) -> None:
    frozen.test_no_printed_column_changes(world, {"Sent": invoice}, Invoice, "Sent")


def of_lines(world: World, invoice: Json) -> None:
    frozen.test_no_printed_column_changes(world, {"Sent": invoice}, InvoiceLine, "Sent")


def of_all(world: World, invoice: Json) -> None:
    prove(world)


@contextmanager
def done_by_superuser(statement: str) -> Iterator[None]:
    """In a database of its own."""
    with another_database() as name:
        with psycopg.connect(database.in_use["superuser"], dbname=name) as session:
            session.execute(statement)
        yield


@pytest.mark.parametrize(
    ("statement", "proof"),
    [
        pytest.param(statement, proof, marks=pytest.mark.promise(8, sabotage=f"{statement} by the owner"))
        for statement, proof in (
            (f"GRANT UPDATE ON billing_issueddocument TO {databases.APP}", of_documents),
            (f"GRANT UPDATE (sha256) ON billing_issueddocument TO {databases.APP}", of_all),
            (f"GRANT TRUNCATE ON billing_invoiceline TO {databases.APP}", of_all),
            ("DROP TRIGGER billing_guard_invoice ON billing_invoice", of_invoices),
            ("DROP TRIGGER billing_guard_invoiceline ON billing_invoiceline", of_lines),
        )
    ],
)
def test_a_door_left_open_is_seen(statement: str, proof: Callable[[World, Json], None]) -> None:
    with done_by_superuser(statement):
        world = make_world()
        invoice = frozen.make_issued(world, "Sent")
        with pytest.raises(AssertionError):
            proof(world, invoice)
