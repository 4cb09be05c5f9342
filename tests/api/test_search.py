"""One search over all kinds: what is named so first, by parts of words, and only what one sees."""

import pytest

from fairlead.api import search
from tests.world import Person, World, api


def account(person: Person, name: str, **more: str) -> str:
    answer = api(person).post("/api/accounts/", {"name": name, **more})
    assert answer.status == 201, answer
    return str(answer.json["id"])


def found(person: Person, query: str) -> list[str]:
    answer = api(person).get(f"/api/search/?q={query}")
    assert answer.status == 200, answer
    return [hit["title"] for hit in answer.json["results"]]


def test_the_best_come_first(world: World) -> None:
    for name in ("The north pole", "Anorthosite", "North", "Northwind Traders"):
        account(world.clerk, name)
    assert found(world.clerk, "north") == ["North", "Northwind Traders", "The north pole", "Anorthosite"]


def test_all_kinds_are_looked_through(world: World) -> None:
    account(world.clerk, "Zephyr Ltd")
    api(world.clerk).post("/api/leads/", {"title": "A website", "company_name": "Zephyr"})
    given = {"invoice_title": "Website", "name": "Zephyr", "currency": "EUR", "quantity": 1, "rate": "1"}
    api(world.clerk).post("/api/invoices/", given)
    answer = api(world.clerk).get("/api/search/?q=zephyr").json["results"]
    assert {hit["kind"] for hit in answer} == {"account", "lead", "invoice"}
    for hit in answer:
        assert api(world.clerk).get(hit["url"]).status == 200
    only = api(world.clerk).get("/api/search/?q=zephyr&kind=lead").json["results"]
    assert [hit["kind"] for hit in only] == ["lead"]


def test_every_word_must_be_there(world: World) -> None:
    account(world.clerk, "Northwind Traders", email="sales@northwind.example")
    account(world.clerk, "Northwind Shipping")
    assert found(world.clerk, "traders%20sales@north") == ["Northwind Traders"]


def test_two_letters_find_what_begins_with_them(world: World) -> None:
    account(world.clerk, "Örtlich")
    account(world.clerk, "Nördlich")
    assert found(world.clerk, "ör") == ["Örtlich"]


@pytest.mark.parametrize("query", ["%25", "__", "100%25", "a_c"])
def test_marks_of_patterns_mean_themselves(world: World, query: str) -> None:
    account(world.clerk, "abc 1000")
    assert found(world.clerk, query) == []


def test_one_finds_only_what_one_sees(world: World) -> None:
    account(world.clerk, "Zephyr Ltd")
    assert found(world.owner, "zephyr") == ["Zephyr Ltd"]
    assert found(world.colleague, "zephyr") == []
    assert found(world.stranger, "zephyr") == []


def test_what_is_archived_is_not_found(world: World) -> None:
    made = account(world.clerk, "Zephyr Ltd")
    api(world.clerk).delete(f"/api/accounts/{made}/")
    assert found(world.clerk, "zephyr") == []


def test_a_new_name_is_found(world: World) -> None:
    made = account(world.clerk, "Zephyr Ltd")
    api(world.clerk).patch(f"/api/accounts/{made}/", {"name": "Mistral Ltd"})
    assert (found(world.clerk, "zephyr"), found(world.clerk, "mistral")) == ([], ["Mistral Ltd"])


def test_what_one_sees_is_found_however_many_others_have(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_OF_A_KIND", 1)
    for number in range(3):
        account(world.owner, f"The zephyr {number}")
    account(world.clerk, "My zephyr")
    assert found(world.clerk, "zephyr") == ["My zephyr"]


def test_each_word_narrows_what_is_looked_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_OF_A_KIND", 1)
    for name in ("My zephyr one", "My zephyr two", "My zephyr ltd", "My zephyr four"):
        account(world.clerk, name)
    assert found(world.clerk, "ltd%20zephyr") == ["My zephyr ltd"]


def test_what_is_named_so_is_found_among_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_OF_A_KIND", 1)
    for number in range(3):
        account(world.clerk, f"Zephyr {number}, the blue shop")
    account(world.clerk, "Zephyr blue shop")
    assert found(world.clerk, "zephyr%20blue")[0] == "Zephyr blue shop"


def test_short_words_narrow_what_begins_with_the_longest(world: World) -> None:
    account(world.clerk, "Hu Li")
    account(world.clerk, "Hu Wu")
    assert found(world.clerk, "l%20hu") == ["Hu Li"]


@pytest.mark.parametrize("given", ["assigned_to", "teams"])
def test_what_was_given_to_one_or_to_their_team_is_found(world: World, given: str) -> None:
    to = {"assigned_to": [world.colleague.id], "teams": [str(world.dev.id)]}[given]
    for name in ("Zephyr One", "Zephyr Two"):
        made = api(world.owner).post(
            "/api/accounts/", {"name": name, given: to if name == "Zephyr Two" else []}
        )
        assert made.status == 201, made
    assert found(world.colleague, "zephyr") == ["Zephyr Two"]
    assert found(world.colleague, "ze") == ["Zephyr Two"]
    assert found(world.clerk, "zephyr") == []
