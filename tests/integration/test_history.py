"""The history of a record: written with the change, and never rewritten."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from fairlead.foundation.ids import new_id
from fairlead.records import history
from fairlead.records.models import HistoryEntry
from fairlead.tenancy.context import organization
from tests.world import World


def test_an_entry_says_who_did_what_and_when(world: World) -> None:
    record_id = new_id()
    with organization(world.acme.id, world.clerk.actor):
        history.write("invoice", record_id, "created", {})
        history.write(
            "invoice", record_id, "status", {"grace_until": [None, "2026-12-01"]}, status=("Draft", "Sent")
        )
    with organization(world.acme.id):
        newest, oldest = history.about("invoice", record_id)
    assert (oldest.action, oldest.changes, oldest.status_changed_from) == ("created", {}, None)
    assert newest.updated_by is not None
    assert newest.updated_by.name == "Claire Clerk"
    assert (newest.status_changed_from, newest.status_changed_to) == ("Draft", "Sent")
    assert newest.changes == {"grace_until": [None, "2026-12-01"]}
    assert newest.updated_on >= oldest.updated_on


def test_what_nobody_did_the_system_did(world: World) -> None:
    with organization(world.acme.id):
        assert history.write("invoice", new_id(), "rendered", {}).updated_by is None


def test_writing_is_one_statement(world: World) -> None:
    with organization(world.acme.id, world.clerk.actor), CaptureQueriesContext(connection) as queries:
        history.write("invoice", new_id(), "created", {})
    assert [query["sql"].split()[0] for query in queries] == ["INSERT"]


def test_another_kind_or_organization_has_its_own(world: World) -> None:
    record_id = new_id()
    with organization(world.acme.id):
        history.write("invoice", record_id, "created", {})
        assert not history.about("quote", record_id).exists()
    with organization(world.globex.id):
        assert not history.about("invoice", record_id).exists()
    assert not HistoryEntry.objects.filter(record_id=record_id).exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET action = 'x'", "DELETE FROM {table}", "TRUNCATE {table}"]
)
def test_nobody_rewrites_it(world: World, statement: str) -> None:
    record_id = new_id()
    with organization(world.acme.id):
        history.write("invoice", record_id, "created", {})
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement.format(table=HistoryEntry._meta.db_table))
        assert [entry.action for entry in history.about("invoice", record_id)] == ["created"]


def test_it_goes_with_the_change_that_is_rolled_back(world: World) -> None:
    record_id = new_id()
    with organization(world.acme.id):
        history.write("invoice", record_id, "created", {})
        transaction.set_rollback(True)
    with organization(world.acme.id):
        assert not history.about("invoice", record_id).exists()
