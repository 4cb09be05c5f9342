"""When storing fails, or what stands around it: neither a row without its file nor a file without its row."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from fairlead.foundation.errors import DomainError, NoRoom, UpstreamFailed
from fairlead.foundation.ids import new_id
from fairlead.records import attachments, files
from fairlead.tenancy.context import Actor, organization
from tests.file_store import (
    KIND,
    MEGABYTE,
    a_record,
    assert_nothing_of,
    attach,
    content_of,
    full_disk,
    large,
    limited_file_size,
    rows_of,
    small,
    stored,
)
from tests.world import World

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    settings.MEDIA_ROOT = folder
    return folder


@pytest.mark.parametrize("upload", [small, large])
def test_a_full_disk_is_told_and_leaves_nothing(world: World, folder: Path, upload: Any) -> None:
    record_id, too_much = a_record(), upload(os.urandom(2 * MEGABYTE))
    with full_disk(folder):
        with pytest.raises(NoRoom):
            attach(world.clerk, record_id, too_much)
        assert_nothing_of(world.clerk, record_id, folder)
        assert attach(world.clerk, record_id, small(b"there is room for this")).size == 22


def test_a_file_that_may_grow_no_further_is_told_and_leaves_nothing(world: World, folder: Path) -> None:
    record_id = a_record()
    with limited_file_size(MEGABYTE), pytest.raises(NoRoom):
        attach(world.clerk, record_id, small(os.urandom(2 * MEGABYTE)))
    assert_nothing_of(world.clerk, record_id, folder)


def test_a_broken_storage_is_told_and_leaves_nothing(world: World, folder: Path, settings: Any) -> None:
    (folder / "not-a-folder").write_bytes(b"")
    settings.MEDIA_ROOT = folder / "not-a-folder"
    record_id = a_record()
    with pytest.raises(UpstreamFailed) as refused:
        attach(world.clerk, record_id)
    assert str(folder) not in refused.value.detail
    assert rows_of(world.clerk, record_id) == []
    assert stored(folder) == [folder / "not-a-folder"]


def test_a_missing_file_is_our_fault_not_the_callers(world: World, folder: Path) -> None:
    attachment = attach(world.clerk, a_record())
    (folder / attachment.storage_key).unlink()
    with pytest.raises(UpstreamFailed):
        content_of(world.clerk, attachment)


def test_a_row_that_the_database_refuses_leaves_no_file(world: World, folder: Path) -> None:
    record_id, nobody = a_record(), Actor(new_id(), world.acme.id, is_admin=True)
    # Without `settled`, as a job may do it.
    with pytest.raises(IntegrityError), organization(world.acme.id, nobody):
        attachments.add(KIND, record_id, small())
    assert_nothing_of(world.clerk, record_id, folder)


def test_a_later_error_leaves_no_file(world: World, folder: Path) -> None:
    def attach_and_fail() -> None:
        with files.settled(), organization(world.acme.id, world.clerk.actor):
            attachments.add(KIND, record_id, small())
            assert len(stored(folder)) == 1
            raise DomainError("something else of the same request")

    record_id = a_record()
    with pytest.raises(DomainError):
        attach_and_fail()
    assert_nothing_of(world.clerk, record_id, folder)


def test_a_rollback_without_error_leaves_no_file(world: World, folder: Path) -> None:
    record_id = a_record()
    with files.settled(), organization(world.acme.id, world.clerk.actor):
        attachments.add(KIND, record_id, small())
        transaction.set_rollback(True)
    assert_nothing_of(world.clerk, record_id, folder)


def test_a_part_that_is_rolled_back_leaves_no_file(world: World, folder: Path) -> None:
    record_id = a_record()
    with files.settled(), organization(world.acme.id, world.clerk.actor):
        kept = attachments.add(KIND, record_id, small(b"kept"))
        with transaction.atomic():
            attachments.add(KIND, record_id, small(b"gone"))
            transaction.set_rollback(True)
    assert [row.id for row in rows_of(world.clerk, record_id)] == [kept.id]
    assert stored(folder) == [folder / kept.storage_key]


def test_what_fails_after_the_commit_takes_no_file_along(world: World) -> None:
    def fail() -> None:
        raise RuntimeError("the worker could not be woken")

    def attach_and_fail() -> None:
        with files.settled(), organization(world.acme.id, world.clerk.actor):
            transaction.on_commit(fail)
            attachments.add(KIND, record_id, small(b"kept"))

    record_id = a_record()
    with pytest.raises(RuntimeError):
        attach_and_fail()
    [kept] = rows_of(world.clerk, record_id)
    assert content_of(world.clerk, kept) == b"kept"


def test_a_lost_connection_leaves_the_file_to_the_daily_job(world: World, folder: Path) -> None:
    def attach_and_be_cut() -> None:
        with files.settled(), organization(world.acme.id, world.clerk.actor):
            attachments.add(KIND, record_id, small())
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    record_id = a_record()
    with pytest.raises(OperationalError):
        attach_and_be_cut()
    assert rows_of(world.clerk, record_id) == []
    assert len(stored(folder)) == 1, "whether it had committed nobody can tell yet"

    attachments.remove_orphans()
    assert len(stored(folder)) == 1, "a request of today may still be at it"
    grow_old(folder)
    assert attachments.remove_orphans() == 1
    assert stored(folder) == []


def test_the_daily_job_removes_only_what_no_row_names(world: World, folder: Path) -> None:
    kept = attach(world.clerk, a_record(), small(b"kept"))
    cut_short = folder / f"{kept.storage_key}.0a1b2c3d.part"
    cut_short.write_bytes(b"a killed process left this")
    grow_old(folder)
    attach(world.stranger, a_record(), small(b"of another organization"))

    assert attachments.remove_orphans() == 1
    assert not cut_short.exists()
    assert content_of(world.clerk, kept) == b"kept"
    assert len(stored(folder)) == 2


def test_a_file_appears_whole_or_not_at_all(folder: Path) -> None:
    files.store("documents/one.pdf", b"the first")
    with limited_file_size(MEGABYTE), pytest.raises(NoRoom):
        files.store("documents/one.pdf", b"x" * 2 * MEGABYTE)
    assert files.read("documents/one.pdf") == b"the first"
    files.store("documents/one.pdf", b"the second")
    assert files.read("documents/one.pdf") == b"the second"
    assert stored(folder) == [folder / "documents/one.pdf"]


def grow_old(folder: Path) -> None:
    for path in stored(folder):
        os.utime(path, (0, 0))
