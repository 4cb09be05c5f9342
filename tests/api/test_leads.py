"""Leads: worked, added up, and converted once into what exists or is made."""

from io import BytesIO
from typing import Any

import pytest

from tests.invoicing import at_once
from tests.world import Answer, Person, World, api

LEAD = {
    "title": "A new website",
    "first_name": "Ines",
    "last_name": "Duarte",
    "company_name": "Tech Solutions",
    "job_title": "Head of Marketing",
    "email": "ines@techsolutions.example",
    "phone": "+493012345678",
    "opportunity_amount": "12000.00",
    "currency": "EUR",
    "close_date": "2027-02-15",
    "source": "referral",
    "description": "By spring.",
}


def lead(person: Person, **more: Any) -> str:
    answer = api(person).post("/api/leads/?force=true", {**LEAD, **more})
    assert answer.status == 201, answer
    return str(answer.json["id"])


def convert(person: Person, lead_id: str, body: Any = None) -> Answer:
    return api(person).post(f"/api/leads/{lead_id}/convert/", body or {})


def read(person: Person, kind: str, record_id: str) -> Any:
    answer = api(person).get(f"/api/{kind}/{record_id}/")
    assert answer.status == 200, answer
    return answer.json


def count(person: Person, kind: str) -> int:
    found: int = api(person).get(f"/api/{kind}/").json["count"]
    return found


def test_a_lead_becomes_account_contact_and_opportunity(world: World) -> None:
    lead_id = lead(world.clerk, assigned_to=[world.colleague.id])
    made = convert(world.clerk, lead_id).json
    account = read(world.clerk, "accounts", made["account"])
    contact = read(world.clerk, "contacts", made["contact"])
    opportunity = read(world.clerk, "opportunities", made["opportunity"])
    assert account["name"] == "Tech Solutions"
    assert (contact["first_name"], contact["last_name"], contact["title"]) == (
        "Ines",
        "Duarte",
        "Head of Marketing",
    )
    assert [one["email"] for one in contact["emails"]] == ["ines@techsolutions.example"]
    assert [one["id"] for one in contact["accounts"]] == [made["account"]]
    assert (opportunity["name"], opportunity["amount"], opportunity["currency"]) == (
        "A new website",
        "12000.00",
        "EUR",
    )
    assert (opportunity["account"]["id"], opportunity["expected_close_date"]) == (
        made["account"],
        "2027-02-15",
    )
    assert [one["id"] for one in opportunity["contacts"]] == [made["contact"]]
    for record in (account, contact, opportunity):
        assert [one["id"] for one in record["assigned_to"]] == [world.colleague.id]
    converted = read(world.clerk, "leads", lead_id)
    assert (converted["status"], converted["converted_to"]) == ("converted", made)
    assert converted["history"][0]["status_changed_to"] == "converted"


def test_it_happens_once(world: World) -> None:
    lead_id = lead(world.clerk)
    answers = at_once(4, lambda _: convert(world.clerk, lead_id))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert [count(world.owner, kind) for kind in ("accounts", "contacts", "opportunities")] == [1, 1, 1]


def test_what_exists_is_taken_whatever_the_case_of_its_letters(world: World) -> None:
    account = api(world.clerk).post("/api/accounts/", {"name": "TECH SOLUTIONS"}).json["id"]
    person = {"first_name": "I.", "emails": [{"email": "INES@techsolutions.example", "type": "work"}]}
    contact = api(world.clerk).post("/api/contacts/", person).json["id"]
    made = convert(world.clerk, lead(world.clerk)).json
    assert (made["account"], made["contact"]) == (account, contact)
    assert [one["id"] for one in read(world.clerk, "contacts", contact)["accounts"]] == [account]


def test_what_one_does_not_see_is_not_taken(world: World) -> None:
    hidden = api(world.owner).post("/api/accounts/", {"name": "Tech Solutions"}).json["id"]
    assert convert(world.clerk, lead(world.clerk)).json["account"] != hidden
    named = convert(world.clerk, lead(world.clerk), {"account": hidden})
    assert (named.status, [*named.json["errors"]]) == (422, ["account"])


def test_account_and_contact_may_be_named(world: World) -> None:
    account = api(world.clerk).post("/api/accounts/", {"name": "Another"}).json["id"]
    made = convert(world.clerk, lead(world.clerk), {"account": account, "opportunity_name": "Website"}).json
    assert made["account"] == account
    assert read(world.clerk, "opportunities", made["opportunity"])["name"] == "Website"


