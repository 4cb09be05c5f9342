"""The same request twice is done once; a change of what has changed meanwhile is refused."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.invoicing import INVOICES, Json, at_once, body, in_status, make, path, put, read, rows, unchanged
from tests.world import Answer, Person, World, api

KEY = {"Idempotency-Key": "7f1d6c1e-0001"}


def create(person: Person, given: Json | None = None, key: str = KEY["Idempotency-Key"]) -> Answer:
    return api(person).post(INVOICES, json=given or body(), headers={"Idempotency-Key": key})


def count(world: World) -> int:
    found: int = rows(world.acme.id, "SELECT count(*) FROM billing_invoice")[0][0]
    return found


@pytest.mark.promise(3)
def test_twenty_at_once_make_one_invoice(world: World) -> None:
    create(world.stranger)  # warms up what the callers would otherwise make twenty times
    answers = at_once(20, lambda _: create(world.clerk))
    assert {answer.status for answer in answers} <= {201, 409}
    made = [answer for answer in answers if answer.status == 201]
    originals = [answer for answer in made if "Idempotent-Replayed" not in answer.headers]
    assert (len(originals), count(world)) == (1, 1)
    assert {answer.body for answer in made} == {originals[0].body}
    for answer in answers:
        if answer.status == 409:
            assert [*answer.json["errors"]] == ["Idempotency-Key"]
            assert answer.headers["Retry-After"] == "1"


@pytest.mark.promise(3)
def test_the_first_answer_comes_again_whatever_happened_since(world: World) -> None:
    first = create(world.clerk)
    put(world.clerk, first.json, notes="Changed since.")
    with unchanged(world.acme.id):
        again = create(world.clerk)
    assert (again.status, again.body, again.headers["ETag"]) == (201, first.body, first.headers["ETag"])
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.promise(3)
def test_the_same_means_the_same_parsed_body(world: World) -> None:
    first = create(world.clerk)
    shuffled = dict(reversed(body().items()))
    assert create(world.clerk, shuffled).body == first.body
    with unchanged(world.acme.id):
        other = create(world.clerk, body(rate="200.01"))
    assert (other.status, [*other.json["errors"]]) == (422, ["Idempotency-Key"])


@pytest.mark.promise(3)
def test_a_key_of_another_operation_is_another_request(world: World) -> None:
    invoice = create(world.clerk).json
    with unchanged(world.acme.id):
        answer = api(world.clerk).post(path(invoice, "duplicate"), headers=KEY)
    assert (answer.status, [*answer.json["errors"]]) == (422, ["Idempotency-Key"])


@pytest.mark.promise(3)
def test_a_refused_request_is_not_kept(world: World) -> None:
    with unchanged(world.acme.id):
        assert create(world.clerk, body(currency="XXX")).status == 422
        assert create(world.clerk, body(tax="1", tax_rate="1")).status == 422
    assert create(world.clerk).headers.get("Idempotent-Replayed") is None


@pytest.mark.promise(3)
def test_a_key_is_its_users_in_one_organization(world: World) -> None:
    made = [create(person).json["id"] for person in (world.clerk, world.colleague, world.stranger)]
    assert len({*made}) == 3
    assert create(world.clerk).json["id"] == made[0]


@pytest.mark.promise(3)
@pytest.mark.parametrize(
    ("verb", "given", "once"),
    [
        ("payments", {"amount": "7.00"}, "SELECT count(*) FROM billing_payment"),
        (
            "status",
            {"status": "Pending"},
            "SELECT count(*) FROM records_historyentry WHERE action = 'status'",
        ),
        ("duplicate", None, "SELECT count(*) - 1 FROM billing_invoice"),
        (
            "send-mail",
            {"recipients": ["a@example.com"], "subject": "Invoice", "message": ""},
            "SELECT count(*) FROM messaging_outboundemail",
        ),
    ],
)
def test_every_post_heeds_its_key(world: World, verb: str, given: Any, once: str) -> None:
    invoice = make(world.owner, status="Sent")
    before = rows(world.acme.id, once)[0][0]
    answers = [api(world.owner).post(path(invoice, verb), json=given, headers=KEY) for _ in range(2)]
    assert answers[0].status in (200, 201)
    assert answers[1].body == answers[0].body
    assert rows(world.acme.id, once)[0][0] == before + 1


@pytest.mark.promise(3)
@pytest.mark.parametrize("key", ["", "x" * 256, "schlüssel", "a\tb"])
def test_a_bad_key_is_refused(world: World, key: str) -> None:
    with unchanged(world.acme.id):
        answer = create(world.clerk, key=key)
    assert (answer.status, [*answer.json["errors"]]) == (400, ["Idempotency-Key"])


def changes(world: World, invoice: Json) -> list[Callable[[Any], Answer]]:
    """Every operation that heeds If-Match."""
    caller = api(world.owner)
    return [
        lambda headers: caller.put(path(invoice), json={"notes": "stale"}, headers=headers),
        lambda headers: caller.patch(path(invoice), json={"notes": "stale"}, headers=headers),
        lambda headers: caller.post(path(invoice, "status"), json={"status": "Sent"}, headers=headers),
        lambda headers: caller.delete(path(invoice), headers=headers),
    ]


@pytest.mark.parametrize("etag", ['"1"', '"99"', '"other"', '"-1"', '"1", "3"'])
def test_a_stale_version_changes_nothing(world: World, etag: str) -> None:
    invoice = make(world.owner)
    put(world.owner, invoice, notes="since")
    with unchanged(world.acme.id):
        for change in changes(world, invoice):
            assert change({"If-Match": etag}).status == 412


@pytest.mark.parametrize("etag", ["1", "x", "", '"1'])
def test_what_is_no_etag_is_refused(world: World, etag: str) -> None:
    invoice = make(world.owner)
    with unchanged(world.acme.id):
        for change in changes(world, invoice):
            answer = change({"If-Match": etag})
            assert (answer.status, [*answer.json["errors"]]) == (400, ["If-Match"])


@pytest.mark.parametrize("operation", range(4))
@pytest.mark.parametrize("etag", ["{}", "*", '"a", {}', '{},"99"', '"0" , {}, ""'])
def test_the_present_version_or_any_will_do(world: World, operation: int, etag: str) -> None:
    invoice = make(world.owner)
    present = api(world.owner).get(path(invoice)).headers["ETag"]
    assert changes(world, invoice)[operation]({"If-Match": etag.format(present)}).status == 200


def test_the_etag_moves_with_each_change_and_only_then(world: World) -> None:
    caller = api(world.owner)
    invoice = make(world.owner)
    steps: list[tuple[bool, Callable[[], Answer]]] = [
        (False, lambda: caller.put(path(invoice), json={})),
        (False, lambda: caller.put(path(invoice), json=read(world.owner, invoice))),
        (True, lambda: caller.put(path(invoice), json={"notes": "x"})),
        (True, lambda: caller.patch(path(invoice), json={"assigned_to": [world.clerk.id]})),
        (True, lambda: caller.put(path(invoice), json={"rate": "5"})),
        (True, lambda: caller.post(path(invoice, "status"), json={"status": "Sent"})),
        (False, lambda: caller.post(path(invoice, "status"), json={"status": "Sent"})),
        (True, lambda: caller.post(path(invoice, "payments"), json={"amount": "1.00"})),
        (True, lambda: caller.post(path(invoice, "status"), json={"status": "Paid"})),
        (True, lambda: caller.post(path(invoice, "status"), json={"status": "Sent", "reason": "Back"})),
        (True, lambda: caller.put(path(invoice), json={"grace_until": "2031-01-01"})),
    ]
    etag = caller.get(path(invoice)).headers["ETag"]
    for moves, change in steps:
        answer = change()
        assert answer.status in (200, 201)
        after = caller.get(path(invoice)).headers["ETag"]
        assert (after != etag) == moves
        assert answer.headers.get("ETag", after) == after
        etag = after


def test_of_ten_who_read_the_same_one_changes_it(world: World) -> None:
    invoice = in_status(world.owner, "Draft")
    etag = api(world.owner).get(path(invoice)).headers["ETag"]

    def change(caller: int) -> int:
        return (
            api(world.owner)
            .put(path(invoice), json={"notes": str(caller)}, headers={"If-Match": etag})
            .status
        )

    assert Counter(at_once(10, change)) == {200: 1, 412: 9}
    assert len(read(world.owner, invoice)["history"]) == 2


def test_ten_changes_without_a_version_all_happen(world: World) -> None:
    invoice = make(world.owner)
    fields = [
        "notes",
        "terms",
        "internal_notes",
        "purchase_order",
        "buyer_reference",
        "phone",
        "vat_id",
        "name",
    ]
    at_once(8, lambda caller: put(world.owner, invoice, **{fields[caller]: "mine"}))
    found = read(world.owner, invoice)
    assert [found[name] for name in fields] == ["mine"] * 8
    assert len(found["history"]) == 9
