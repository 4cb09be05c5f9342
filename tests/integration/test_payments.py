"""The ledger: what may be paid, how it is taken back, and that the invoice says what the ledger says."""

import pytest

from fairlead.foundation.ids import new_id
from tests.invoicing import Json, body, in_status, lined, make, path, pay, read, refusal, rows, unchanged
from tests.world import Answer, World, api, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture
def invoice(world: World) -> Json:
    """Issued, 24000.00 USD."""
    return make(world.owner, status="Sent")


def reverse(world: World, invoice: Json, payment: Json, reason: str = "Bounced") -> Answer:
    return api(world.owner).post(path(invoice, f"payments/{payment['id']}/reverse"), json={"reason": reason})


def test_parts_add_up_to_paid(world: World, invoice: Json) -> None:
    more = {"paid_on": "2026-11-02", "method": "Bank transfer", "reference": "RF18 5390"}
    first = api(world.owner).post(path(invoice, "payments"), json={"amount": 4000, **more})
    assert first.status == 201
    assert first.json | more == first.json
    assert (first.json["amount"], first.json["created_by"]["id"]) == ("4000.00", world.owner.id)
    found = read(world.owner, invoice)
    paid = ("status", "payment_state", "amount_paid", "amount_due")
    assert [found[name] for name in paid] == ["Sent", "partial", "4000.00", "20000.00"]
    assert pay(world.owner, invoice, "20000.00").json["paid_on"]
    found = read(world.owner, invoice)
    assert [found[name] for name in paid] == ["Paid", "paid", "24000.00", "0.00"]
    assert [one["amount"] for one in found["payments"]] == ["20000.00", "4000.00"]
    listed = api(world.owner).get(path(invoice, "payments")).json
    assert (listed["count"], listed["results"]) == (2, found["payments"])


@pytest.mark.parametrize(
    ("currency", "rate", "amount", "status"),
    [
        ("USD", "10", "10.01", 422),
        ("USD", "10", "0", 422),
        ("USD", "10", "0.00", 422),
        ("USD", "10", "-1.00", 422),
        ("USD", "10", "1.001", 422),
        ("USD", "10", "1.100", 201),
        ("JPY", "10", "1.5", 422),
        ("JPY", "10", "0.1", 422),
        ("JPY", "10", "2", 201),
        ("JPY", "10", "2.0", 201),
        ("KWD", "10", "1.2345", 422),
        ("KWD", "10", "1.234", 201),
        ("USD", "10", None, 400),
        ("USD", "10", "1e1", 400),
        ("USD", "10", "NaN", 400),
    ],
)
def test_amounts(world: World, currency: str, rate: str, amount: str, status: int) -> None:
    invoice = make(world.owner, body(currency=currency, quantity=1, rate=rate), status="Sent")
    if status == 201:
        digits = {"USD": 2, "JPY": 0, "KWD": 3}[currency]
        assert pay(world.owner, invoice, amount).json["amount"] == f"{float(amount):.{digits}f}"
        return
    with unchanged(world.acme.id):
        answer = pay(world.owner, invoice, amount)
    assert (answer.status, [*answer.json["errors"]]) == (status, ["amount"])


def test_a_reversal_is_an_entry_of_its_own(world: World, invoice: Json) -> None:
    payment = pay(world.owner, invoice, "5.00").json
    taken_back = reverse(world, invoice, payment)
    assert taken_back.status == 200
    expected = {"amount": "-5.00", "reversal_of": payment["id"], "reason": "Bounced"}
    assert taken_back.json | expected == taken_back.json
    found = read(world.owner, invoice)
    assert (found["amount_paid"], found["payment_state"], len(found["payments"])) == ("0.00", "unpaid", 2)


def test_what_cannot_be_reversed(world: World, invoice: Json) -> None:
    payment = pay(world.owner, invoice, "5.00").json
    reversal = reverse(world, invoice, payment).json
    other = pay(world.owner, make(world.owner, status="Sent"), "5.00").json
    kept = pay(world.owner, invoice, "7.00").json
    with unchanged(world.acme.id):
        assert reverse(world, invoice, payment).status == 422  # again
        assert reverse(world, invoice, reversal).status == 404
        assert reverse(world, invoice, other).status == 404
        assert reverse(world, invoice, {"id": str(new_id())}).status == 404
        assert reverse(world, invoice, kept, reason=" ").status == 400


