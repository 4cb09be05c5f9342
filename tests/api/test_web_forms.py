"""A form on a website hands in leads: by its key, at a measured pace, to whom it says."""

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.world import Answer, World, api, make_person

ADDRESS = "/api/leads/create-from-site/"
ENTRY = {
    "first_name": "Ines",
    "last_name": "Duarte",
    "company_name": "Tech Solutions",
    "email": "Ines@Tech.example",
}


def form(world: World, **given: Any) -> dict[str, Any]:
    answer = api(world.owner).post("/api/api-settings/", {"title": "Contact us", **given})
    assert answer.status == 201, answer
    made: dict[str, Any] = answer.json
    return made


def hand_in(key: str, headers: dict[str, str | None] | None = None, **more: Any) -> Answer:
    return api().post(ADDRESS, {"apikey": key, **ENTRY, **more}, headers=headers)


def leads(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api(world.owner).get("/api/leads/").json["results"]
    return found


def test_an_entry_becomes_a_lead(world: World) -> None:
    tag = api(world.owner).post("/api/tags/", {"name": "web"}).json["id"]
    made = form(world, lead_assigned_to=[world.clerk.id], tags=[tag])
    assert hand_in(made["apikey"], phone="030 1234567").status == 201
    [lead] = leads(world)
    assert (lead["title"], lead["email"], lead["source"]) == (
        "Tech Solutions",
        "ines@tech.example",
        "website",
    )
    assert (lead["phone"], lead["assigned_to"], lead["tags"]) == ("+49301234567", [world.clerk.id], [tag])
    detail = api(world.clerk).get(f"/api/leads/{lead['id']}/").json
    assert detail["web_form"] == {"id": made["id"], "name": "Contact us"}
    assert api(world.owner).get("/api/api-settings/").json["results"][0]["leads"] == 1


def test_the_key_may_stand_in_the_address(world: World) -> None:
    key = form(world)["apikey"]
    assert api().post(f"{ADDRESS}?apikey={key}", ENTRY).status == 201
    assert len(leads(world)) == 1


@pytest.mark.parametrize(
    "spoil", [lambda key: "", lambda key: key[:-1] + "!", lambda key: key.replace("fl_", "xx_")]
)
def test_without_a_key_that_is_known_nothing_comes_in(world: World, spoil: Any) -> None:
    answer = hand_in(spoil(form(world)["apikey"]))
    assert answer.status == 401
    assert leads(world) == []


def test_the_key_of_a_deleted_form_works_no_longer(world: World) -> None:
    made = form(world)
    hand_in(made["apikey"])
    assert api(world.owner).delete(f"/api/api-settings/{made['id']}/").status == 200
    assert hand_in(made["apikey"]).status == 401
    assert len(leads(world)) == 1


def test_a_key_opens_nothing_else(world: World) -> None:
    key = form(world)["apikey"]
    assert api().get("/api/leads/", headers={"Authorization": f"Bearer {key}"}).status == 401


def test_what_fills_in_the_hidden_field_is_let_go_unseen(world: World) -> None:
    key = form(world)["apikey"]
    machine, person = hand_in(key, fax="555"), hand_in(key)
    assert (machine.status, machine.body) == (person.status, person.body)
    assert len(leads(world)) == 1


def test_in_turn_each_gets_one(world: World) -> None:
    people = sorted([world.clerk.id, world.colleague.id, make_person(world.acme, "Theo Third").id])
    key = form(world, strategy="round_robin", lead_assigned_to=people)["apikey"]
    for _ in range(4):
        assert hand_in(key).status == 201
    assert [one["assigned_to"] for one in reversed(leads(world))] == [[people[i]] for i in (0, 1, 2, 0)]


def test_who_has_left_is_passed_over(world: World) -> None:
    people = [world.clerk.id, world.colleague.id]
    key = form(world, strategy="round_robin", lead_assigned_to=people)["apikey"]
    api(world.owner).post(f"/api/users/{world.clerk.id}/status/", {"status": "inactive"})
    api(world.owner).delete(f"/api/users/{world.clerk.id}/")
    for _ in range(2):
        hand_in(key)
    assert [one["assigned_to"] for one in leads(world)] == [[world.colleague.id]] * 2


def test_turns_need_people(world: World) -> None:
    answer = api(world.owner).post("/api/api-settings/", {"title": "Contact us", "strategy": "round_robin"})
    assert (answer.status, [*answer.json["errors"]]) == (422, ["lead_assigned_to"])
    assert api(world.owner).get("/api/api-settings/").json["count"] == 0


def test_a_number_that_is_none_is_kept_with_the_words(world: World) -> None:
    hand_in(form(world)["apikey"], phone="call me", description="We need a website.")
    [lead] = leads(world)
    detail = api(world.owner).get(f"/api/leads/{lead['id']}/").json
    assert (lead["phone"], detail["description"]) == ("", "We need a website.\n\nPhone: call me")


@pytest.mark.parametrize(
    ("origin", "status"), [("https://www.acme.example", 201), ("https://evil.example", 401)]
)
def test_a_browser_on_another_site_is_refused(world: World, origin: str, status: int) -> None:
    key = form(world, website="acme.example")["apikey"]
    assert hand_in(key, {"Origin": origin}).status == status
    assert len(leads(world)) == (status == 201)


def test_a_key_brings_so_many_a_minute(world: World, settings: Settings) -> None:
    settings.WEB_LEADS_PER_MINUTE = 2
    key, other = form(world)["apikey"], form(world, title="Another")["apikey"]
    statuses = [hand_in(key).status for _ in range(3)]
    assert statuses in ([201, 201, 429], [201, 201, 201])  # the minute may have turned
    assert hand_in(other).status == 201


def test_bad_input_is_named_and_nothing_is_kept(world: World) -> None:
    answer = hand_in(form(world)["apikey"], email="ines", status="converted")
    assert (answer.status, sorted(answer.json["errors"])) == (400, ["email", "status"])
    assert leads(world) == []


def test_a_browser_on_another_site_may_ask_and_read_the_answer_here_and_nowhere_else(world: World) -> None:
    asked = {"Origin": "https://www.acme.example", "Access-Control-Request-Method": "POST"}
    first = Client().options(ADDRESS, headers=asked)
    assert (first.status_code, first.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert first.headers["Access-Control-Allow-Headers"] == "Content-Type"
    answer = hand_in(form(world)["apikey"], {"Origin": "https://www.acme.example"})
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (201, "*")
    elsewhere = Client().options("/api/leads/", headers=asked)
    assert elsewhere.status_code == 405
    assert "Access-Control-Allow-Origin" not in elsewhere.headers
