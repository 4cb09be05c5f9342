"""Files through the API: what a browser gets, and what a refused request leaves."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.file_store import MEGABYTE, assert_nothing_of, full_disk, history_of, rows_of, stored
from tests.world import Answer, Person, World, api

INVOICE = {"invoice_title": "Desk", "name": "Tech", "currency": "EUR", "quantity": 1, "rate": "10.00"}


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    settings.MEDIA_ROOT = folder
    return folder


def an_invoice(person: Person) -> UUID:
    return UUID(api(person).post("/api/invoices/", INVOICE).json["id"])


def upload(person: Person, invoice_id: UUID, content: bytes, **headers: str) -> Answer:
    file = SimpleUploadedFile("../evil.html", content, content_type="text/html")
    path = f"/api/invoices/attachment/{invoice_id}/"
    return api(person).call("POST", path, files={"attachment": file}, headers=headers)


@pytest.mark.promise(34)
def test_a_page_is_saved_never_shown(world: World) -> None:
    content = b"<!DOCTYPE html><script>alert(1)</script>"
    added = upload(world.clerk, an_invoice(world.clerk), content)
    assert added.status == 201, added.body
    assert (added.json["file_name"], added.json["content_type"]) == ("evil.html", "text/plain")

    answer = api(world.clerk).get(added.json["url"])
    assert (answer.status, answer.body) == (200, content)
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="evil.html"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Length"] == str(len(content))


@pytest.mark.parametrize("name", ["..", ".", ""])
def test_a_file_without_a_name_is_told_to_have_one(name: str, world: World, folder: Path) -> None:
    invoice_id = an_invoice(world.clerk)
    before = history_of(world.clerk, invoice_id)
    form = (
        f'--x\r\nContent-Disposition: form-data; name="attachment"; filename="{name}"\r\n\r\nabc\r\n--x--\r\n'
    )
    answer = api(world.clerk).call(
        "POST",
        f"/api/invoices/attachment/{invoice_id}/",
        body=form.encode(),
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status == 400
    assert "with a file name" in answer.json["errors"]["attachment"][0]
    assert rows_of(world.clerk, invoice_id) == []
    assert stored(folder) == []
    assert history_of(world.clerk, invoice_id) == before


def test_the_same_upload_again_is_kept_once(world: World, folder: Path) -> None:
    invoice_id, key = an_invoice(world.clerk), {"Idempotency-Key": "upload-1"}
    first, again = (upload(world.clerk, invoice_id, b"once", **key) for _ in range(2))
    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    assert again.headers["Idempotent-Replayed"] == "true"
    assert upload(world.clerk, invoice_id, b"other", **key).status == 422
    assert len(rows_of(world.clerk, invoice_id)) == len(stored(folder)) == 1


@pytest.mark.parametrize(("content", "status"), [(b"", 422), (b"x" * 2001, 413), (b"x" * 100_000, 413)])
def test_a_refused_file_leaves_nothing(
    world: World, folder: Path, settings: Any, content: bytes, status: int
) -> None:
    settings.MAX_ATTACHMENT_BYTES = 2000
    invoice_id = an_invoice(world.clerk)
    before = history_of(world.clerk, invoice_id)
    answer = upload(world.clerk, invoice_id, content)
    assert answer.status == status
    assert rows_of(world.clerk, invoice_id) == []
    assert stored(folder) == []
    assert history_of(world.clerk, invoice_id) == before


def test_a_full_disk_is_507(world: World, folder: Path) -> None:
    invoice_id = an_invoice(world.clerk)
    with full_disk(folder):
        answer = upload(world.clerk, invoice_id, b"x" * 2 * MEGABYTE)
        assert (answer.status, answer.json["type"]) == (507, "/problems/no-room")
        assert str(folder).encode() not in answer.body
        assert rows_of(world.clerk, invoice_id) == []
        assert stored(folder) == []


def test_what_one_may_not_see_takes_no_file(world: World, folder: Path) -> None:
    invoice_id = an_invoice(world.clerk)
    for person in (world.colleague, world.stranger):
        assert upload(person, invoice_id, b"mine").status == 404
    assert rows_of(world.clerk, invoice_id) == []
    assert stored(folder) == []
    unknown = UUID("01980000-0000-7000-8000-000000000000")
    assert upload(world.clerk, unknown, b"mine").status == 404
    assert_nothing_of(world.clerk, unknown, folder)


def test_removed_is_gone_for_everybody(world: World, folder: Path) -> None:
    added = upload(world.clerk, an_invoice(world.clerk), b"short-lived")
    assert api(world.stranger).delete(added.json["url"]).status == 404
    assert len(stored(folder)) == 1
    assert api(world.owner).delete(added.json["url"]).status == 200
    assert api(world.clerk).get(added.json["url"]).status == 404
    assert stored(folder) == []
