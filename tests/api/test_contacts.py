"""Contacts: people, the ways to reach them, and what they are at which account."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.world import Answer, Person, World, api

CONTACTS = "/api/contacts/"
ACCOUNTS = "/api/accounts/"


def make(person: Person, path: str = CONTACTS, **given: Any) -> Any:
    """A contact, or what `path` has, whether or not there is such a one already."""
    least = {"first_name": "Jane"} if path == CONTACTS else {"name": "Tech Solutions"}
    answer = api(person).post(f"{path}?force=true", {**least, **given})
    assert answer.status == 201, answer
    return answer.json


def read(person: Person, record: Any, path: str = CONTACTS) -> Any:
    answer = api(person).get(f"{path}{record['id']}/")
    assert answer.status == 200, answer
    return answer.json


def listed(person: Person, query: str, path: str = CONTACTS) -> list[str]:
    return [row["id"] for row in api(person).get(f"{path}?{query}").json["results"]]


def test_ways_to_reach_somebody_are_stored_in_one_spelling_and_one_is_primary(world: World) -> None:
    made = make(
        world.clerk,
        emails=[
            {"email": "Jane@Tech.Example", "type": "work"},
            {"email": "jane@home.example", "type": "private", "is_primary": True},
        ],
        phones=[{"phone": "030 1234567"}],
        addresses=[{"city": "Berlin", "country": "DE", "type": "private"}],
        linkedin_url="www.linkedin.com/in/jane",
    )
    assert [(one["email"], one["is_primary"]) for one in made["emails"]] == [
        ("jane@tech.example", False),
        ("jane@home.example", True),
    ]
    assert (made["email"], made["phone"]) == ("jane@home.example", "+49301234567")
    assert made["phones"] == [{"phone": "+49301234567", "type": "work", "is_primary": True}]
    assert (made["addresses"][0]["city"], made["addresses"][0]["is_primary"]) == ("Berlin", True)
    assert made["linkedin_url"] == "https://www.linkedin.com/in/jane"
    row = api(world.clerk).get(CONTACTS).json["results"][0]
    assert (row["name"], row["email"], row["phone"]) == ("Jane", "jane@home.example", "+49301234567")


def test_two_primary_ones_and_one_given_twice_are_refused(world: World) -> None:
    two = [{"email": "a@x.example", "is_primary": True}, {"email": "b@x.example", "is_primary": True}]
    twice = [{"email": "a@x.example"}, {"email": "A@x.example"}]
    for emails, path in ((two, "emails.1.is_primary"), (twice, "emails.1.email")):
        answer = api(world.clerk).post(CONTACTS, {"first_name": "Jane", "emails": emails})
        assert (answer.status, [*answer.json["errors"]]) == (422, [path])
    assert listed(world.clerk, "") == []


def test_sending_back_what_was_read_changes_nothing(world: World) -> None:
    account = make(world.clerk, ACCOUNTS)
    made = make(
        world.clerk,
        emails=[{"email": "a@x.example"}],
        accounts=[{"id": account["id"], "role": "decides", "title": "CFO", "is_primary": True}],
    )
    for record, path in ((made, CONTACTS), (read(world.clerk, account, ACCOUNTS), ACCOUNTS)):
        answer = api(world.clerk).put(f"{path}{record['id']}/", record)
        assert (answer.status, answer.json) == (200, record)


def test_it_is_set_from_either_side_who_is_what_at_an_account(world: World) -> None:
    one, two = (make(world.clerk, ACCOUNTS, name=name) for name in ("One", "Two"))
    jane = make(
        world.clerk,
        emails=[{"email": "jane@x.example"}],
        accounts=[
            {"id": one["id"], "role": "decides", "title": "CFO", "is_primary": True},
            {"id": two["id"]},
        ],
    )
    assert [(at["name"], at["role"], at["title"], at["is_primary"]) for at in jane["accounts"]] == [
        ("One", "decides", "CFO", True),
        ("Two", "", "", False),
    ]
    entry = {"id": jane["id"], "name": "Jane", "role": "decides", "title": "CFO", "email": "jane@x.example"}
    assert read(world.clerk, one, ACCOUNTS)["contacts"] == [entry]
    api(world.clerk).patch(f"{ACCOUNTS}{two['id']}/", {"contacts": [{"id": jane["id"], "role": "signs"}]})
    api(world.clerk).patch(f"{ACCOUNTS}{one['id']}/", {"contacts": []})
    assert [(at["name"], at["role"]) for at in read(world.clerk, jane)["accounts"]] == [("Two", "signs")]
    assert api(world.clerk).get(CONTACTS).json["results"][0]["accounts"] == [{"id": two["id"], "name": "Two"}]


def test_a_list_that_is_set_from_one_side_is_a_new_version_of_the_other(world: World) -> None:
    account = make(world.clerk, ACCOUNTS, name="One")
    jane = make(world.clerk)
    sides = {
        "contacts": (f"{ACCOUNTS}{account['id']}/", f"{CONTACTS}{jane['id']}/", jane["id"]),
        "accounts": (f"{CONTACTS}{jane['id']}/", f"{ACCOUNTS}{account['id']}/", account["id"]),
    }
    for name, (here, there, other) in sides.items():
        for entries in ([{"id": other, "role": "decides"}], []):
            before = api(world.clerk).get(there)
            assert api(world.clerk).patch(here, {name: entries}).status == 200
            stale = api(world.clerk).patch(
                there, {"description": "Old."}, headers={"If-Match": before.headers["ETag"]}
            )
            assert stale.status == 412
            after = api(world.clerk).get(there)
            [back] = sides.keys() - {name}
            told = [[one["id"] for one in side] for side in after.json["history"][0]["changes"][back]]
            assert told == [[one["id"] for one in side.json[back]] for side in (before, after)]
            assert api(world.clerk).patch(here, {name: entries}).status == 200
            assert api(world.clerk).get(there).headers["ETag"] == after.headers["ETag"]


def test_who_is_no_longer_at_their_primary_account_has_none(world: World) -> None:
    account = make(world.clerk, ACCOUNTS)
    jane = make(world.clerk, accounts=[{"id": account["id"], "is_primary": True}])
    for contacts in ([], [{"id": jane["id"]}]):
        assert api(world.clerk).patch(f"{ACCOUNTS}{account['id']}/", {"contacts": contacts}).status == 200
    assert [one["is_primary"] for one in read(world.clerk, jane)["accounts"]] == [False]


def test_what_one_does_not_see_at_the_other_end_is_neither_shown_nor_touched(world: World) -> None:
    mine = make(world.clerk, ACCOUNTS, name="Mine")
    hidden = make(world.owner, ACCOUNTS, name="Hidden")
    jane = make(
        world.owner, assigned_to=[world.clerk.id], accounts=[{"id": hidden["id"], "is_primary": True}]
    )
    assert read(world.clerk, jane)["accounts"] == []
    assert api(world.clerk).get(CONTACTS).json["results"][0]["accounts"] == []
    assert listed(world.clerk, f"account={hidden['id']}") == []
    assert listed(world.owner, f"account={hidden['id']}") == [jane["id"]]
    answer = api(world.clerk).patch(f"{CONTACTS}{jane['id']}/", {"accounts": [{"id": mine["id"]}]})
    assert [at["name"] for at in answer.json["accounts"]] == ["Mine"]
    assert {at["name"] for at in read(world.owner, jane)["accounts"]} == {"Mine", "Hidden"}
    assert b"Hidden" not in api(world.clerk).get(f"{CONTACTS}{jane['id']}/history/").body
    refused = api(world.clerk).patch(f"{CONTACTS}{jane['id']}/", {"accounts": [{"id": hidden["id"]}]})
    assert (refused.status, [*refused.json["errors"]]) == (422, ["accounts.0.id"])


def test_each_filter_finds_its_own(world: World) -> None:
    account = make(world.clerk, ACCOUNTS)
    jane = make(
        world.clerk,
        last_name="Doe",
        title="CFO",
        department="Finance",
        do_not_call=True,
        language="fr",
        emails=[{"email": "a@x.example"}, {"email": "Jane@x.example"}],
        phones=[{"phone": "+49 30 1234567"}],
        accounts=[{"id": account["id"]}],
    )
    make(world.clerk, first_name="Joe")
    for query in (
        "name=ane+D",
        "search=jane@x",
        "email=JANE@x.example",
        "phone=030+1234567",
        f"account={account['id']}",
        "title=CFO",
        "department=Finance",
        "do_not_call=true",
        "language=fr",
    ):
        assert listed(world.clerk, query) == [jane["id"]], query
    assert listed(world.clerk, "phone=no-number") == []
    assert len(listed(world.clerk, "ordering=last_name,-name")) == 2


def test_more_records_take_no_more_statements(world: World) -> None:
    jane = make(world.clerk)

    def statements() -> list[int]:
        counts = []
        for path in (CONTACTS, f"{CONTACTS}{jane['id']}/", f"{ACCOUNTS}{at[0]['id']}/"):
            with CaptureQueriesContext(connection) as seen:
                assert api(world.clerk).get(path).status == 200
            counts.append(len(seen))
        return counts

    at = [{"id": make(world.clerk, ACCOUNTS)["id"]}]
    api(world.clerk).patch(f"{CONTACTS}{jane['id']}/", {"accounts": at})
    few = statements()
    for _ in range(4):
        at.append({"id": make(world.clerk, ACCOUNTS)["id"]})
        make(world.clerk, accounts=at)
    api(world.clerk).patch(f"{CONTACTS}{jane['id']}/", {"accounts": at})
    assert statements() == few
    assert few[0] <= 4 + 2  # with BEGIN and COMMIT


def test_a_duplicate_is_told_of_and_made_by_force(world: World) -> None:
    first = make(world.clerk, last_name="Doe", emails=[{"email": "jane@x.example"}])
    again = {"first_name": "JANE", "last_name": "doe", "emails": [{"email": "Jane@X.example"}]}
    answer = api(world.clerk).post(CONTACTS, again)
    assert (answer.status, answer.json["type"]) == (409, "/problems/duplicate")
    name = "Jane Doe"
    assert answer.json["candidates"] == [
        {"id": first["id"], "kind": "contact", "name": name, "matches": ["email", "name"]}
    ]
    assert listed(world.clerk, "") == [first["id"]]
    assert api(world.clerk).post(f"{CONTACTS}?force=true", again).status == 201
    joe = make(world.clerk, first_name="Joe")
    change = {"emails": [{"email": "jane@x.example"}]}
    assert api(world.clerk).patch(f"{CONTACTS}{joe['id']}/", change).status == 200


def test_accounts_are_alike_by_email_phone_name_and_domain(world: World) -> None:
    make(
        world.clerk, ACCOUNTS, name="Tech  Solutions", website="https://www.tech.example", phone="030 1234567"
    )

    def matches(**given: Any) -> Any:
        answer = api(world.clerk).post(ACCOUNTS, {"name": "Other", **given})
        found = [one["matches"] for one in answer.json.get("candidates", [])]
        if answer.status == 201:
            api(world.clerk).delete(f"{ACCOUNTS}{answer.json['id']}/")
        return found

    assert matches(name="tech solutions") == [["name"]]
    assert matches(phone="+49 30 1234567") == [["phone"]]
    assert matches(email="info@tech.example") == [["domain"]]
    assert matches(email="tech@gmail.com") == []
    assert matches(website="tech.example/en", name="TECH Solutions") == [["domain", "name"]]


def test_a_hidden_or_archived_one_is_no_candidate(world: World) -> None:
    make(world.owner, last_name="Doe")
    given = {"first_name": "Jane", "last_name": "Doe"}
    made = api(world.clerk).post(CONTACTS, given)
    assert made.status == 201
    api(world.clerk).delete(f"{CONTACTS}{made.json['id']}/")
    assert api(world.clerk).post(CONTACTS, given).status == 201
    assert len(_candidates(api(world.owner).post(CONTACTS, given))) == 2


def _candidates(answer: Answer) -> list[Any]:
    assert answer.status == 409, answer
    found: list[Any] = answer.json["candidates"]
    return found
