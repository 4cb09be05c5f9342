"""From an opportunity to its invoice, and what an account is worth because of them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.test_opportunities import LINES, OPPORTUNITIES, make, put, step
from tests.invoicing import INVOICES, at_once, body, path, read, unchanged
from tests.invoicing import make as make_invoice
from tests.invoicing import put as put_invoice
from tests.world import Api, Person, World, api

ACCOUNTS = "/api/accounts/"
ADDRESS = {
    "address_line": "Unter den Linden 1", "street": "", "city": "Berlin", "state": "", "postcode": "10117",
    "country": "DE",
}  # fmt: skip
OF_ACCOUNT = {
    "email": "billing@customer.example", "vat_id": "DE136695976", "buyer_reference": "04011000-1234512345-06",
    "payment_terms": 14, "language": "de",
}  # fmt: skip


def account(person: Person, **given: Any) -> str:
    body = {"name": "Customer", "billing_address": ADDRESS, **OF_ACCOUNT, **given}
    answer = api(person).post(f"{ACCOUNTS}?force=true", body)
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


def contact(person: Person, **given: Any) -> str:
    answer = api(person).post(
        "/api/contacts/?force=true", {"first_name": "Jane", "last_name": "Doe", **given}
    )
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


# How each is made, and where it is.
MAKERS: dict[str, tuple[Callable[[Person], str], str]] = {
    "account": (account, ACCOUNTS),
    "contact": (contact, "/api/contacts/"),
    "opportunity": (lambda person: str(make(person)["id"]), OPPORTUNITIES),
}


def test_a_won_one_becomes_a_draft_of_its_lines_for_its_account(world: World) -> None:
    customer = account(world.clerk)
    jane, john = contact(world.clerk), contact(world.clerk, first_name="John")
    lines = [{**LINES[0], "vat_rate": "19"}, LINES[1]]
    made = make(world.clerk, account=customer, contacts=[jane, john], lines=lines)
    step(world.clerk, made, "win")
    answer = api(world.clerk).post(f"{OPPORTUNITIES}{made['id']}/invoice/")
    assert answer.status == 201
    invoice = answer.json
    assert (invoice["status"], invoice["invoice_title"], invoice["name"]) == ("Draft", "Website", "Customer")
    assert (invoice["net_amount"], invoice["tax"]) == ("106.11", "18.05")
    assert [line["net_amount"] for line in invoice["lines"]] == [line["net_amount"] for line in made["lines"]]
    assert (invoice["account"], invoice["opportunity"]) == (
        {"id": customer, "name": "Customer"}, {"id": made["id"], "name": "Website"},
    )  # fmt: skip
    assert invoice["contact"] == {"id": jane, "name": "Jane Doe"}
    assert invoice["to_address"] == ADDRESS
    assert {name: invoice[name] for name in OF_ACCOUNT} == OF_ACCOUNT
    [told, *_] = api(world.clerk).get(f"{OPPORTUNITIES}{made['id']}/history/").json["results"]
    assert (told["action"], told["changes"]) == ("invoiced", {"invoice": [None, invoice["id"]]})


def test_without_lines_it_is_one_line_of_the_amount(world: World) -> None:
    made = make(world.clerk, account=account(world.clerk), amount="1234.50")
    invoice = api(world.clerk).post(f"{OPPORTUNITIES}{made['id']}/invoice/").json
    assert [(line["description"], line["rate"]) for line in invoice["lines"]] == [("Website", "1234.50")]
    assert invoice["total_amount"] == "1234.50"


def test_with_a_key_it_happens_once(world: World) -> None:
    made = make(world.clerk, account=account(world.clerk), amount="5")
    address, headers = f"{OPPORTUNITIES}{made['id']}/invoice/", {"Idempotency-Key": "once"}

    def invoice(_: int) -> int:
        return api(world.clerk).post(address, headers=headers).status

    assert set(at_once(4, invoice)) <= {201, 409}
    assert api(world.clerk).get(f"{INVOICES}?opportunity={made['id']}").json["count"] == 1


def test_what_cannot_be_invoiced_is_refused(world: World) -> None:
    customer = account(world.clerk)
    lost = make(world.clerk, account=customer, amount="5")
    step(world.clerk, lost, "lose", {"reason": "Price"})
    refused = [
        (lost, None),
        (make(world.clerk, amount="5"), "account"),
        (make(world.clerk, account=customer), "amount"),
    ]
    with unchanged(world.acme.id):
        for made, field in refused:
            answer = api(world.clerk).post(f"{OPPORTUNITIES}{made['id']}/invoice/")
            assert (answer.status, [*answer.json["errors"]]) == (422, [field] if field else [])


def test_a_token_needs_both_scopes(world: World) -> None:
    made = make(world.owner, account=account(world.owner), amount="5")
    for scopes, status in (
        (["opportunities:write"], 403), (["invoices:write"], 403), (["opportunities:write", "invoices:write"], 201),
    ):  # fmt: skip
        token = api(world.owner).post("/api/profile/tokens/", {"name": "t", "scopes": scopes}).json["token"]
        bearer = Api({"Authorization": f"Bearer {token}"})
        assert bearer.post(f"{OPPORTUNITIES}{made['id']}/invoice/").status == status


def test_an_invoice_begins_with_what_its_account_has_unless_told(world: World) -> None:
    customer = account(world.clerk)
    given = body(account=customer, vat_id="", payment_terms=None)
    del given["email"]
    invoice = make_invoice(world.clerk, given)
    assert (invoice["email"], invoice["vat_id"], invoice["payment_terms"], invoice["language"]) == (
        OF_ACCOUNT["email"], "", None, "de",
    )  # fmt: skip
    assert make_invoice(world.clerk, account=customer)["email"] == body()["email"]


@pytest.mark.parametrize("name", MAKERS)
def test_an_invoice_refers_only_to_what_its_writer_sees(world: World, name: str) -> None:
    maker, address = MAKERS[name]
    hidden, mine, archived = maker(world.owner), maker(world.clerk), maker(world.clerk)
    api(world.clerk).delete(f"{address}{archived}/")
    invoice = make_invoice(world.clerk, {**body(), name: mine})
    with unchanged(world.acme.id):
        for other in (hidden, archived):
            for answer in (
                api(world.clerk).put(path(invoice), {name: other}),
                api(world.clerk).post(INVOICES, {**body(), name: other}),
            ):
                assert (answer.status, [*answer.json["errors"]]) == (422, [name])
    # What it refers to already may be sent back by who does not see it, and is not told its name.
    put_invoice(world.owner, invoice, assigned_to=[world.colleague.id])
    unseen = put_invoice(world.colleague, read(world.colleague, invoice), notes="Hello.")[name]
    assert unseen == {"id": mine, "name": None}
    assert read(world.clerk, invoice)[name]["name"]


def test_what_it_is_about_changes_after_issue(world: World) -> None:
    invoice = make_invoice(world.clerk, status="Sent")
    given = {name: maker(world.clerk) for name, (maker, _) in MAKERS.items()}
    changed = put_invoice(world.clerk, invoice, **given)
    assert {name: changed[name]["id"] for name in given} == given
    assert changed["history"][0]["changes"] == {name: [None, value] for name, value in given.items()}
    for name, value in given.items():
        counts = [
            api(world.clerk).get(f"{INVOICES}?{name}={one}").json["count"] for one in (value, invoice["id"])
        ]
        assert counts == [1, 0]
    assert put_invoice(world.clerk, invoice, account=None)["account"] is None


@pytest.mark.parametrize("name", MAKERS)
def test_what_issued_invoices_are_about_stays(world: World, name: str) -> None:
    maker, place = MAKERS[name]
    address = f"{place}{maker(world.clerk)}/"
    about: dict[str, Any] = {name: address.rstrip("/").rpartition("/")[2]}
    invoice = make_invoice(world.clerk, status="Sent", **about)
    with unchanged(world.acme.id):
        answer = api(world.clerk).delete(address)
        assert answer.status == 422
        assert "1 issued invoice is about this" in answer.json["detail"]
    put_invoice(world.clerk, invoice, **{name: None})
    make_invoice(world.clerk, **about)
    assert api(world.clerk).delete(address).status == 200


def test_figures_are_of_each_currency_and_of_what_is_seen(world: World) -> None:
    customer = account(world.owner, assigned_to=[world.clerk.id])
    for amount in ("100", "50.50"):
        make(world.clerk, account=customer, amount=amount, probability=50)
    step(world.clerk, make(world.clerk, account=customer, amount="7"), "win")
    step(world.clerk, make(world.clerk, account=customer, amount="8"), "lose", {"reason": "Price"})
    make(world.owner, account=customer, amount="1000", currency="JPY")
    make(world.clerk, account=customer)
    make_invoice(world.clerk, account=customer, currency="USD", status="Sent")
    make_invoice(world.clerk, account=customer, currency="USD", status="Sent", due_date="2999-01-01")
    paid = make_invoice(world.clerk, account=customer, currency="USD", status="Sent")
    api(world.clerk).post(path(paid, "payments"), {"amount": "4000.00"})
    make_invoice(world.clerk, account=customer, currency="EUR")
    make_invoice(world.owner, account=customer, currency="USD", quantity=1, rate="1.00", status="Sent")
    eur = {
        "currency": "EUR", "open_pipeline": "150.50", "weighted": "75.25", "won": "7.00", "invoiced": "0.00",
        "outstanding": "0.00", "overdue": "0.00",
    }  # fmt: skip
    usd = {
        "currency": "USD", "open_pipeline": "0.00", "weighted": "0.00", "won": "0.00", "invoiced": "72000.00",
        "outstanding": "68000.00", "overdue": "44000.00",
    }  # fmt: skip
    yen = dict.fromkeys(eur, "0") | {"currency": "JPY", "open_pipeline": "1000", "weighted": "100"}
    assert _figures(world.clerk, customer) == [eur, usd]
    more = {"invoiced": "72001.00", "outstanding": "68001.00", "overdue": "44001.00"}
    assert _figures(world.owner, customer) == [eur, yen, {**usd, **more}]
    api(world.owner).put(f"/api/users/{world.clerk.id}/", {"has_sales_access": False})
    nothing = {"open_pipeline": "0.00", "weighted": "0.00", "won": "0.00"}
    assert _figures(world.clerk, customer) == [{**usd, **nothing}]


def test_the_forecast_is_by_month_and_stage(world: World) -> None:
    made = make(world.clerk, amount="100", expected_close_date="2027-02-15", probability=30)
    make(world.clerk, amount="50", expected_close_date="2027-02-28")
    make(world.clerk, amount="9", currency="USD", expected_close_date="2027-03-01")
    make(world.clerk, amount="1")
    make(world.owner, amount="1000", expected_close_date="2027-02-15")
    won, lost = (
        make(world.clerk, amount=amount, expected_close_date="2027-02-15") for amount in ("70", "80")
    )
    won = step(world.clerk, won, "win")
    step(world.clerk, lost, "lose", {"reason": "Price"})
    rows = _forecast(world.clerk)
    month = won["closed_on"][:7]
    assert [(one["month"], one["stage"]["name"], one["currency"], one["count"]) for one in rows] == [
        (month, "Won", "EUR", 1),
        ("2027-02", "Qualification", "EUR", 2),
        ("2027-03", "Qualification", "USD", 1),
        (None, "Qualification", "EUR", 1),
    ]
    assert [(one["amount"], one["weighted_amount"]) for one in rows] == [
        ("70.00", "70.00"), ("150.00", "35.00"), ("9.00", "0.90"), ("1.00", "0.10"),
    ]  # fmt: skip
    assert [one["month"] for one in _forecast(world.clerk, "?from=2027-02-16&to=2027-03-01")] == [
        "2027-02",
        "2027-03",
    ]
    assert _forecast(world.clerk, f"?pipeline={made['pipeline']['id']}") == rows
    assert _forecast(world.clerk, f"?assigned_to={world.clerk.id}") == []
    put(world.clerk, made, assigned_to=[world.clerk.id])
    assert [one["amount"] for one in _forecast(world.clerk, f"?assigned_to={world.clerk.id}")] == ["100.00"]


def _figures(person: Person, account_id: str) -> Any:
    return api(person).get(f"{ACCOUNTS}{account_id}/").json["figures"]


def _forecast(person: Person, query: str = "") -> Any:
    answer = api(person).get(f"/api/reports/forecast/{query}")
    assert answer.status == 200, answer.body
    return answer.json["results"]
