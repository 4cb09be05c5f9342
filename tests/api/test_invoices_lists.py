"""The list: each filter, each order, a walk while others write, and who sees what."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import pytest

from fairlead.billing.domain import lifecycle
from fairlead.billing.domain.lifecycle import Status
from fairlead.foundation import clock
from tests.invoicing import INVOICES, Json, body, in_status, lined, make, path, pay, put, read, step
from tests.world import Person, World, api, make_person, make_world

NAMES = [
    "Ärzte & Söhne",
    "100% Cotton",
    "100 Cotton",
    "a_b",
    "axb",
    "back\\slash",
    "ACME Corporation",
    "Ελλάς",
]
ODD = {"name": "Overdue Ltd", "currency": "EUR", "invoice_title": "Rent", "email": "pay@rent.example"}


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def invoices(world: World) -> list[Json]:
    """Of every status, payment, date, currency and customer, each as its detail has it."""
    today = clock.today("Europe/Berlin")
    clerk, owner = world.clerk, world.owner
    made = [make(clerk, body(name=name, rate=str(10 + number))) for number, name in enumerate(NAMES)]
    made += [in_status(owner, status, body(**ODD)) for status in ("Sent", "Pending", "Paid", "Cancelled")]
    made += [
        make(owner, body(due_date=str(today), status="Sent")),
        make(owner, body(due_date=str(today + timedelta(1)), status="Sent", issue_date="2024-01-31")),
        make(owner, body(grace_until=str(today), status="Sent", teams=[str(world.dev.id)])),
        make(owner, body(grace_until=str(today - timedelta(1)), due_date="2099-01-01", status="Pending")),
        make(owner, body(rate="0", status="Sent")),
        make(owner, lined({}, {"rate": "0.5"}, currency="JPY", assigned_to=[world.clerk.id], due_date=None)),
    ]
    pay(owner, made[8], "1.00")
    pay(owner, made[9], "24000.00")
    return [read(owner, one) for one in made]


def listed(person: Person, **query: Any) -> list[Json]:
    answer = api(person).get(f"{INVOICES}?{urlencode({'limit': 500, **query})}")
    assert answer.status == 200, answer.body
    assert answer.json["count"] == len(answer.json["results"])
    rows: list[Json] = answer.json["results"]
    return rows


def has(**fields: Any) -> Callable[[Json], bool]:
    return lambda one: all(one[name] == value for name, value in fields.items())


# A query, with {clerk} and the like in it, and which invoices it means.
FILTERS: list[tuple[Json, Callable[[Json], bool]]] = [
    *(({"status": status}, has(status=status)) for status in ("Draft", "Sent", "Pending", "Paid", "Cancelled")),
    *(({"payment_state": state}, has(payment_state=state)) for state in ("unpaid", "partial", "paid")),
    ({"overdue": "true"}, has(is_overdue=True)),
    ({"overdue": "false"}, has(is_overdue=False)),
    ({"currency": "EUR"}, has(currency="EUR")),
    ({"due_before": "2024-02-28"}, lambda one: (one["due_date"] or "9") <= "2024-02-28"),
    ({"due_after": "2024-02-29"}, lambda one: (one["due_date"] or "0") >= "2024-02-29"),
    ({"issued_before": "2024-01-31"}, lambda one: (one["issue_date"] or "9") <= "2024-01-31"),
    ({"issued_after": "2024-02-01"}, lambda one: (one["issue_date"] or "0") >= "2024-02-01"),
    ({"min_total": "1320.00"}, lambda one: Decimal(one["total_amount"]) >= 1320),
    ({"max_total": "1320"}, lambda one: Decimal(one["total_amount"]) <= 1320),
    ({"created_by": "{clerk}"}, lambda one: one["created_by"]["name"] == "Claire Clerk"),
    ({"assigned_to": "{clerk}"}, lambda one: bool(one["assigned_to"])),
    ({"team": "{dev}"}, lambda one: bool(one["teams"])),
    ({"search": "RENT"}, has(invoice_title="Rent")),
    ({"search": "inv-01"}, lambda one: one["invoice_number"].startswith("INV-01")),
    ({"search": "pay@"}, has(email="pay@rent.example")),
    ({"search": "acme"}, has(name="ACME Corporation")),
    ({"name": "OVER", "status": "Paid", "currency": "EUR"}, has(name="Overdue Ltd", status="Paid")),
]  # fmt: skip


@pytest.mark.parametrize("position", range(len(FILTERS)))
def test_filters(world: World, invoices: list[Json], position: int) -> None:
    query, means = FILTERS[position]
    known = {"clerk": world.clerk.id, "dev": world.dev.id}
    found = listed(world.owner, **{name: value.format(**known) for name, value in query.items()})
    expected = {one["id"] for one in invoices if means(one)}
    assert {row["id"] for row in found} == expected
    assert 0 < len(expected) < len(invoices)


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("acme", ["ACME Corporation"]),
        ("CORP", ["ACME Corporation"]),
        ("ärzte", ["Ärzte & Söhne"]),
        ("SÖHNE", ["Ärzte & Söhne"]),
        ("ελλ", ["Ελλάς"]),
        ("%", ["100% Cotton"]),
        ("0%", ["100% Cotton"]),
        ("_", ["a_b"]),
        ("A_B", ["a_b"]),
        ("\\", ["back\\slash"]),
        ("100 c", ["100 Cotton"]),
        ("nobody", []),
    ],
)
def test_a_part_of_the_name(world: World, invoices: list[Json], part: str, names: list[str]) -> None:
    expected = {one["name"] for one in invoices if part.lower() in one["name"].lower()}
    assert {row["name"] for row in listed(world.owner, name=part)} == expected
    assert expected & {*NAMES} == {*names} <= {row["name"] for row in listed(world.owner, search=part)}


def test_a_row_says_what_its_detail_says(world: World, invoices: list[Json]) -> None:
    details = {one["id"]: one for one in invoices}
    for row in listed(world.owner):
        detail = details[row["id"]]
        people = {name: [one["id"] for one in detail[name]] for name in ("assigned_to", "teams")}
        assert row == {name: detail[name] for name in row} | people


def test_what_is_derived_is_what_the_domain_says(world: World, invoices: list[Json]) -> None:
    today = clock.today("Europe/Berlin")
    for one in invoices:
        status, paid, total = Status(one["status"]), Decimal(one["amount_paid"]), Decimal(one["total_amount"])
        due, grace = (
            date.fromisoformat(one[name]) if one[name] else None for name in ("due_date", "grace_until")
        )
        assert one["is_overdue"] == lifecycle.is_overdue(status, total - paid, due, grace, today)
        assert one["payment_state"] == lifecycle.payment_state(status, paid, total)


@pytest.mark.parametrize(
    "key",
    "created_on issue_date due_date total_amount amount_due invoice_number invoice_title name status".split(),
)
@pytest.mark.parametrize("sign", ["", "-"])
def test_orders(world: World, invoices: list[Json], sign: str, key: str) -> None:
    rows = listed(world.owner, ordering=sign + key)
    values = [row[key] for row in rows if row[key] is not None]
    if key in ("total_amount", "amount_due"):
        values = [Decimal(value) for value in values]
    assert values == sorted(values, reverse=bool(sign))
    assert [row[key] for row in rows[len(values) :]] == [None] * (len(rows) - len(values))
    walked = [row["id"] for page in walk(world.owner, 5, ordering=sign + key) for row in page]
    assert walked == [row["id"] for row in rows]


def test_an_order_of_several_keys_and_the_default(world: World, invoices: list[Json]) -> None:
    rows = listed(world.owner, ordering="status,-total_amount")
    assert rows == sorted(rows, key=lambda row: (row["status"], -Decimal(row["total_amount"])))
    assert [row["id"] for row in listed(world.owner)] == [one["id"] for one in reversed(invoices)]


def walk(person: Person, limit: int, **query: Any) -> Iterator[list[Json]]:
    """The pages of a walk by cursor."""
    following = f"{INVOICES}?{urlencode({'limit': limit, 'cursor': '', **query})}"
    while following:
        answer = api(person).get(following)
        assert answer.status == 200, answer.body
        yield answer.json["results"]
        following = answer.json["next"]


def test_pages_by_offset_keep_the_filters(world: World, invoices: list[Json]) -> None:
    first = api(world.owner).get(f"{INVOICES}?name=o&limit=4&ordering=name&offset=4")
    assert (len(first.json["results"]), first.json["count"] > 8) == (4, True)
    assert first.json["next"] == f"{INVOICES}?name=o&limit=4&ordering=name&offset=8"
    assert first.json["previous"] == f"{INVOICES}?name=o&limit=4&ordering=name&offset=0"
    beyond = api(world.owner).get(f"{INVOICES}?offset=1000").json
    assert (beyond["results"], beyond["next"], beyond["count"]) == ([], None, len(invoices))


@pytest.mark.parametrize("ordering", ["-created_on", "name", "-total_amount,name", "due_date,-created_on"])
def test_a_walk_under_writes_neither_repeats_nor_drops(ordering: str) -> None:
    world = make_world()
    stay = [
        make(
            world.owner,
            body(
                name=f"Stays {n % 4}", rate=str(n % 3 + 1), due_date=None if n % 5 == 0 else f"2024-02-0{n}"
            ),
        )
        for n in range(1, 10)
    ]
    move = [make(world.owner, body(name=f"Moves {n}", rate="2")) for n in range(6)]
    seen: list[str] = []
    for turn, page in enumerate(walk(world.owner, 2, ordering=ordering)):
        seen += [row["id"] for row in page if row["name"].startswith("Stays")]
        make(world.owner, body(name=f"New {turn}", rate=str(turn)))
        if turn < len(move) and turn % 2:
            assert api(world.owner).delete(path(move[turn])).status == 200
        elif turn < len(move):
            put(world.owner, move[turn], name="Z", rate="99", due_date="2030-01-01")
        assert turn < 40
    assert sorted(seen) == sorted(one["id"] for one in stay)


def test_a_walk_keeps_to_its_order_and_filter(world: World, invoices: list[Json]) -> None:
    answer = api(world.owner).get(f"{INVOICES}?cursor=&limit=2&status=Sent&ordering=name").json
    assert "status=Sent" in answer["next"]
    pages = islice(walk(world.owner, 2, status="Sent"), 20)
    assert {row["status"] for page in pages for row in page} == {"Sent"}
    wrong = api(world.owner).get(answer["next"].replace("ordering=name", "ordering=-name"))
    assert (wrong.status, [*wrong.json["errors"]]) == (400, ["cursor"])


@pytest.fixture(scope="module")
def seen() -> tuple[World, Person, dict[str, Json]]:
    """A world, somebody with no part in it, and an invoice for each way to stand to it."""
    world = make_world()
    made = {
        "the clerk's": make(world.clerk),
        "the owner's": make(world.owner),
        "assigned to the clerk": make(world.owner, body(assigned_to=[world.clerk.id])),
        "of the team": make(world.owner, body(teams=[str(world.dev.id)])),
        "of the team and the clerk": make(world.clerk, body(teams=[str(world.dev.id)])),
    }
    return world, make_person(world.acme, "Nora Newcomer"), made


SEES = {
    "owner": {
        "the clerk's",
        "the owner's",
        "assigned to the clerk",
        "of the team",
        "of the team and the clerk",
    },
    "clerk": {"the clerk's", "assigned to the clerk", "of the team and the clerk"},
    "colleague": {"of the team", "of the team and the clerk"},
    "newcomer": set(),
    "stranger": set(),
}


@pytest.mark.parametrize("who", SEES)
def test_who_sees_what(seen: tuple[World, Person, dict[str, Json]], who: str) -> None:
    world, newcomer, made = seen
    person: Person = newcomer if who == "newcomer" else getattr(world, who)
    visible = {made[name]["id"] for name in SEES[who]}
    assert {row["id"] for row in listed(person)} == visible
    assert {row["id"] for page in walk(person, 1) for row in page} == visible
    for query in (
        {"created_by": world.owner.id},
        {"search": "consulting"},
        {"team": world.dev.id},
        {"overdue": "false"},
    ):
        assert {row["id"] for row in listed(person, **query)} <= visible
    for one in made.values():
        for verb in ("", "history", "payments", "emails", "explain", "download"):
            expected = 200 if one["id"] in visible else 404
            assert api(person).get(path(one, verb)).status == expected, verb


def test_who_leaves_a_team_sees_it_no_more() -> None:
    world = make_world()
    invoice = step(world.owner, make(world.owner, body(teams=[str(world.dev.id)])), "Sent")
    assert len(listed(world.colleague)) == 1
    put(world.owner, invoice, teams=[])
    assert listed(world.colleague) == []
    assert api(world.colleague).get(path(invoice)).status == 404
