"""Row 23: what the database itself refuses, table by table and key by key, whatever triggers and grants say before.

The catalog's side of it is in tests/structure/test_isolation.py.
"""

import re
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections

from fairlead.cli.databases import APP
from fairlead.tenancy import context, isolation
from fairlead.tenancy.context import organization
from tests.integration.test_context import test_the_connection_carries_nothing_over as nothing_is_carried_over
from tests.invoicing import refusal, rows
from tests.structure import test_isolation as structure
from tests.structure.test_isolation import OWNED, fill
from tests.surgery import another_database, damaged
from tests.world import World, make_world

TABLES = [model._meta.db_table for model in OWNED]
_KEY = re.compile(r'FOREIGN KEY \(org_id, "(\w+)"\) REFERENCES "(\w+)" \(org_id, (\w+)\)')
# A table and its column, and the table and the column that this refers to.
KEYS = [
    (model._meta.db_table, *found.groups())
    for model in OWNED
    for _, definition in isolation.foreign_keys(model)
    if (found := _KEY.match(definition))
]
_DROP_CHECKS = """DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT conrelid::regclass AS of_table, conname FROM pg_constraint
               WHERE contype = 'c' AND conrelid::regclass::text ~ '^(tenancy|messaging|records|billing|documents)_'
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.of_table, one.conname); END LOOP; END $$"""
_FOREIGN_KEY, _CHECK, _POLICY = "23503", "23514", "42501"


@pytest.fixture
def theirs(world: World) -> World:
    """An organization that the world of the test knows nothing of; each has a row in every table."""
    made = make_world()
    fill(world)
    fill(made)
    return made


@pytest.mark.promise(23)
def test_no_key_lets_a_row_refer_to_another_organizations(world: World, theirs: World, figure: Any) -> None:
    assert len(KEYS) == sum(1 for model in OWNED for _ in isolation.foreign_keys(model)) > 20
    with _bare():
        for table, column, target, key in KEYS:
            foreign = rows(
                theirs.acme.id, f'SELECT "{key}" FROM "{target}" WHERE org_id = %s', theirs.acme.id
            )
            statement = f'UPDATE "{table}" SET "{column}" = %s WHERE org_id = %s'
            refused = refusal(world.acme.id, statement, foreign[0][0], world.acme.id)
            # What a row's own constraints refuse does not come as far as the key.
            assert refused in (_FOREIGN_KEY, _CHECK), (
                f"{table}.{column} refers to another organization's {target}"
            )
    figure("keys tried across the wall", len(KEYS))


@pytest.mark.promise(23)
def test_no_row_crosses_the_wall(world: World, theirs: World, figure: Any) -> None:
    mine, others = world.acme.id, theirs.acme.id
    with _bare():
        for table in TABLES:
            seen = rows(mine, f'SELECT DISTINCT org_id FROM "{table}"')
            assert seen == [(mine,)], f"{table} shows what is its organization's, and that only"
            assert refusal(mine, f'UPDATE "{table}" SET org_id = %s', others) == _POLICY, table
            assert refusal(mine, _copy(table), f'{{"org_id": "{others}"}}') == _POLICY, table
            for change in (
                f'UPDATE "{table}" SET org_id = %s WHERE org_id = %s',
                f'DELETE FROM "{table}" WHERE %s <> org_id AND org_id = %s',
            ):
                assert _touched(mine, change, mine, others) == 0, table
    figure("tables tried", len(TABLES))


@pytest.mark.promise(23, sabotage="a plain foreign key in the place of a composite one")
def test_a_plain_key_is_seen() -> None:
    with another_database():
        _as_owner(
            "ALTER TABLE billing_invoiceline NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE billing_invoiceline DROP CONSTRAINT billing_invoiceline_invoice_id_in_org",
            "ALTER TABLE billing_invoiceline ADD FOREIGN KEY (invoice_id) REFERENCES billing_invoice (id)",
            "ALTER TABLE billing_invoiceline FORCE ROW LEVEL SECURITY",
        )
        world, theirs = make_world(), make_world()
        fill(world)
        fill(theirs)
        with pytest.raises(AssertionError, match=r"billing_invoiceline.invoice_id refers"):
            test_no_key_lets_a_row_refer_to_another_organizations(world, theirs, print)
        with pytest.raises(AssertionError):
            structure.test_keys_carry_the_organization(_model("billing_invoiceline"))


@pytest.mark.promise(23, sabotage="a table whose security is not forced")
def test_security_that_is_not_forced_is_seen() -> None:
    with another_database():
        _as_owner("ALTER TABLE records_comment NO FORCE ROW LEVEL SECURITY")
        with pytest.raises(AssertionError):
            structure.test_security_is_enabled_and_forced_on_exactly_these()


@pytest.mark.promise(23, sabotage="a policy without its WITH CHECK")
def test_a_policy_that_checks_nothing_is_seen() -> None:
    with another_database():
        _as_owner(f"ALTER POLICY {isolation.POLICY} ON records_comment WITH CHECK (true)")
        with pytest.raises(AssertionError):
            structure.test_the_policy_is_the_derived_one(_model("records_comment"))
        world, theirs = make_world(), make_world()
        fill(world)
        fill(theirs)
        with pytest.raises(AssertionError, match="records_comment"):
            test_no_row_crosses_the_wall(world, theirs, print)


@pytest.mark.promise(23, sabotage="the organization is set for the session, not for the transaction")
def test_a_binding_that_stays_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def tell(org_id: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.org_id', %s, false)", [org_id])

    monkeypatch.setattr(context, "_tell_database", tell)
    try:
        with pytest.raises(AssertionError):
            nothing_is_carried_over(world)
    finally:
        connection.close()


def _bare() -> AbstractContextManager[None]:
    """The app role with every grant, and no trigger or check of ours in its way: keys and policies stand alone."""
    triggers = [f'ALTER TABLE "{table}" DISABLE TRIGGER USER' for table in TABLES]
    return damaged(*triggers, _DROP_CHECKS, f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {APP}")


def _copy(table: str) -> str:
    """A row of one's own once more, with these columns changed."""
    return f'INSERT INTO "{table}" SELECT (jsonb_populate_record(t, %s::jsonb)).* FROM "{table}" t LIMIT 1'


def _touched(org_id: UUID, sql: str, *values: Any) -> int:
    with organization(org_id), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def _as_owner(*statements: str) -> None:
    with connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _model(table: str) -> Any:
    return next(model for model in OWNED if model._meta.db_table == table)
