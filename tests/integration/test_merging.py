"""Two records that are one: what a merge moves, and that undoing it brings back what was, and nothing else."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairlead.crm import accounts, contacts, merging
from fairlead.crm.models import Account, Merge
from fairlead.foundation.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted
from fairlead.records import attachments, comments, files, keeping, links, tags
from fairlead.records.keeping import ManagedKind
from fairlead.records.models import Attachment, Comment
from fairlead.tenancy import isolation
from fairlead.tenancy.context import organization
from tests.file_store import small
from tests.invoicing import at_once
from tests.world import Person, World, make_world

ACCOUNT, CONTACT = accounts.ACCOUNT, contacts.CONTACT
# What a change leaves behind on purpose.
_MARKS = ("version", "updated_on")
_TALES = ("records_historyentry", "crm_merge")

LINES = st.sampled_from(["", "a", "b"])
WHOM = st.sets(st.integers(0, 2))
ACCOUNTS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["One", "Two"]),
        "email": st.sampled_from(["", "a@x.example", "b@y.example"]),
        "industry": LINES,
        "description": LINES,
        "status": st.sampled_from(["open", "closed"]),
        "billing_address": st.none() | st.just({"city": "Berlin", "country": "DE"}),
        "payment_terms": st.none() | st.integers(0, 2),
        "revenue": st.none() | st.sampled_from([("1.50", "EUR"), ("2", "USD")]),
    }
)
CONTACTS = st.fixed_dictionaries(
    {
        "first_name": st.sampled_from(["Jane", "Joe"]),
        "last_name": LINES,
        "do_not_call": st.booleans(),
        "emails": st.lists(st.sampled_from(["a@x.example", "b@x.example"]), unique=True, max_size=2).map(
            lambda found: [{"email": one, "type": "work"} for one in found]
        ),
    }
)
HELD = st.fixed_dictionaries({"people": WHOM, "tags": WHOM, "ends": WHOM, "comments": st.integers(0, 2)})
SIDES = st.sampled_from(["this", "other"])


@pytest.fixture(scope="module")
def place() -> World:
    return make_world()


def as_(person: Person) -> Any:
    return organization(person.org_id, person.actor)


def make(kind: ManagedKind, **given: Any) -> UUID:
    least = {"name": "One"} if kind is ACCOUNT else {"first_name": "Jane"}
    return keeping.create(kind, {**least, **given})


def stored() -> dict[str, Any]:
    """Every row of the organization, by table; without what says only that something was done."""
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for model in isolation.owned_models():
            table = model._meta.db_table
            if table not in _TALES:
                cursor.execute(
                    f"SELECT (to_jsonb(t) - %s::text[])::text FROM {table} t ORDER BY 1", [[*_MARKS]]
                )
                found[table] = [row[0] for row in cursor.fetchall()]
    return found


def column(kind: ManagedKind, record_id: UUID, name: str) -> Any:
    return getattr(kind.model._default_manager.get(id=record_id), name)


def _record(
    kind: ManagedKind, given: Mapping[str, Any], held: Mapping[str, Any], world: World, ends: Any
) -> UUID:
    people = [world.owner, world.clerk, world.colleague]
    given = dict(given)
    if revenue := given.pop("revenue", None):
        given |= {"annual_revenue": Decimal(revenue[0]), "currency": revenue[1]}
    others = "contacts" if kind is ACCOUNT else "accounts"
    made = make(
        kind,
        **given,
        assigned_to=[people[one].user_id for one in held["people"]],
        tags=[ends["tags"][one] for one in held["tags"]],
        **{others: [{"id": ends[kind.name][one], "role": "r"} for one in sorted(held["ends"])]},
    )
    for number in range(held["comments"]):
        comments.add(kind, made, f"{number}")
    return made


@pytest.fixture(scope="module")
def ends(place: World) -> dict[str, list[UUID]]:
    """Tags, and three of what each kind is linked to."""
    with as_(place.owner):
        return {
            "tags": [tags.create(f"tag {one}").id for one in range(3)],
            "account": [make(CONTACT, last_name=str(one)) for one in range(3)],
            "contact": [make(ACCOUNT, name=str(one)) for one in range(3)],
        }


COMMON = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@pytest.mark.parametrize(
    ("kind", "fields"), [(ACCOUNT, ACCOUNTS), (CONTACT, CONTACTS)], ids=["account", "contact"]
)
def test_merged_and_taken_apart_everything_is_as_it_was(
    kind: ManagedKind, fields: Any, place: World, ends: Any
) -> None:
    names = [name for name in kind.fields if name not in ("annual_revenue", "currency")]

    @COMMON
    @given(st.tuples(fields, HELD), st.tuples(fields, HELD), st.dictionaries(st.sampled_from(names), SIDES))
    def turn(one: Any, two: Any, winners: Any) -> None:
        with as_(place.owner):
            this, other = (_record(kind, a, b, place, ends) for a, b in (one, two))
            before = stored()
            merge_id = merging.merge(kind, this, other, winners)
            assert stored() != before
            assert merging.undo(kind, this, merge_id) == other
            assert stored() == before

    turn()


@COMMON
@given(data=st.data())
def test_edits_after_a_merge_stay(data: Any, place: World, ends: Any) -> None:
    with as_(place.owner):
        this, other = (_record(ACCOUNT, data.draw(ACCOUNTS), data.draw(HELD), place, ends) for _ in "ab")
        before = {one: ACCOUNT.model._default_manager.get(id=one) for one in (this, other)}
        merge_id = merging.merge(ACCOUNT, this, other, data.draw(st.dictionaries(LINES_NAMES, SIDES)))
        edited = data.draw(st.dictionaries(LINES_NAMES, st.just("edited")))
        changed = keeping.edit(ACCOUNT, keeping.lock(ACCOUNT, "change", this), edited)
        added = comments.add(ACCOUNT, this, "after")
        merging.undo(ACCOUNT, this, merge_id)
        for name in ("name", "industry", "description"):
            wanted = "edited" if name in changed else getattr(before[this], name)
            assert (column(ACCOUNT, this, name), column(ACCOUNT, other, name)) == (
                wanted,
                getattr(before[other], name),
            )
        assert comments.find(ACCOUNT, added.id).record_id == this


LINES_NAMES = st.sampled_from(["name", "industry", "description"])


@pytest.mark.parametrize("order", ["first", "last"])
def test_a_chain_is_taken_apart_in_any_order(world: World, order: str) -> None:
    with as_(world.owner):
        one, two, three = (
            make(ACCOUNT, name=name, assigned_to=[world.clerk.user_id], contacts=[{"id": make(CONTACT)}])
            for name in ("One", "Two", "Three")
        )
        before = stored()
        first = merging.merge(ACCOUNT, two, three, {})
        second = merging.merge(ACCOUNT, one, two, {})
        assert merging.survivor(ACCOUNT, three) == one
        assert len(ACCOUNT.parts["contacts"].read(ACCOUNT.model._default_manager.get(id=one))) == 3
        if order == "first":
            merging.undo(ACCOUNT, one, first)
            assert merging.survivor(ACCOUNT, three) is None
            merging.undo(ACCOUNT, one, second)
        else:
            merging.undo(ACCOUNT, one, second)
            merging.undo(ACCOUNT, two, first)
        assert stored() == before


def test_what_the_survivor_of_a_survivor_had_itself_stays_there(world: World) -> None:
    """The clerk comes with the third, leaves, and is on the first on their own: the third takes nothing along."""
    clerk = [world.clerk.user_id]
    with as_(world.owner):
        one, two = (make(ACCOUNT, name=name) for name in ("One", "Two"))
        three = make(ACCOUNT, name="Three", assigned_to=clerk)
        first = merging.merge(ACCOUNT, two, three, {})
        keeping.change(ACCOUNT, two, {"assigned_to": []})
        keeping.change(ACCOUNT, one, {"assigned_to": clerk})
        second = merging.merge(ACCOUNT, one, two, {})
        merging.undo(ACCOUNT, one, first)
        assert (links.read(one)["assigned_to"], links.read(three)["assigned_to"]) == (clerk, [])
        keeping.change(ACCOUNT, three, {"assigned_to": clerk})
        merging.undo(ACCOUNT, one, second)
        assert [links.read(each)["assigned_to"] for each in (one, two, three)] == [clerk, [], clerk]


def test_what_moved_on_since_stays_where_it_is(world: World) -> None:
    with as_(world.owner):
        person = make(CONTACT)
        this, other, third = (make(ACCOUNT, name=name) for name in ("This", "Other", "Third"))
        keeping.change(ACCOUNT, other, {"contacts": [{"id": person}]})
        merge_id = merging.merge(ACCOUNT, this, other, {})
        keeping.change(CONTACT, person, {"accounts": [{"id": third}]})
        merging.undo(ACCOUNT, this, merge_id)
        at = CONTACT.parts["accounts"].read(CONTACT.model._default_manager.get(id=person))
        assert [one["id"] for one in at] == [str(third)]


def test_fields_that_go_together_are_taken_together(world: World) -> None:
    with as_(world.owner):
        this = make(ACCOUNT, currency="EUR")
        other = make(ACCOUNT, annual_revenue=Decimal(100), currency="USD")
        merging.merge(ACCOUNT, this, other, {})
        assert (column(ACCOUNT, this, "annual_revenue"), column(ACCOUNT, this, "currency")) == (100, "USD")
        with pytest.raises(InvalidInput, match="go together"):
            merging.merge(ACCOUNT, this, make(ACCOUNT), {"annual_revenue": "this", "currency": "other"})


def test_of_two_merges_of_one_pair_at_once_one_happens(world: World) -> None:
    with as_(world.owner):
        pair = [make(ACCOUNT, name=name) for name in ("One", "Two")]
    done: list[UUID] = []
    refused: list[str] = []

    def attempt(number: int) -> None:
        this, other = pair if number % 2 else pair[::-1]
        try:
            with as_(world.owner):
                done.append(merging.merge(ACCOUNT, this, other, {}))
        except (Conflict, NotFound) as error:
            refused.append(error.slug)

    at_once(8, attempt)
    assert (len(done), len(refused)) == (1, 7)
    with as_(world.owner):
        assert Account.objects.filter(merged_into=None, id__in=pair).count() == 1


def comment_on(record_id: UUID) -> None:
    comments.add(ACCOUNT, record_id, "Called them.")


def attach_to(record_id: UUID) -> None:
    attachments.add(ACCOUNT, record_id, small())


@pytest.mark.parametrize("write", [comment_on, attach_to])
def test_what_is_being_written_about_the_other_moves_along(
    world: World, write: Callable[[UUID], None]
) -> None:
    def merge() -> None:
        try:
            with as_(world.owner):
                merging.merge(ACCOUNT, this, other, {})
        finally:
            connection.close()

    with as_(world.owner):
        this, other = (make(ACCOUNT, name=name) for name in ("One", "Two"))
    with ThreadPoolExecutor(1) as pool:
        with files.settled(), as_(world.owner):
            write(other)
            merged = pool.submit(merge)
            with pytest.raises(TimeoutError):
                merged.result(0.5)
        merged.result(20)
    with as_(world.owner):
        kept = [row for model in (Comment, Attachment) for row in model.about(world.acme.id, "account", this)]
        assert len(kept) == 1
    with pytest.raises(NotFound), files.settled(), as_(world.owner):
        write(other)


def test_both_must_be_ones_that_one_may_change(world: World) -> None:
    with as_(world.owner):
        hidden = make(ACCOUNT)
        seen = make(ACCOUNT, teams=[world.dev.id])
        put_away = make(ACCOUNT, assigned_to=[world.colleague.user_id])
        keeping.archive(ACCOUNT, put_away)
    with as_(world.colleague):
        mine = make(ACCOUNT)
        before = stored()
        for other, error in (
            (hidden, InvalidInput),
            (seen, NotPermitted),
            (put_away, InvalidInput),
            (mine, InvalidInput),
        ):
            _refused(error, mine, other)
            if other != mine:
                _refused(DomainError, other, mine)
        assert stored() == before


def _refused(error: type[DomainError], this: UUID, other: UUID) -> None:
    with pytest.raises(error):
        merging.merge(ACCOUNT, this, other, {})


def test_the_journal_holds_plain_values(world: World) -> None:
    with as_(world.owner):
        merge_id = merging.merge(
            ACCOUNT, make(ACCOUNT), make(ACCOUNT, annual_revenue=Decimal("1.50"), currency="EUR"), {}
        )
        kept = Merge.objects.get(id=merge_id)
        assert json.loads(json.dumps(kept.fields))["annual_revenue"] == [None, "1.5"]