def test_who_names_nobody_makes_no_contact(world: World) -> None:
    nobody = {"first_name": "", "last_name": "", "email": "", "phone": ""}
    made = convert(world.clerk, lead(world.clerk, **nobody)).json
    assert made["contact"] is None
    assert count(world.owner, "contacts") == 0


def test_comments_files_and_tags_move_along(world: World) -> None:
    tag = api(world.owner).post("/api/tags/", {"name": "fair"}).json["id"]
    lead_id = lead(world.clerk, tags=[tag])
    api(world.clerk).post(f"/api/leads/comment/{lead_id}/", {"comment": "Called her."})
    api(world.clerk).call(
        "POST", f"/api/leads/attachment/{lead_id}/", files={"attachment": BytesIO(b"notes")}
    )
    made = convert(world.clerk, lead_id).json
    opportunity = read(world.clerk, "opportunities", made["opportunity"])
    assert [one["comment"] for one in opportunity["comments"]] == ["Called her."]
    assert [one["id"] for one in opportunity["tags"]] == [tag]
    [file] = opportunity["attachments"]
    assert api(world.clerk).get(file["url"]).body == b"notes"
    assert read(world.clerk, "leads", lead_id)["comments"] == []


def test_to_set_the_status_is_to_convert(world: World) -> None:
    lead_id = lead(world.clerk)
    answer = api(world.clerk).put(f"/api/leads/{lead_id}/", {"status": "converted", "title": "Website"})
    assert (answer.status, answer.json["status"]) == (200, "converted")
    opportunity = answer.json["converted_to"]["opportunity"]
    assert read(world.clerk, "opportunities", opportunity)["name"] == "Website"


@pytest.mark.parametrize("body", [{"status": "assigned"}, {"title": "Else"}, {"opportunity_amount": "1.00"}])
def test_a_converted_one_is_what_it_was(world: World, body: dict[str, str]) -> None:
    lead_id = lead(world.clerk)
    convert(world.clerk, lead_id)
    before = read(world.clerk, "leads", lead_id)
    answer = api(world.clerk).patch(f"/api/leads/{lead_id}/", body)
    assert (answer.status, [*answer.json["errors"]]) == (422, [*body])
    assert read(world.clerk, "leads", lead_id) == before


def test_nobody_begins_converted(world: World) -> None:
    answer = api(world.clerk).post("/api/leads/", {**LEAD, "status": "converted"})
    assert (answer.status, [*answer.json["errors"]]) == (422, ["status"])
    assert api(world.clerk).get("/api/leads/?include_converted=true").json["count"] == 0


def test_converted_ones_leave_the_list_unless_asked_for(world: World) -> None:
    converted, open_one = lead(world.clerk), lead(world.clerk)
    convert(world.clerk, converted)
    asked = {
        "": [open_one],
        "?status=converted": [converted],
        "?include_converted=true": [open_one, converted],
    }
    for query, expected in asked.items():
        found = api(world.clerk).get(f"/api/leads/{query}").json["results"]
        assert [one["id"] for one in found] == expected


def test_totals_are_by_currency_and_of_what_the_filters_leave(world: World) -> None:
    for amount, currency, rating in (
        ("100.00", "EUR", "hot"),
        ("50.50", "EUR", "hot"),
        ("300", "JPY", "cold"),
    ):
        lead(world.clerk, opportunity_amount=amount, currency=currency, rating=rating)
    lead(world.clerk, opportunity_amount=None, currency="", rating="hot")
    totals = api(world.clerk).get("/api/leads/totals/").json
    assert totals == {
        "count": 4,
        "totals": [
            {"currency": "EUR", "count": 2, "opportunity_amount": "150.50"},
            {"currency": "JPY", "count": 1, "opportunity_amount": "300"},
        ],
    }
    assert api(world.clerk).get("/api/leads/totals/?rating=hot").json["count"] == 3
    assert api(world.colleague).get("/api/leads/totals/").json == {"count": 0, "totals": []}


def test_an_older_spelling_of_a_source_is_taken(world: World) -> None:
    made = lead(world.clerk, source="compaign")
    assert read(world.clerk, "leads", made)["source"] == "campaign"
    assert api(world.clerk).get("/api/leads/?source=compaign").json["count"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"opportunity_amount": "1.00", "currency": ""}, "currency"),
        ({"opportunity_amount": "-1.00"}, "opportunity_amount"),
        ({"phone": "+49 12"}, "phone"),
    ],
)
def test_a_broken_rule_is_named(world: World, body: dict[str, str], field: str) -> None:
    answer = api(world.clerk).post("/api/leads/", {**LEAD, **body})
    assert (answer.status, [*answer.json["errors"]]) == (422, [field])
    assert count(world.clerk, "leads") == 0
