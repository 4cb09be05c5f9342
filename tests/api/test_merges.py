"""Merging over the API: what is answered, where old addresses lead, and who may."""

import io
from typing import Any

from tests.api.test_contacts import ACCOUNTS, CONTACTS, make, read
from tests.world import Answer, Person, World, api


def merge(person: Person, this: Any, other: Any, path: str = ACCOUNTS, **winners: str) -> Answer:
    return api(person).post(f"{path}{this['id']}/merge/", {"other": other["id"], "winners": winners})


def unmerge(person: Person, this: Any, merge_id: str, path: str = ACCOUNTS) -> Answer:
    return api(person).post(f"{path}{this['id']}/unmerge/", {"merge_id": merge_id})


def names(rows: list[Any]) -> set[str]:
    return {row["name"] for row in rows}


def test_one_stays_with_all_that_was_the_others(world: World) -> None:
    this = make(world.clerk, ACCOUNTS, name="Tech", industry="Software")
    other = make(world.clerk, ACCOUNTS, name="Tech Inc", industry="IT", email="info@tech.example")
    jane = make(world.clerk, accounts=[{"id": other["id"], "role": "decides", "is_primary": True}])
    api(world.clerk).post(f"{ACCOUNTS}comment/{other['id']}/", {"comment": "Called them."})
    api(world.clerk).call(
        "POST", f"{ACCOUNTS}attachment/{other['id']}/", files={"attachment": io.BytesIO(b"hours")}
    )
    answer = merge(world.clerk, this, other, industry="other")
    assert answer.status == 200, answer
    kept = answer.json
    assert (kept["id"], kept["name"], kept["industry"], kept["email"]) == (
        this["id"],
        "Tech",
        "IT",
        "info@tech.example",
    )
    assert [one["comment"] for one in kept["comments"]] == ["Called them."]
    assert len(kept["attachments"]) == 1
    assert [one["name"] for one in kept["contacts"]] == ["Jane"]
    assert {one["record"] for one in kept["history"]} == {this["id"], other["id"]}
    assert read(world.clerk, jane)["accounts"] == [
        {"id": this["id"], "name": "Tech", "role": "decides", "title": "", "is_primary": True}
    ]
    for query in ("", "?archived=true", "?search=tech"):
        assert other["id"] not in str(api(world.clerk).get(f"{ACCOUNTS}{query}").json)

    back = unmerge(world.clerk, this, kept["merge_id"])
    assert (back.status, back.json["id"], back.json["industry"]) == (200, other["id"], "IT")
    assert read(world.clerk, this, ACCOUNTS)["industry"] == "Software"
    assert read(world.clerk, jane)["accounts"][0]["id"] == other["id"]
    assert len(back.json["comments"]) == len(back.json["attachments"]) == 1


def test_an_issued_invoice_is_the_survivors_and_the_others_again(world: World) -> None:
    this, other = (make(world.clerk, ACCOUNTS, name=name) for name in ("One", "Two"))
    given = {"invoice_title": "Tea", "name": "Two", "currency": "EUR", "quantity": 1, "rate": "1"}
    issued = api(world.clerk).post("/api/invoices/", {**given, "account": other["id"], "status": "Sent"}).json

    def account() -> str:
        now = api(world.clerk).get(f"/api/invoices/{issued['id']}/").json
        assert now["name"] == "Two"
        return str(now["account"]["id"])

    merge_id = merge(world.clerk, this, other).json["merge_id"]
    assert account() == this["id"]
    assert api(world.clerk).delete(f"{ACCOUNTS}{this['id']}/").status == 422
    assert unmerge(world.clerk, this, merge_id).status == 200
    assert account() == other["id"]


