"""The PDF of an invoice: the original, always the same bytes and never another; drafts and stamped copies."""

import hashlib
import io
from email import message_from_bytes, policy
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from pypdf import PdfReader

from fairlead.documents import originals
from fairlead.messaging import worker
from fairlead.records.files import settled
from fairlead.tenancy.context import organization
from tests.invoicing import (
    Json,
    at_once,
    body,
    in_status,
    lined,
    make,
    path,
    pay,
    put,
    read,
    rows,
    step,
    unchanged,
)
from tests.world import Answer, Person, World, api


def download(person: Person, invoice: Json, query: str = "") -> Answer:
    return api(person).get(path(invoice, "download") + query)


def text(answer: Answer) -> str:
    assert answer.status == 200, answer.body
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body)).pages).split()
    )


def stored(world: World) -> list[tuple[str, int, str]]:
    """(hash, size, key) of every PDF that the organization keeps."""
    return rows(world.acme.id, "SELECT sha256, size, storage_key FROM documents_storedpdf")


def files(world: World) -> list[Path]:
    folder = Path(settings.MEDIA_ROOT) / str(world.acme.id)
    return [file for file in folder.rglob("*") if file.is_file()]


def test_the_original_stays_whatever_changes_around_it(world: World) -> None:
    invoice = make(world.owner, status="Sent")
    settings_of = f"/api/org/{world.acme.id}/"
    renamed = {"legal_name": "Acme Successors Ltd", "accent_color": "#0f766e", "address": {"city": "Bonn"}}
    assert api(world.owner).put(settings_of, json=renamed).status == 200
    first = download(world.owner, invoice)
    assert "Acme Successors" not in text(first)
    assert "Berlin" in text(first)
    assert first.headers["Content-Type"] == "application/pdf"
    assert 'filename="INV-001.pdf"' in first.headers["Content-Disposition"]
    put(world.owner, invoice, internal_notes="x", grace_until="2030-01-01", assigned_to=[world.clerk.id])
    pay(world.owner, invoice, "5.00")
    step(world.owner, invoice, "Paid")
    step(world.owner, invoice, "Pending", "Returned")
    posted = api(world.clerk).post(path(invoice, "download"))
    assert posted.body == download(world.clerk, invoice).body == first.body
    assert [row[:2] for row in stored(world)] == [(hashlib.sha256(first.body).hexdigest(), len(first.body))]
    assert len(files(world)) == 1


def test_two_who_ask_first_get_the_same(world: World) -> None:
    invoice = make(world.owner, status="Sent")
    bodies = at_once(6, lambda _: download(world.owner, invoice).body)
    assert len({*bodies}) == 1
    assert bodies[0].startswith(b"%PDF-")
    assert len(stored(world)) == len(files(world)) == 1


def test_the_worker_renders_what_a_download_would(world: World) -> None:
    invoice = make(world.owner, status="Sent")
    assert stored(world) == []
    worker.run_until_idle()
    assert len(stored(world)) == 1
    with unchanged(world.acme.id):
        content = download(world.owner, invoice).body
    assert hashlib.sha256(content).hexdigest() == stored(world)[0][0]


def test_a_mail_carries_the_original(world: World) -> None:
    invoice = make(world.owner)
    mail = {"recipients": ["a@example.com"], "subject": "Invoice", "message": "Please find it attached."}
    sent = api(world.owner).post(path(invoice, "send-mail"), json=mail).json["email"]
    worker.run_until_idle()
    file = Path(settings.MAIL_FOLDER) / f"{sent['message_id'].strip('<>')}.eml"
    [part] = message_from_bytes(file.read_bytes(), policy=policy.default).iter_attachments()
    assert part.get_content() == download(world.owner, invoice).body
    assert part.get_filename() == "INV-001.pdf"
    assert read(world.owner, invoice)["emails"][0]["state"] == "sent"


@pytest.mark.parametrize(("status", "mark"), [("Paid", "Paid"), ("Cancelled", "Cancelled")])
def test_a_stamped_copy_stands_beside_the_original(world: World, status: str, mark: str) -> None:
    invoice = in_status(world.owner, status)
    original = download(world.owner, invoice)
    copy = download(world.owner, invoice, "?stamped=true")
    assert f'filename="INV-001-{mark.lower()}.pdf"' in copy.headers["Content-Disposition"]
    assert mark.upper() in text(copy).upper()
    assert mark.upper() not in text(original).upper()
    assert download(world.owner, invoice, "?stamped=true").body == copy.body
    assert download(world.owner, invoice, "?stamped=false").body == original.body
    assert len(stored(world)) == 1


