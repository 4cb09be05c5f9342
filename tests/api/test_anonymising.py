"""Anonymising: nothing that tells who somebody is stays behind, and what stays is told."""

import io
from typing import Any

from django.db import connection

from fairlead.tenancy import isolation
from fairlead.tenancy.context import organization
from tests.api.test_contacts import ACCOUNTS, CONTACTS, make, read
from tests.api.test_merges import merge, unmerge
from tests.world import World, api

PERSONAL = ("Zephyrine", "Quillfeather", "zq@x.example", "+49301234567", "Zweiweg", "Queen", "likes tea")


def everything(world: World) -> str:
    """All that is stored of Acme, as one text."""
    with organization(world.acme.id), connection.cursor() as cursor:
        found = []
        for model in isolation.owned_models():
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {model._meta.db_table} t")
            found += [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT convert_from(body, 'UTF8') FROM records_replayedrequest")
        found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def person(world: World, **more: Any) -> Any:
    return make(
        world.clerk,
        first_name="Zephyrine",
        last_name="Quillfeather",
        title="Queen",
        emails=[{"email": "zq@x.example"}],
        phones=[{"phone": "+49 30 1234567"}],
        addresses=[{"street": "Zweiweg 1"}],
        **more,
    )


def test_nothing_that_tells_who_it_was_stays(world: World) -> None:
    account = make(world.clerk, ACCOUNTS)
    made = person(world, accounts=[{"id": account["id"], "title": "Queen"}])
    other = person(world, description="likes tea")
    address = f"{CONTACTS}{made['id']}/"
    repeated = (f"{ACCOUNTS}{account['id']}/merge/", {"other": make(world.clerk, ACCOUNTS)["id"]})
    first = api(world.clerk).post(*repeated, headers={"Idempotency-Key": "k"})
    assert b"Zephyrine" in first.body
    api(world.clerk).patch(address, {"first_name": "Zephyrine Z."})
    api(world.clerk).post(f"{CONTACTS}comment/{made['id']}/", {"comment": "Quillfeather likes tea"})
    api(world.clerk).call(
        "POST", f"{CONTACTS}attachment/{made['id']}/", files={"attachment": io.BytesIO(b"cv")}
    )
    invoice = {"invoice_title": "Tea", "name": "Tech", "currency": "EUR", "quantity": 1, "rate": "1"}
    for status in ("Draft", "Sent"):
        given = {**invoice, "contact": made["id"], "status": status}
        assert api(world.clerk).post("/api/invoices/", given).status == 201
    merge_id = merge(world.clerk, made, other, CONTACTS).json["merge_id"]
    before = everything(world)
    assert all(word in before for word in PERSONAL)

    assert api(world.clerk).post(f"{address}anonymise/").status == 403
    assert everything(world) == before
    answers = [api(world.owner).post(f"{address}anonymise/") for _ in "ab"]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    assert [(one["what"], one["count"]) for one in answers[0].json["kept"]] == [
        ("attachments", 1),
        ("issued invoices", 1),
        ("drafts of invoices", 1),
    ]
    after = everything(world)
    assert [word for word in PERSONAL if word in after] == []
    assert "it told of a person" in after

    now = read(world.clerk, made)
    assert (now["name"], now["emails"], now["accounts"][0]["name"]) == ("Anonymised", [], "Tech Solutions")
    assert now["anonymised_on"]
    assert {one["action"] for one in now["history"]} >= {
        "created",
        "changed",
        "commented",
        "merged",
        "anonymised",
    }
    assert next(one for one in now["history"] if one["action"] == "changed")["changes"] == {
        "first_name": [None, None]
    }
    assert unmerge(world.clerk, made, merge_id, CONTACTS).json["name"] == "Anonymised"
    assert api(world.clerk).get(f"{CONTACTS}?search=quill").json["count"] == 0
    assert (
        api(world.clerk).post(CONTACTS, {"first_name": "Z", "emails": [{"email": "zq@x.example"}]}).status
        == 201
    )


def test_others_and_another_organization_keep_theirs(world: World) -> None:
    mine, theirs = person(world), make(world.stranger, first_name="Zephyrine", description="likes tea")
    api(world.stranger).patch(f"{CONTACTS}{theirs['id']}/", {"description": "likes coffee"})
    gone = make(world.clerk)
    assert api(world.owner).post(f"{CONTACTS}{gone['id']}/anonymise/").status == 200
    assert api(world.owner).post(f"{CONTACTS}{theirs['id']}/anonymise/").status == 404
    with organization(world.acme.id), connection.cursor() as cursor:
        cursor.execute("SELECT records_empty_history('contact', %s)", [[theirs["id"]]])
    assert read(world.clerk, mine)["last_name"] == "Quillfeather"
    assert "likes coffee" in str(read(world.stranger, theirs)["history"])