def test_what_shows_another_record_since_is_a_new_version(world: World) -> None:
    this, other = (make(world.clerk, ACCOUNTS, name=name) for name in ("One", "Two"))
    jane = make(world.clerk, accounts=[{"id": other["id"]}])
    given = {"invoice_title": "Tea", "name": "Two", "currency": "EUR", "quantity": 1, "rate": "1"}
    account = {"account": other["id"]}
    sold = api(world.clerk).post("/api/opportunities/", {"name": "Tea", **account}).json
    billed = api(world.clerk).post("/api/invoices/", {**given, **account, "status": "Sent"}).json
    places = [
        f"{CONTACTS}{jane['id']}/",
        f"/api/opportunities/{sold['id']}/",
        f"/api/invoices/{billed['id']}/",
    ]

    def tags() -> list[str]:
        return [api(world.clerk).get(place).headers["ETag"] for place in places]

    first = tags()
    merge_id = merge(world.clerk, this, other).json["merge_id"]
    second = tags()
    assert unmerge(world.clerk, this, merge_id).status == 200
    for one in zip(first, second, tags(), strict=True):
        assert len({*one}) == 3


def test_an_old_address_leads_to_the_survivor_for_who_sees_that(world: World) -> None:
    one, two, three = (make(world.clerk, ACCOUNTS, name=name) for name in ("One", "Two", "Three"))
    merge(world.clerk, two, three)
    merge(world.clerk, one, two)
    for old in (two, three):
        answer = api(world.clerk).get(f"{ACCOUNTS}{old['id']}/")
        assert (answer.status, answer.headers["Location"]) == (308, f"{ACCOUNTS}{one['id']}/")
        for stranger in (world.colleague, world.stranger):
            assert api(stranger).get(f"{ACCOUNTS}{old['id']}/").status == 404
        assert api(world.clerk).patch(f"{ACCOUNTS}{old['id']}/", {"name": "X"}).status == 404
        assert api(world.clerk).post(f"{ACCOUNTS}comment/{old['id']}/", {"comment": "X"}).status == 404


def test_whoever_made_the_other_works_on_what_it_has_become(world: World) -> None:
    this = make(world.owner, ACCOUNTS, name="One")
    other = make(world.clerk, ACCOUNTS, name="Two")
    kept = merge(world.owner, this, other).json
    assert [one["id"] for one in kept["assigned_to"]] == [world.clerk.id]
    assert api(world.clerk).get(f"{ACCOUNTS}{other['id']}/").status == 308
    assert unmerge(world.owner, this, kept["merge_id"]).status == 200
    assert read(world.owner, this, ACCOUNTS)["assigned_to"] == []
    assert api(world.clerk).get(f"{ACCOUNTS}{this['id']}/").status == 404


def test_what_cannot_be_merged_is_refused_by_field(world: World) -> None:
    this, other = (make(world.clerk, ACCOUNTS, name=name) for name in ("One", "Two"))
    hidden = make(world.owner, ACCOUNTS)
    contact = make(world.clerk)
    for wrong, winners, field in (
        (this, {}, "other"),
        (hidden, {}, "other"),
        (contact, {}, "other"),
        (other, {"version": "other"}, "winners.version"),
    ):
        answer = merge(world.clerk, this, wrong, **winners)
        assert (answer.status, [*answer.json["errors"]]) == (422, [field])
    assert merge(world.clerk, this, other).status == 200
    assert merge(world.clerk, this, other).status == 409
    assert merge(world.clerk, other, this).status == 404
    answer = unmerge(world.clerk, this, contact["id"])
    assert (answer.status, [*answer.json["errors"]]) == (422, ["merge_id"])


def test_the_other_comes_back_only_to_who_may_change_it(world: World) -> None:
    this = make(world.owner, ACCOUNTS, name="One", assigned_to=[world.clerk.id])
    other = make(world.owner, ACCOUNTS, name="Two")
    merge_id = merge(world.owner, this, other).json["merge_id"]
    assert unmerge(world.clerk, this, merge_id).status == 403
    assert api(world.owner).get(f"{ACCOUNTS}{other['id']}/").status == 308


def test_who_is_like_a_merged_one_is_like_its_survivor(world: World) -> None:
    this = make(world.clerk, last_name="Doe", emails=[{"email": "a@x.example"}])
    other = make(world.clerk, last_name="Roe", emails=[{"email": "b@x.example"}])
    assert merge(world.clerk, this, other, CONTACTS).status == 200
    answer = api(world.clerk).post(CONTACTS, {"first_name": "Jane", "emails": [{"email": "B@x.example"}]})
    assert (answer.status, [one["id"] for one in answer.json["candidates"]]) == (409, [this["id"]])
