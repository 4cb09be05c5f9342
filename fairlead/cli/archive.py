"""The one file that holds a backup: a tar, whose last member says what the others are, and a seal after its end.

`tar -tf` lists it. `manifest.json` names every member with its size and SHA-256; the seal is a line with the SHA-256
of all that stands before it. So no byte can change unnoticed, and none can be missing.
"""

import hashlib
import io
import json
import os
import secrets
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypedDict

from fairlead.cli.trouble import Trouble

FORMAT = 1
MANIFEST = "manifest.json"
_SEAL = "\nfairlead backup, sha256 of the above: {}\n"
_SEAL_SIZE = len(_SEAL.format("0" * 64))
_CHUNK = 1024**2


class Member(TypedDict):
    """What the manifest says of a member."""

    size: int
    sha256: str


class Writer:
    """Puts members in, one after the other, holding none of them in memory."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = _Hashing(stream)
        # As a stream, so that the hash of the whole grows with it.
        self._tar = tarfile.open(fileobj=self._stream, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._members: dict[str, Member] = {}

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Put in `size` bytes, read from where `content` stands. Raises OSError when there are fewer."""
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, int(time.time())
        hashing = _Hashing(content)
        self._tar.addfile(member, hashing)
        self._members[name] = {"size": size, "sha256": hashing.hexdigest()}

    def add_bytes(self, name: str, content: bytes) -> None:
        """Put in a small member."""
        self.add(name, io.BytesIO(content), len(content))

    @contextmanager
    def ended(self) -> Iterator[None]:
        """Whatever happens in here, nothing is written afterwards: a tar that was not ended would try, much later."""
        try:
            yield
        finally:
            self._stream.let_go()

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def finish(self, manifest: dict[str, Any]) -> None:
        """Put in the manifest, end the tar and seal it."""
        whole = {"format": FORMAT, **manifest, "members": self._members}
        self.add_bytes(MANIFEST, json.dumps(whole, indent=1).encode())
        self._tar.close()
        self._stream.write(_SEAL.format(self._stream.hexdigest()).encode())


class Reader:
    """A backup whose every byte has been looked at."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.manifest: dict[str, Any] = json.loads(self.read(MANIFEST))

    def open(self, name: str) -> IO[bytes]:
        """The content of a member. Raises KeyError where there is none."""
        content = self._tar.extractfile(name)
        if content is None:
            raise KeyError(name)
        return content

    def read(self, name: str) -> bytes:
        """The content of a small member."""
        with self.open(name) as content:
            return content.read()

    def names(self, folder: str) -> Iterator[str]:
        """The members below a folder, in the order in which they lie in the file."""
        return (name for name in self.manifest["members"] if name.startswith(f"{folder}/"))

    def require_members(self) -> None:
        """Raise ValueError unless the members are those of the manifest, byte for byte."""
        found = [member.name for member in self._tar.getmembers()]
        if found != [*self.manifest["members"], MANIFEST]:
            raise ValueError("the members are not those of the manifest")
        for name, member in self.manifest["members"].items():
            with self.open(name) as content:
                found_hash = _hash(content)
            if found_hash != member["sha256"]:
                raise ValueError(f"{name} is not as the manifest says")


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """Write a new file that only we can read; it takes its name when it is whole, in the place of an older one."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            writer = Writer(stream)
            with writer.ended():
                yield writer
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _flush(path.parent)


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """Open a backup after looking at every byte of it. Raises Trouble where one is not as it was written."""
    with path.open("rb") as stream:
        _require_seal(stream, path)
        with tarfile.open(fileobj=stream, mode="r:") as tar:
            yield _read(tar, path)


def _read(tar: tarfile.TarFile, path: Path) -> Reader:
    try:
        reader = Reader(tar)
        if reader.manifest["format"] != FORMAT:
            raise Trouble(
                f"{path} was written by a newer Fairlead ({reader.manifest['version']}): restore it with that one."
            )
        reader.require_members()
    except (tarfile.TarError, KeyError, ValueError) as error:
        raise Trouble(f"{path} is no whole backup ({error}). Nothing was restored.") from None
    return reader


def _require_seal(stream: IO[bytes], path: Path) -> None:
    size = max(path.stat().st_size - _SEAL_SIZE, 0)
    if _SEAL.format(_hash(stream, size)).encode() != stream.read():
        raise Trouble(f"{path} is damaged, not whole, or no backup at all. Nothing was restored.")
    stream.seek(0)


def _hash(stream: IO[bytes], size: int | None = None) -> str:
    """The SHA-256 of what is left in the stream, or of its next `size` bytes."""
    digest = hashlib.sha256()
    left = sys.maxsize if size is None else size
    while chunk := stream.read(min(_CHUNK, left)):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest()


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Hashing(io.RawIOBase):
    """A stream that hashes what is read from it or written to it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._of = stream
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self._of.read(size)
        self._digest.update(content)
        return content

    def write(self, content: Any) -> int:
        self._digest.update(content)
        return self._of.write(content)

    def hexdigest(self) -> str:
        return self._digest.hexdigest()

    def let_go(self) -> None:
        """Leave the stream alone from now on."""
        self._of = io.BytesIO()