@pytest.mark.parametrize("standing", ["all", "some reversed before"])
def test_reopening_reverses_every_payment_that_stands(world: World, invoice: Json, standing: str) -> None:
    first = pay(world.owner, invoice, "10.00").json
    if standing != "all":
        assert reverse(world, invoice, first).status == 200
    pay(world.owner, invoice, "20.00")
    status = path(invoice, "status")
    assert api(world.owner).post(status, json={"status": "Paid"}).json["amount_due"] == "0.00"
    found = api(world.owner).post(status, json={"status": "Pending", "reason": "Refunded"}).json
    assert (found["status"], found["amount_paid"], found["payment_state"]) == ("Pending", "0.00", "unpaid")
    assert sum(float(one["amount"]) for one in found["payments"]) == 0
    assert {one["reason"] for one in found["payments"]} <= {"", "Refunded", "Bounced"}


def test_a_cancelled_invoice_takes_no_payment(world: World) -> None:
    for status in ("Draft", "Cancelled"):
        invoice = in_status(world.owner, status)
        with unchanged(world.acme.id):
            answer = pay(world.owner, invoice, "1.00")
        assert (answer.status, [*answer.json["errors"]]) == (422, ["status"])


PAYMENT = """INSERT INTO billing_payment
    (id, created_on, org_id, invoice_id, amount, paid_on, method, reference, reason, reversal_of_id)
    SELECT gen_random_uuid(), now(), org_id, id, {}, now()::date, '', '', '', {} FROM billing_invoice WHERE id = %s"""
ANY = "(SELECT p.id FROM billing_payment p WHERE p.invoice_id <> billing_invoice.id AND p.amount = 5 LIMIT 1)"
OWN = "(SELECT p.id FROM billing_payment p WHERE p.invoice_id = billing_invoice.id)"


@pytest.mark.parametrize(
    ("amount", "reversal_of", "state"),
    [
        ("23990.01", "null", "23001"),  # more than is due
        ("0", "null", "23514"),
        ("-1", "null", "23514"),
        ("5", OWN, "23001"),
        ("-5", ANY, "23001"),  # of another invoice
        ("-9.99", OWN, "23001"),  # not all of it
        ("-5", "gen_random_uuid()", "23001"),
    ],
)
def test_the_database_refuses_a_wrong_entry(
    world: World, invoice: Json, amount: str, reversal_of: str, state: str
) -> None:
    pay(world.owner, make(world.owner, status="Sent"), "5.00")
    pay(world.owner, invoice, "10.00")
    with unchanged(world.acme.id):
        assert refusal(world.acme.id, PAYMENT.format(amount, reversal_of), invoice["id"]) == state


@pytest.mark.parametrize("status", ["Draft", "Cancelled", "Paid"])
def test_the_database_refuses_a_payment_that_is_not_due(world: World, status: str) -> None:
    invoice = in_status(world.owner, status)
    with unchanged(world.acme.id):
        assert refusal(world.acme.id, PAYMENT.format("1", "null"), invoice["id"]) == "23001"


@pytest.mark.parametrize("amount_paid", ["9.99", "0", "24000", "24001", "-1"])
def test_the_invoice_says_what_the_ledger_says(world: World, invoice: Json, amount_paid: str) -> None:
    pay(world.owner, invoice, "10.00")
    sql = "UPDATE billing_invoice SET amount_paid = %s WHERE id = %s"
    with unchanged(world.acme.id):
        assert refusal(world.acme.id, sql, amount_paid, invoice["id"]) == "23001"


def test_payments_of_a_total_with_cents_and_tax(world: World) -> None:
    invoice = make(world.owner, lined({"rate": "99.99", "vat_rate": "5.5"}, {"rate": "0.005"}), status="Sent")
    assert invoice["total_amount"] == "105.50"
    assert pay(world.owner, invoice, "105.49").status == 201
    assert read(world.owner, invoice)["status"] == "Sent"
    assert pay(world.owner, invoice, "0.01").status == 201
    assert read(world.owner, invoice)["status"] == "Paid"
    assert rows(
        world.acme.id, "SELECT sum(amount)::text FROM billing_payment WHERE invoice_id = %s", invoice["id"]
    ) == [("105.50",)]
