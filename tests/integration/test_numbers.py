"""Numbers: what they look like, where they come from, and the register that accounts for each."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError

from fairlead.billing import invoices, numbering
from fairlead.foundation import clock
from fairlead.foundation.errors import InvalidInput
from fairlead.tenancy.context import organization
from tests.integration.test_invoices import given
from tests.invoicing import INVOICES, Json, body, make, path, put, read, refusal, rows, step, unchanged
from tests.world import World, api

Entries = list[tuple[str, str]]


def settle(world: World, **series: str) -> None:
    """Change how the organization numbers its invoices."""
    with organization(world.acme.id, world.owner.actor):
        numbering.change_settings(series)


def register(world: World) -> Entries:
    """(number, state) of every entry, in the order in which they were made."""
    found: Entries = rows(
        world.acme.id, "SELECT number, state FROM billing_registerednumber ORDER BY created_on, id"
    )
    return found


def numbered(world: World, **more: Any) -> Any:
    return make(world.clerk, **more)["invoice_number"]


def test_numbers_outgrow_their_width(world: World) -> None:
    assert numbered(world) == "INV-001"
    rows(
        world.acme.id,
        """INSERT INTO billing_registerednumber (id, created_on, org_id, series_id, period, value, previous, number,
                state, reason)
            SELECT gen_random_uuid(), now(), org_id, series_id, 0, n, n - 1, 'INV-' || n, 'void', 'Of another system'
            FROM billing_registerednumber, generate_series(2, 998) AS n""",
    )
    rows(world.acme.id, "UPDATE billing_numbercounter SET value = 998")
    assert [numbered(world), numbered(world)] == ["INV-999", "INV-1000"]


def test_a_series_restarts_in_the_organizations_new_year(world: World) -> None:
    settle(world, pattern="R{year}/{month}-{number:02d}", restart="yearly")
    found = []
    # Half past eleven in Berlin, and half past midnight.
    for at in ("2026-12-31T22:30", "2026-12-31T23:30", "2027-01-15T12:00", "2027-11-15T12:00"):
        with clock.at(datetime.fromisoformat(at).replace(tzinfo=UTC)):
            found.append(numbered(world))
    assert found == ["R2026/12-01", "R2027/01-01", "R2027/01-02", "R2027/11-03"]


def test_a_changed_pattern_goes_on_counting(world: World) -> None:
    assert numbered(world) == "INV-001"
    settle(world, pattern="RE {number:04d}")
    assert numbered(world) == "RE 0002"
    settle(world, pattern="INV-{year}-{number}", restart="yearly")
    assert numbered(world) == f"INV-{datetime.now(UTC).year}-1"
    settle(world, pattern="INV-{number:03d}", restart="never")
    assert numbered(world) == "INV-003"


@pytest.mark.parametrize("series", [{"pattern": "INV"}, {"pattern": "{number}{x}"}, {"restart": "yearly"}])
def test_a_pattern_that_repeats_itself_is_refused(world: World, series: dict[str, str]) -> None:
    address = f"/api/org/{world.acme.id}/"
    with unchanged(world.acme.id):
        answer = api(world.owner).put(address, json={"number_series": series})
    assert (answer.status, [*answer.json["errors"]]) == (422, ["number_series.pattern"])


def test_a_free_number_is_the_callers(world: World) -> None:
    assert numbered(world, invoice_number="2026/A-7") == "2026/A-7"
    assert numbered(world) == "INV-001"
    assert register(world) == [("2026/A-7", "manual"), ("INV-001", "used")]


@pytest.mark.parametrize("which", ["used", "manual", "void"])
def test_a_taken_number_is_refused(world: World, which: str) -> None:
    taken = make(world.clerk, invoice_number="A-1" if which == "manual" else None)
    if which == "void":
        assert api(world.clerk).delete(path(taken)).status == 200
    other = make(world.clerk)
    number = {"invoice_number": taken["invoice_number"]}
    with unchanged(world.acme.id):
        refused = [
            api(world.clerk).post(INVOICES, json=body(**number)),
            api(world.clerk).put(path(other), json=number),
        ]
    assert [(answer.status, [*answer.json["errors"]]) for answer in refused] == [
        (409, ["invoice_number"])
    ] * 2


def test_the_counter_passes_over_numbers_chosen_by_hand(world: World) -> None:
    for number in ("INV-001", "INV-002", "INV-004"):
        numbered(world, invoice_number=number)
    assert [numbered(world), numbered(world)] == ["INV-003", "INV-005"]
    skipped = [entry for entry in register(world) if entry[1] == "skipped"]
    assert skipped == [("INV-001", "skipped"), ("INV-002", "skipped"), ("INV-004", "skipped")]


def test_a_draft_is_renumbered_and_its_number_void(world: World) -> None:
    invoice = make(world.clerk)
    assert put(world.clerk, invoice, invoice_number="A-1")["invoice_number"] == "A-1"
    assert put(world.clerk, invoice, invoice_number="A-2", notes="x")["invoice_number"] == "A-2"
    assert register(world) == [("INV-001", "void"), ("A-1", "void"), ("A-2", "manual")]
    with unchanged(world.acme.id):
        answer = api(world.clerk).put(path(invoice), json={"invoice_number": None})
    assert (answer.status, [*answer.json["errors"]]) == (422, ["invoice_number"])
    assert numbered(world) == "INV-002"


def test_a_draft_that_goes_leaves_its_number_void(world: World) -> None:
    deleted, cancelled, kept = make(world.clerk), make(world.clerk), make(world.clerk)
    assert api(world.clerk).delete(path(deleted)).json["id"] == deleted["id"]
    assert step(world.clerk, cancelled, "Cancelled")["invoice_number"] == "INV-002"
    assert register(world) == [("INV-001", "void"), ("INV-002", "void"), ("INV-003", "used")]
    sql = "SELECT number, reason, changed_by_id::text, document_id::text FROM billing_registerednumber ORDER BY value"
    assert rows(world.acme.id, sql) == [
        ("INV-001", "The draft was deleted.", world.clerk.id, deleted["id"]),
        ("INV-002", "The draft was cancelled.", world.clerk.id, cancelled["id"]),
        ("INV-003", "", None, kept["id"]),
    ]


def test_an_issued_invoice_keeps_its_number_when_cancelled(world: World) -> None:
    step(world.owner, make(world.owner, status="Sent"), "Cancelled")
    assert register(world) == [("INV-001", "used")]


def test_numbers_on_issue(world: World) -> None:
    settle(world, number_on="issue")
    drafts = [make(world.owner) for _ in range(3)]
    assert [draft["invoice_number"] for draft in drafts] == [None] * 3
    assert put(world.owner, drafts[0], **drafts[0])["invoice_number"] is None
    assert numbered(world, invoice_number="A-1") == "A-1"
    assert step(world.owner, drafts[2], "Sent")["invoice_number"] == "INV-001"
    assert api(world.owner).delete(path(drafts[1])).status == 200
    assert step(world.owner, drafts[0], "Paid")["invoice_number"] == "INV-002"
    assert numbered(world, status="Sent") == "INV-003"
    assert step(world.owner, make(world.owner), "Cancelled")["invoice_number"] is None
    assert [entry[0] for entry in register(world)] == ["A-1", "INV-001", "INV-002", "INV-003"]


def test_organizations_number_alone(world: World) -> None:
    first = [make(person)["invoice_number"] for person in (world.clerk, world.stranger, world.clerk)]
    assert first == ["INV-001", "INV-001", "INV-002"]
    assert make(world.stranger, invoice_number="INV-002")["invoice_number"] == "INV-002"


def test_a_refused_invoice_takes_no_number(world: World) -> None:
    with organization(world.acme.id, world.clerk.actor):
        series = numbering.series_of_invoices()
    assert series.pattern == "INV-{number:03d}"
    with pytest.raises(InvalidInput), organization(world.acme.id, world.clerk.actor):
        invoices.create(given(status="Sent", issue_date=clock.today("UTC")))  # its due date is before
    assert (register(world), numbered(world)) == ([], "INV-001")


COPY = """INSERT INTO billing_registerednumber
    SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid()) || %s::jsonb)).*
    FROM billing_registerednumber r WHERE number = 'INV-003'"""
# What the database is asked to take, and how it says no.
WRONG = {
    "a hole": ('{"value": 5, "previous": 4, "number": "INV-005"}', "23503"),
    "a hole without predecessor": ('{"value": 5, "previous": null, "number": "INV-005"}', "23514"),
    "a wrong predecessor": ('{"value": 5, "previous": 3, "number": "INV-005"}', "23514"),
    "a value again": ('{"value": 3, "number": "INV-005"}', "23505"),
    "a number again": ('{"value": 4, "previous": 3}', "23505"),
    "a number again by hand": ('{"value": null, "previous": null, "state": "manual"}', "23505"),
    "an unknown state": ('{"value": 4, "previous": 3, "number": "INV-004", "state": "lost"}', "23514"),
}


@pytest.fixture
def counted(world: World) -> list[Json]:
    """INV-001, issued, INV-002 and INV-003, drafts."""
    return [make(world.clerk, status=status) for status in ("Sent", "Draft", "Draft")]


@pytest.mark.parametrize("wrong", WRONG)
def test_the_register_takes_neither_hole_nor_double(world: World, counted: list[Json], wrong: str) -> None:
    entry, state = WRONG[wrong]
    with unchanged(world.acme.id):
        assert refusal(world.acme.id, COPY, entry) == state


def test_an_entry_can_only_become_void(world: World, counted: list[Json]) -> None:
    update = "UPDATE billing_registerednumber SET {} WHERE number = 'INV-00{}'"
    columns = {
        "number": "'X'",
        "value": 9,
        "previous": 9,
        "document_id": "null",
        "created_on": "now()",
        "period": 1,
    }
    denied = [update.format(f"{name} = {value}", 3) for name, value in columns.items()]
    denied += ["DELETE FROM billing_registerednumber", "TRUNCATE billing_registerednumber"]
    refused = [update.format(f"state = '{state}'", 3) for state in ("used", "manual", "skipped")]
    refused.append(update.format("reason = 'x'", 3))
    refused.append(update.format("state = 'void'", 1))  # it is issued
    with unchanged(world.acme.id):
        assert {refusal(world.acme.id, sql) for sql in denied} == {"42501"}
        assert {refusal(world.acme.id, sql) for sql in refused} == {"23001"}
    assert refusal(world.acme.id, update.format("state = 'void'", 3)) is None
    with unchanged(world.acme.id):
        assert refusal(world.acme.id, update.format("state = 'used'", 3)) == "23001"
    # Nor can the draft be issued under a number that it gave up.
    assert api(world.clerk).get(path(counted[2])).json["invoice_number"] == "INV-003"
    with (
        unchanged(world.acme.id),
        pytest.raises(IntegrityError),
        organization(world.acme.id, world.clerk.actor),
    ):
        invoices.issue(counted[2]["id"])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_invoice SET number = 'INV-099' WHERE number = 'INV-003'",
        "UPDATE billing_invoice SET number = null WHERE number = 'INV-003'",
        "UPDATE billing_invoice SET status = 'Cancelled' WHERE number = 'INV-003'",
        "DELETE FROM billing_invoice WHERE number = 'INV-003'",
    ],
)
def test_a_draft_has_the_number_that_the_register_gave(
    world: World, counted: list[Json], statement: str
) -> None:
    with unchanged(world.acme.id):
        assert refusal(world.acme.id, statement) == "23001"


@pytest.mark.parametrize("value", [1, 9])
def test_a_counter_that_was_tampered_with_gives_no_number(
    world: World, counted: list[Json], value: int
) -> None:
    rows(world.acme.id, "UPDATE billing_numbercounter SET value = %s", value)
    with (
        unchanged(world.acme.id),
        pytest.raises(IntegrityError),
        organization(world.acme.id, world.clerk.actor),
    ):
        invoices.create(given())
    assert read(world.clerk, counted[2])["invoice_number"] == "INV-003"
