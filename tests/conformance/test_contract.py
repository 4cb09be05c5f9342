"""The written contract: its examples work as they stand."""

from typing import Any

from tests.world import Api, World, api


def _example(world: World) -> dict[str, Any]:
    return {
        "invoice_title": "Q1 Consulting Services",
        "name": "Global Tech Corp",
        "email": "finance@globaltech.com",
        "quantity": 120,
        "rate": "200.00",
        "currency": "USD",
        "due_date": "2024-02-28",
        "assigned_to": [world.colleague.id],
    }


def _create(caller: Api, world: World, **more: Any) -> dict[str, Any]:
    answer = caller.post("/api/invoices/", json={**_example(world), **more})
    assert answer.status == 201, answer.body
    created: dict[str, Any] = answer.json
    return created


def test_the_usage_example_and_what_can_be_read_back(world: World) -> None:
    caller = api(world.clerk)
    invoice = _create(caller, world)
    path = f"/api/invoices/{invoice['id']}/"
    assert (invoice["invoice_number"], invoice["status"], invoice["total_amount"]) == (
        "INV-001",
        "Draft",
        "24000.00",
    )
    assert caller.post(f"{path}status/", json={"status": "Sent"}).status == 200
    mail = {
        "recipients": ["finance@globaltech.com"],
        "subject": f"Invoice {invoice['invoice_number']}",
        "message": "Please find your invoice attached. Payment due within 30 days.",
    }
    sent = caller.post(f"{path}send-mail/", json=mail)
    assert (sent.status, sent.json["email"]["state"]) == (200, "queued"), sent.body
    comment = caller.post(
        f"/api/invoices/comment/{invoice['id']}/", json={"comment": "Payment reminder sent via email"}
    )
    assert comment.status == 201, comment.body
    pdf = caller.post(f"{path}download/")
    assert (pdf.status, pdf.headers["Content-Type"], pdf.body[:5]) == (200, "application/pdf", b"%PDF-")
    assert caller.post(f"{path}download/").body == pdf.body
    detail = caller.get(path).json
    assert detail["status"] == "Sent"
    assert detail["is_overdue"]
    assert [one["comment"] for one in detail["comments"]] == ["Payment reminder sent via email"]
    assert detail["emails"][0]["subject"] == "Invoice INV-001"
    steps = [(one["status_changed_from"], one["status_changed_to"]) for one in detail["history"]]
    assert ("Draft", "Sent") in steps


def test_the_update_example_gives_exactly_that_total(world: World) -> None:
    caller = api(world.clerk)
    invoice = _create(caller, world, quantity=40, rate="150.00")
    path = f"/api/invoices/{invoice['id']}/"
    answer = caller.put(path, json={"status": "Sent", "total_amount": "6500.00"})
    assert (answer.status, answer.json["status"], answer.json["total_amount"]) == (200, "Sent", "6500.00")
    assert answer.json["charges"][0]["reason"] == "Adjustment"
    steps = caller.get(f"{path}explain/").json["steps"]
    assert steps[-1]["result"] == "6500.00"


def test_what_was_read_can_be_sent_back_and_changes_nothing(world: World) -> None:
    caller = api(world.clerk)
    invoice = _create(caller, world, tax_rate="19", teams=[str(world.dev.id)], total_amount="30000.00")
    path = f"/api/invoices/{invoice['id']}/"
    for status in ("Draft", "Sent"):
        before = caller.post(f"{path}status/", json={"status": status})
        again = caller.put(path, json=before.json)
        assert again.status == 200, again.body
        assert again.json == before.json
        assert again.headers["ETag"] == before.headers["ETag"]


def test_a_list_has_the_envelope_and_the_filters(world: World) -> None:
    caller = api(world.clerk)
    for number in range(7):
        _create(caller, world, name=f"ACME {number}" if number < 6 else "Other")
    answer = caller.get("/api/invoices/?status=Draft&name=acme&limit=5")
    assert answer.json["count"] == 6
    assert answer.json["next"] == "/api/invoices/?status=Draft&name=acme&limit=5&offset=5"
    assert answer.json["previous"] is None
    row = answer.json["results"][0]
    assert row["assigned_to"] == [world.colleague.id]
    assert list(row)[:15] == [
        "id",
        "invoice_title",
        "invoice_number",
        "status",
        "due_date",
        "name",
        "email",
        "phone",
        "quantity",
        "rate",
        "total_amount",
        "currency",
        "created_on",
        "assigned_to",
        "teams",
    ]
    assert caller.get(f"/api/invoices/?assigned_to={world.clerk.id}").json["count"] == 0
    assert caller.get(answer.json["next"]).json["count"] == 6


def test_a_draft_is_deleted_with_a_confirmation(world: World) -> None:
    caller = api(world.clerk)
    invoice = _create(caller, world)
    answer = caller.delete(f"/api/invoices/{invoice['id']}/")
    assert (answer.status, answer.json["id"]) == (200, invoice["id"])
    assert caller.get(f"/api/invoices/{invoice['id']}/").status == 404


def test_a_file_is_attached_and_comes_back(world: World, tmp_path: Any) -> None:
    caller = api(world.clerk)
    invoice = _create(caller, world)
    file = tmp_path / "timesheet.txt"
    file.write_text("120 hours")
    with file.open("rb") as upload:
        answer = caller.post(f"/api/invoices/attachment/{invoice['id']}/", files={"attachment": upload})
    assert answer.status == 201, answer.body
    assert caller.get(answer.json["url"]).body == b"120 hours"
    assert api(world.stranger).get(answer.json["url"]).status == 404