def test_what_is_neither_paid_nor_cancelled_has_no_stamp(world: World) -> None:
    invoice = make(world.owner, status="Sent")
    assert download(world.owner, invoice, "?stamped=true").body == download(world.owner, invoice).body


def test_a_draft_bears_its_mark_and_is_not_kept(world: World) -> None:
    invoice = make(world.owner, body(notes="First words"))
    first = text(download(world.owner, invoice))
    assert "DRAFT" in first.upper()
    assert "First words" in first
    put(world.owner, invoice, notes="Other words")
    assert "Other words" in text(download(world.owner, invoice, "?stamped=true"))
    step(world.owner, invoice, "Cancelled")
    assert "CANCELLED" in text(download(world.owner, invoice)).upper()
    assert stored(world) == []


@pytest.fixture
def kept(world: World) -> tuple[Json, Path]:
    """An invoice whose original is stored, and where."""
    invoice = make(world.owner, status="Sent")
    assert download(world.owner, invoice).status == 200
    return invoice, Path(settings.MEDIA_ROOT) / stored(world)[0][2]


@pytest.mark.parametrize("damage", ["a byte", "cut", "empty", "another"])
def test_a_damaged_original_is_not_given_out(world: World, kept: tuple[Json, Path], damage: str) -> None:
    invoice, file = kept
    content = file.read_bytes()
    other = {"a byte": content[:-1] + b"X", "cut": content[:-10], "empty": b"", "another": b"%PDF-1.7 other"}
    file.chmod(0o600)
    file.write_bytes(other[damage])
    with unchanged(world.acme.id):
        answer = download(world.owner, invoice)
    assert (answer.status, answer.headers["Content-Type"]) == (500, "application/problem+json")
    file.write_bytes(content)
    assert download(world.owner, invoice).body == content


def test_a_missing_original_is_not_made_again(world: World, kept: tuple[Json, Path]) -> None:
    invoice, file = kept
    file.unlink()
    with unchanged(world.acme.id):
        answer = download(world.owner, invoice)
    assert (answer.status, answer.headers["Content-Type"]) == (502, "application/problem+json")
    assert not file.exists()


def test_a_rendering_that_is_rolled_back_leaves_no_file(world: World) -> None:
    invoice = make(world.owner, status="Sent")
    document_id = rows(world.acme.id, "SELECT id FROM billing_issueddocument")[0][0]
    with pytest.raises(ZeroDivisionError):
        give_up(world, document_id)
    assert (stored(world), files(world)) == ([], [])
    assert download(world.owner, invoice).status == 200


def give_up(world: World, document_id: UUID) -> None:
    with settled(), organization(world.acme.id):
        originals.read(document_id)
        raise ZeroDivisionError


def test_what_cannot_be_printed_is_not_issued(world: World) -> None:
    draft = make(world.owner, lined(*[{"description": "x" * 2000}] * 250))
    mail = {"recipients": ["a@example.com"], "subject": "s", "message": "m"}
    with unchanged(world.acme.id):
        answers = [
            api(world.owner).post(path(draft, "status"), json={"status": "Sent"}),
            api(world.owner).put(path(draft), json={"status": "Paid"}),
            api(world.owner).post(path(draft, "send-mail"), json=mail),
        ]
    assert [answer.status for answer in answers] == [422] * 3
    assert all("characters" in answer.json["detail"] for answer in answers)
    assert read(world.owner, draft)["status"] == "Draft"


@pytest.mark.parametrize(
    "name", ["Ελλάς Ω", "株式会社", "شركة", "🙂 \u00ad \U000e0001 ﷽", '#read("/etc/passwd")', "$x$ \\ *"]
)
def test_any_name_is_printed(world: World, name: str) -> None:
    invoice = make(world.owner, body(name=name, invoice_title=name), status="Sent")
    assert download(world.owner, invoice).body.startswith(b"%PDF-")


@pytest.mark.parametrize("number", ["2026/001", "..", "a b", "Ä-1", "'\";x"])
def test_the_file_is_named_by_the_number(world: World, number: str) -> None:
    header = download(world.owner, make(world.owner, body(invoice_number=number))).headers[
        "Content-Disposition"
    ]
    assert header.startswith("attachment; filename")
    assert "/" not in header.replace("utf-8''", "")
    assert ".pdf" in header
