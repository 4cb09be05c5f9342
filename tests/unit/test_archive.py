"""The file of a backup: what comes out is what went in, or nothing comes out."""

import io
from pathlib import Path

import pytest

from fairlead.cli import archive
from fairlead.cli.trouble import Trouble

MEMBERS = {"files/a/b": b"first", "database/t.copy.gz": bytes(range(256)) * 9, "empty": b""}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return _write(tmp_path / "backup.tar")


def test_what_comes_out_is_what_went_in(file: Path) -> None:
    with archive.opened(file) as backup:
        assert {name: backup.read(name) for name in MEMBERS} == MEMBERS
        assert list(backup.names("files")) == ["files/a/b"]
        assert backup.manifest["version"] == "7"


def test_it_is_for_us_alone_and_nothing_else_is_left(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_no_byte_can_change(file: Path, tmp_path: Path) -> None:
    content, changed = bytearray(file.read_bytes()), tmp_path / "changed.tar"
    for place in range(0, len(content), 7):
        content[place] ^= 1
        changed.write_bytes(content)
        content[place] ^= 1
        _assert_refused(changed, "is damaged, not whole, or no backup at all. Nothing was restored.")


@pytest.mark.parametrize("size", [0, 1, 30, 512, 5000, -1])
def test_no_part_of_it_will_do(file: Path, size: int) -> None:
    file.write_bytes(file.read_bytes()[:size])
    _assert_refused(file, "is damaged, not whole, or no backup at all. Nothing was restored.")


def test_something_after_it_is_seen(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\n")
    _assert_refused(file, "is damaged, not whole, or no backup at all.")


def test_a_manifest_that_lies_is_refused_under_a_good_seal(tmp_path: Path) -> None:
    with archive.written(tmp_path / "lie.tar") as writer:
        writer.add_bytes("a", b"1")
        writer._members["a"]["sha256"] = "0" * 64
        writer.finish({"version": "7"})
    _assert_refused(tmp_path / "lie.tar", "is no whole backup (a is not as the manifest says)")


def test_a_member_that_the_manifest_does_not_name_is_refused(tmp_path: Path) -> None:
    with archive.written(tmp_path / "more.tar") as writer:
        writer.add_bytes("a", b"1")
        writer._members.clear()
        writer.finish({"version": "7"})
    _assert_refused(tmp_path / "more.tar", "is no whole backup (the members are not those of the manifest)")


def test_a_later_form_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "FORMAT", 2)
    file = _write(tmp_path / "later.tar")
    monkeypatch.undo()
    _assert_refused(file, "was written by a newer Fairlead (7): restore it with that one.")


def test_a_failure_leaves_the_older_backup_and_no_part(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(OSError, match="unexpected end"), archive.written(file) as writer:
        writer.add("a", io.BytesIO(b"1"), 2)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def _write(path: Path) -> Path:
    with archive.written(path) as writer:
        for name, content in MEMBERS.items():
            writer.add_bytes(name, content)
        writer.finish({"version": "7"})
    return path


def _assert_refused(file: Path, words: str) -> None:
    with pytest.raises(Trouble) as refusal, archive.opened(file):
        pass
    assert str(refusal.value).startswith(f"{file} {words}")
