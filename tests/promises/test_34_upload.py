"""Row 34: whatever is uploaded is refused or inert, and lies under our key inside the store."""

import hashlib
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from fairlead.records import downloads, file_names, files
from tests import hostile_files, invoicing
from tests.file_store import MEGABYTE, stored
from tests.hostile_files import Hostile
from tests.world import Answer, World, api

KEY = re.compile(r"[0-9a-f-]{36}/attachments/([0-9a-f]{2})/\1[0-9a-f]{38}")
# What a browser does nothing with, even if it were told to show it.
INERT = re.compile(
    r"text/plain|application/(pdf|rtf|gzip|zip|octet-stream|vnd\..*)|image/(gif|jpeg|png|tiff|webp|heif)"
)
BOUNDARY = b"4f1d0c"
RISE = 150 * MEGABYTE


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where files lie, and beside it nothing."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.mark.promise(34)
def test_whatever_is_uploaded_is_refused_or_inert(world: World, folder: Path, figure: Any) -> None:
    corpus = hostile_files.corpus()
    assert len(corpus) >= 120
    path = f"/api/invoices/attachment/{invoicing.make(world.owner)['id']}/"
    with _memory() as rise, _written_to() as written:
        taken = sum(_is_taken_and_inert(world, file, _upload(world, path, file)) for file in corpus)
    assert taken > 100, "most are taken, as what they are: bytes"
    assert len(stored(folder)) == taken
    assert all(KEY.fullmatch(str(file.relative_to(folder))) for file in stored(folder))
    assert {one for one in written if not one.is_relative_to(folder)} == set()
    assert [*folder.parent.iterdir()] == [folder]
    assert rise[0] < RISE
    figure("files", f"{taken} taken, {len(corpus) - taken} refused, none outside of the store")
    figure("memory rose by", f"{rise[0] / MEGABYTE:.0f} MiB")


@pytest.mark.promise(34)
@pytest.mark.parametrize(
    "name", ["bomb.png", "bomb.gif", "bomb.zip", "bomb.pdf", "page.html", "picture.svg", "outside.svg"]
)
def test_no_bomb_or_page_becomes_a_logo(name: str, world: World, folder: Path) -> None:
    body = Hostile(b"logo.png", hostile_files.contents()[name], b"image/png").body(BOUNDARY)
    body = body.replace(b'name="attachment"', b'name="logo"')
    with _memory() as rise, invoicing.unchanged(world.acme.id):
        answer = api(world.owner).post(
            f"/api/org/{world.acme.id}/logo/", body=body, content_type=_multipart()
        )
    assert answer.status in (413, 422)
    assert rise[0] < RISE
    assert stored(folder) == []


@pytest.mark.promise(34, sabotage="the file lies under the name that the client gave it")
def test_a_name_that_is_kept_on_the_disk_is_seen(
    world: World, folder: Path, figure: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = iter(hostile_files.NAMES)
    key = files.new_key
    monkeypatch.setattr(
        files, "new_key", lambda folder: f"{key(folder)}-{file_names.clean(next(names, 'x'))}"
    )
    with pytest.raises(AssertionError):
        test_whatever_is_uploaded_is_refused_or_inert(world, folder, figure)


@pytest.mark.promise(34, sabotage="the client's name is told and sent as it came")
def test_a_name_that_is_passed_on_is_seen(
    world: World, folder: Path, figure: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_names, "clean", lambda name: name)
    with pytest.raises(AssertionError):
        test_whatever_is_uploaded_is_refused_or_inert(world, folder, figure)


@pytest.mark.promise(34, sabotage="a file is shown, as what the client calls it")
def test_a_file_that_is_shown_is_seen(
    world: World, folder: Path, figure: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        downloads, "headers", lambda *_: {"Content-Type": "text/html", "Content-Disposition": "inline"}
    )
    with pytest.raises(AssertionError):
        test_whatever_is_uploaded_is_refused_or_inert(world, folder, figure)


def _upload(world: World, path: str, file: Hostile) -> Answer:
    return api(world.owner).post(path, body=file.body(BOUNDARY), content_type=_multipart())


def _is_taken_and_inert(world: World, file: Hostile, answer: Answer) -> bool:
    """Whether it was taken, for then it must be inert; what is not is refused."""
    if answer.status != 201:
        assert answer.status in (400, 422), f"{file.name!r} got {answer}"
        return False
    name = answer.json["file_name"]
    assert file_names.clean(name) == name, f"{file.name!r} came back as {name!r}"
    assert not re.search(r'[/\\\x00-\x1f<>:"|?*\u202e]', name), name
    read = api(world.owner).get(answer.json["url"])
    assert hashlib.sha256(read.body).hexdigest() == hashlib.sha256(file.content).hexdigest()
    _assert_only_saved(read.headers)
    return True


def _assert_only_saved(headers: Any) -> None:
    disposition = headers["Content-Disposition"]
    disposition = unquote(disposition) if "filename*=" in disposition else disposition
    assert disposition.startswith("attachment"), disposition
    assert not re.search(r"[/\\]\w|\.\./|[\x00-\x1f]", disposition), disposition
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert INERT.fullmatch(headers["Content-Type"]), headers["Content-Type"]


def _multipart() -> str:
    return f"multipart/form-data; boundary={BOUNDARY.decode()}"


@contextmanager
def _written_to() -> Iterator[list[Path]]:
    """Every path that this process opens to write, makes or renames to inside."""
    _watch_files()
    seen: list[Path] = []
    _witnesses.append(seen)
    try:
        yield seen
    finally:
        _witnesses.remove(seen)


_witnesses: list[list[Path]] = []
_MAKING = {"os.mkdir": 0, "os.rename": 1, "os.link": 1, "os.symlink": 1}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@cache
def _watch_files() -> None:
    """For the rest of the process: a hook of Python's cannot be taken off, but it does nothing while nobody asks."""

    def note(event: str, given: tuple[Any, ...]) -> None:
        if not _witnesses:
            return
        place = given[_MAKING[event]] if event in _MAKING else None
        if event == "open" and given[2] & _WRITING:
            place = given[0]
        if isinstance(place, str | bytes | os.PathLike) and "__pycache__" not in os.fsdecode(place):
            for witness in _witnesses:
                witness.append(Path(os.fsdecode(place)).absolute())

    sys.addaudithook(note)


@contextmanager
def _memory() -> Iterator[list[int]]:
    """By how many bytes this process's most memory has risen inside, in a list of one."""
    rise: list[int] = []
    Path("/proc/self/clear_refs").write_text("5")
    before = _most_memory()
    yield rise
    rise.append(_most_memory() - before)


def _most_memory() -> int:
    line = next(
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")
    )
    return int(line.split()[1]) * 1024
