"""Comments: who sees the record may write them, the author or an admin may change them, and history tells."""

from uuid import UUID

import pytest
from django.db import ProgrammingError, connection, transaction

from fairlead.billing.visibility import INVOICE
from fairlead.crm.accounts import ACCOUNT
from fairlead.foundation.errors import NotAuthenticated, NotFound, NotPermitted
from fairlead.foundation.ids import new_id
from fairlead.records import comments, history
from fairlead.records.kinds import Kind
from fairlead.records.models import Comment
from fairlead.tenancy.context import organization
from tests.world import Person, World


def comment(person: Person, record_id: UUID, text: str = "They will pay on Friday.") -> UUID:
    with organization(person.org_id, person.actor):
        return comments.add(INVOICE, record_id, text).id


def told(world: World, record_id: UUID) -> list[tuple[str, object]]:
    with organization(world.acme.id):
        return [(entry.action, entry.changes.get("comment")) for entry in history.about("invoice", record_id)]


def texts(world: World, record_id: UUID) -> list[str]:
    with organization(world.acme.id):
        return [row.text for row in comments.about(INVOICE, record_id)]


def test_a_comment_can_be_read_back(world: World) -> None:
    record_id = new_id()
    comment(world.clerk, record_id, "First")
    comment(world.colleague, record_id, "Second")
    with organization(world.acme.id):
        rows = [(row.text, row.commented_by.name) for row in comments.about(INVOICE, record_id)]
    assert rows == [("Second", "Colin Colleague"), ("First", "Claire Clerk")]
    assert told(world, record_id) == [("commented", [None, "Second"]), ("commented", [None, "First"])]


@pytest.mark.parametrize("who", ["clerk", "owner"])
def test_its_author_and_an_admin_may_change_and_remove_it(world: World, who: str) -> None:
    record_id, person = new_id(), getattr(world, who)
    comment_id = comment(world.clerk, record_id, "Friday")
    with organization(world.acme.id, person.actor):
        assert comments.change(INVOICE, comment_id, "Monday").text == "Monday"
    assert texts(world, record_id) == ["Monday"]
    with organization(world.acme.id, person.actor):
        comments.remove(INVOICE, comment_id)
    assert texts(world, record_id) == []
    assert told(world, record_id)[:2] == [
        ("comment removed", ["Monday", None]),
        ("comment changed", ["Friday", "Monday"]),
    ]


def test_the_same_text_again_is_no_change(world: World) -> None:
    record_id = new_id()
    comment_id = comment(world.clerk, record_id, "Friday")
    with organization(world.acme.id, world.clerk.actor):
        comments.change(INVOICE, comment_id, "Friday")
    assert told(world, record_id) == [("commented", [None, "Friday"])]


def test_another_member_may_not(world: World) -> None:
    record_id = new_id()
    comment_id = comment(world.clerk, record_id, "Friday")
    with organization(world.acme.id, world.colleague.actor):
        with pytest.raises(NotPermitted):
            comments.change(INVOICE, comment_id, "Never")
        with pytest.raises(NotPermitted):
            comments.remove(INVOICE, comment_id)
    assert texts(world, record_id) == ["Friday"]
    assert told(world, record_id) == [("commented", [None, "Friday"])]


def test_nobody_may_not(world: World) -> None:
    record_id = new_id()
    with organization(world.acme.id), pytest.raises(NotAuthenticated):
        comments.add(INVOICE, record_id, "Hello")
    assert texts(world, record_id) == []


@pytest.mark.parametrize(("kind", "who"), [(ACCOUNT, "clerk"), (INVOICE, "stranger")])
def test_of_another_kind_or_organization_it_does_not_exist(world: World, kind: Kind, who: str) -> None:
    record_id, person = new_id(), getattr(world, who)
    comment_id = comment(world.clerk, record_id, "Friday")
    with organization(person.org_id, person.actor):
        for attempt in (comments.find, comments.remove):
            with pytest.raises(NotFound):
                attempt(kind, comment_id)
        with pytest.raises(NotFound):
            comments.change(kind, comment_id, "Never")
        assert not comments.about(kind, record_id).exists()
    assert texts(world, record_id) == ["Friday"]


def test_the_application_cannot_put_words_in_anothers_mouth(world: World) -> None:
    record_id = new_id()
    comment(world.clerk, record_id)
    with organization(world.acme.id):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(
                f"UPDATE {Comment._meta.db_table} SET commented_by_id = %s", [world.owner.user_id]
            )
        assert comments.about(INVOICE, record_id).get().commented_by_id == world.clerk.user_id
