"""Attachments: kept whole, read back as they came, removed by who may, and always harmless to open."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from fairlead.crm.accounts import ACCOUNT
from fairlead.foundation.errors import InvalidInput, NotFound, NotPermitted, TooLarge
from fairlead.records import attachments, downloads, removal
from fairlead.records.kinds import Kind
from fairlead.records.models import Attachment, Comment
from fairlead.tenancy.context import organization
from tests.file_store import (
    KIND,
    a_record,
    assert_nothing_of,
    attach,
    content_of,
    history_of,
    large,
    rows_of,
    small,
    stored,
)
from tests.world import World


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where files lie: nowhere else, so that what is left behind is seen."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.mark.parametrize("upload", [small, large])
def test_a_file_is_read_back_as_it_came(world: World, folder: Path, upload: Any) -> None:
    record_id, content = a_record(), b"%PDF-1.7\n" + bytes(range(256)) * 12_000
    attachment = attach(world.clerk, record_id, upload(content, "Offer März.pdf"))

    assert content_of(world.clerk, attachment) == content
    [row] = rows_of(world.clerk, record_id)
    assert (row.file_name, row.size, row.content_type) == ("Offer März.pdf", len(content), "application/pdf")
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    assert row.uploaded_by.name == "Claire Clerk"
    assert history_of(world.clerk, record_id) == ["attached"]
    [path] = stored(folder)
    assert path == folder / row.storage_key
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.promise(34)
def test_where_it_lies_is_not_the_clients_to_say(world: World, folder: Path) -> None:
    attachment = attach(world.clerk, a_record(), small(name="../../../../tmp/evil.html"))
    assert attachment.file_name == "evil.html"
    [path] = stored(folder)
    assert path.is_relative_to(folder / str(world.acme.id))
    assert "evil" not in str(path)
    assert len(path.name) == 40


@pytest.mark.promise(34)
def test_the_largest_passes_and_one_byte_more_does_not(world: World, folder: Path, settings: Any) -> None:
    settings.MAX_ATTACHMENT_BYTES = 100_000
    record_id = a_record()
    for upload in (small, large):
        with pytest.raises(TooLarge) as refused:
            attach(world.clerk, record_id, upload(b"x" * 100_001))
        assert refused.value.errors == {"attachment": ["Send a file of at most 100,000 bytes."]}
        assert_nothing_of(world.clerk, record_id, folder)
    assert attach(world.clerk, record_id, small(b"x" * 100_000)).size == 100_000


def test_an_empty_file_is_refused(world: World, folder: Path) -> None:
    record_id = a_record()
    with pytest.raises(InvalidInput) as refused:
        attach(world.clerk, record_id, small(b""))
    assert list(refused.value.errors) == ["attachment"]
    assert_nothing_of(world.clerk, record_id, folder)


@pytest.mark.promise(34)
@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"GIF89a=1;alert(document.domain)//",
        b"%PDF-1.4\n<html><script>alert(1)</script>",
        b"PK\x03\x04" + b"\0" * 26 + b"../../etc/cron.d/evil",
    ],
)
def test_whatever_it_is_a_browser_only_saves_it(world: World, content: bytes) -> None:
    row = attach(world.clerk, a_record(), small(content, "page.html"))
    headers = downloads.headers(row.file_name, row.content_type, row.size)
    assert headers["Content-Disposition"] == 'attachment; filename="page.html"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Content-Type"] not in {"text/html", "image/svg+xml"}
    assert content_of(world.clerk, row) == content


@pytest.mark.promise(34)
@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("März.pdf", "attachment; filename*=utf-8''M%C3%A4rz.pdf"),
        ('a"b.pdf', 'attachment; filename="a\\"b.pdf"'),
        ("a\r\nSet-Cookie: x=1.pdf", "attachment; filename*=utf-8''a%0D%0ASet-Cookie%3A%20x%3D1.pdf"),
        ("", "attachment"),
    ],
)
def test_no_name_breaks_the_header(name: str, disposition: str) -> None:
    assert downloads.headers(name, "text/plain", 1)["Content-Disposition"] == disposition


@pytest.mark.parametrize("who", ["clerk", "owner"])
def test_its_uploader_and_an_admin_may_remove_it(world: World, folder: Path, who: str) -> None:
    record_id, person = a_record(), getattr(world, who)
    attachment = attach(world.clerk, record_id)
    with organization(world.acme.id, person.actor):
        attachments.remove(KIND, attachment.id)
        assert len(stored(folder)) == 1, "the file goes after the commit, not before"
    assert rows_of(world.clerk, record_id) == []
    assert stored(folder) == []
    assert history_of(world.clerk, record_id) == ["attachment removed", "attached"]


def test_another_member_may_not_remove_it(world: World, folder: Path) -> None:
    record_id = a_record()
    attachment = attach(world.clerk, record_id)
    with organization(world.acme.id, world.colleague.actor), pytest.raises(NotPermitted):
        attachments.remove(KIND, attachment.id)
    assert len(rows_of(world.clerk, record_id)) == len(stored(folder)) == 1
    assert history_of(world.clerk, record_id) == ["attached"]


def test_a_removal_that_is_rolled_back_removes_nothing(world: World) -> None:
    attachment = attach(world.clerk, a_record(), small(b"kept"))
    with organization(world.acme.id, world.clerk.actor):
        attachments.remove(KIND, attachment.id)
        transaction.set_rollback(True)
    assert content_of(world.clerk, attachment) == b"kept"


@pytest.mark.parametrize(("kind", "who"), [(ACCOUNT, "clerk"), (KIND, "stranger")])
def test_of_another_kind_or_organization_it_does_not_exist(world: World, kind: Kind, who: str) -> None:
    record_id, person = a_record(), getattr(world, who)
    attachment = attach(world.clerk, record_id)
    with organization(person.org_id, person.actor):
        for attempt in (attachments.find, attachments.open, attachments.remove):
            with pytest.raises(NotFound):
                attempt(kind, attachment.id)
        assert not attachments.about(kind, record_id).exists()
    assert not Attachment.objects.filter(id=attachment.id).exists(), "no organization is bound: no rows"
    assert content_of(world.clerk, attachment)


def test_of_a_deleted_record_the_history_stays(world: World, folder: Path) -> None:
    record_id, other_id = a_record(), a_record()
    attach(world.clerk, record_id)
    kept = attach(world.clerk, other_id)
    with organization(world.acme.id, world.clerk.actor):
        Comment.objects.create(
            org=world.acme, kind=KIND.name, record_id=record_id, text="x", commented_by_id=world.clerk.user_id
        )
        removal.remove_all(KIND.name, record_id)
        assert len(stored(folder)) == 2
    assert stored(folder) == [folder / kept.storage_key]
    with organization(world.acme.id):
        assert not Comment.about(world.acme.id, KIND.name, record_id).exists()
        assert not Attachment.about(world.acme.id, KIND.name, record_id).exists()
    assert history_of(world.clerk, record_id) == ["attached"]
