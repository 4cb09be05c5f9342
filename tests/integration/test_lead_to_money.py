"""From a visitor's entry in a web form to money: one walk over the running server, by nothing but HTTP."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.installation import Installation

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("up")]

ENTRY = {
    "first_name": "Ines",
    "last_name": "Duarte",
    "company_name": "TECH solutions",
    "job_title": "Head of Marketing",
    "email": "Ines.Duarte@techsolutions.example",
    "phone": "+49 30 12345678",
    "description": "We need a new website by spring.",
}
ADDRESS = {"address_line": "Am Markt 1", "street": "", "city": "Bremen", "state": "", "postcode": "28195"}


class Walker:
    """Somebody who calls the server, signed in or not."""

    def __init__(self, installation: Installation, headers: Mapping[str, str]) -> None:
        self.installation = installation
        self.headers = {**headers, "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        raw = b"" if body is None else json.dumps(body).encode()
        answer = self.installation.send(method, path, self.headers, raw)
        assert answer.status == status, (method, path, answer.body)
        return json.loads(answer.body)

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        return self.call("POST", path, body, status)


def test_a_lead_becomes_money(running: Installation) -> None:
    ours = Walker(running, running.found("olivia@acme.example", "Acme"))
    _walk(ours, Walker(running, {}))


def _walk(ours: Walker, world: Walker) -> None:
    given = {
        "name": "Tech Solutions",
        "billing_address": {**ADDRESS, "country": "DE"},
        "vat_id": "DE136695976",
    }
    account = ours.post("/api/accounts/", given, 201)["id"]
    me = ours.get("/api/profile/")["id"]

    form = ours.post("/api/api-settings/", {"title": "Contact us", "lead_assigned_to": [me]}, 201)
    world.post(f"/api/leads/create-from-site/?apikey={form['apikey']}", ENTRY, 201)
    [lead] = ours.get("/api/leads/?source=website")["results"]
    assert (lead["assigned_to"], lead["phone"]) == ([me], "+493012345678")

    path = f"/api/leads/{lead['id']}/"
    worked = {"status": "in process", "rating": "hot", "opportunity_amount": "12000.00", "currency": "EUR"}
    assert ours.call("PATCH", path, worked)["status"] == "in process"
    ours.post(f"/api/leads/comment/{lead['id']}/", {"comment": "Called her: budget is there."}, 201)

    made = ours.post(f"{path}convert/", {})
    assert made == ours.post(f"{path}convert/", {}), "a second conversion answers the same three"
    assert made["account"] == account, "the account that exists is taken, whatever the case of its letters"
    assert ours.get("/api/leads/")["count"] == 0
    assert ours.get("/api/leads/?status=converted")["count"] == 1
    contact = ours.get(f"/api/contacts/{made['contact']}/")
    assert [one["id"] for one in contact["accounts"]] == [account]

    path = f"/api/opportunities/{made['opportunity']}/"
    opportunity = ours.get(path)
    assert [one["comment"] for one in opportunity["comments"]] == ["Called her: budget is there."]
    pipeline = ours.get("/api/pipelines/")["results"][0]
    stages = [one["id"] for one in pipeline["stages"] if one["kind"] == "open"]
    ours.post(f"{path}move/", {"stage": stages[1]})
    lines = [{"description": "Concept and design", "quantity": 80, "rate": "125.00", "vat_rate": "19"}]
    assert ours.call("PATCH", path, {"lines": lines})["amount"] == "10000.00"
    assert ours.post(f"{path}win/")["status"] == "won"

    invoice = ours.post(f"{path}invoice/", None, 201)
    assert (invoice["status"], invoice["name"], invoice["total_amount"]) == (
        "Draft",
        "Tech Solutions",
        "11900.00",
    )
    assert (invoice["account"]["id"], invoice["opportunity"]["id"]) == (account, made["opportunity"])
    assert (invoice["to_address"]["city"], invoice["vat_id"]) == ("Bremen", "DE136695976")
    ours.post(f"/api/invoices/{invoice['id']}/status/", {"status": "Sent"})

    entries = ours.get(f"/api/accounts/{account}/timeline/")["results"]
    assert [one["facts"]["invoice_title"] for one in entries if one["type"] == "invoice"] == [
        invoice["invoice_title"]
    ]
    [figures] = ours.get(f"/api/accounts/{account}/")["figures"]
    assert (figures["won"], figures["outstanding"]) == ("10000.00", "11900.00")
    assert ours.post(f"/api/invoices/{invoice['id']}/status/", {"status": "Paid"})["amount_due"] == "0.00"
    [figures] = ours.get(f"/api/accounts/{account}/")["figures"]
    assert (figures["invoiced"], figures["outstanding"]) == ("11900.00", "0.00")
    refused = ours.call("DELETE", f"/api/accounts/{account}/", None, 422)
    assert "invoice" in refused["detail"]
