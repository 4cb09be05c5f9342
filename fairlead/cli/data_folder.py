"""The data folder: everything of an installation that is not program or configuration."""

import fcntl
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fairlead.cli.trouble import Trouble

LARGEST_LOG = 10 * 1024**2


@dataclass(frozen=True)
class DataFolder:
    """A data folder that this process alone holds until it ends."""

    path: Path
    lock: IO[bytes]

    def secret(self, name: str) -> str:
        """A random text that stays the same for this folder, readable by us alone."""
        return secret(self.path, name)

    def log(self, name: str) -> IO[bytes]:
        """The log of a child, to append to; one older part is kept."""
        file = self.path / "log" / f"{name}.log"
        file.parent.mkdir(exist_ok=True, mode=0o700)
        if file.exists() and file.stat().st_size > LARGEST_LOG:
            file.rename(file.with_suffix(".log.1"))
        return file.open("ab", buffering=0)


def claim(path: Path) -> DataFolder:
    """Make the folder if need be and hold it. Raises Trouble where another start has it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileNotFoundError:  # such as below /proc, where nobody can make anything
        raise Trouble(f"{path} cannot be made: choose another --data.") from None
    # Under root the server runs as another user, which passes through here to its own folder.
    path.chmod(0o711 if os.geteuid() == 0 else 0o700)
    lock = (path / "lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise Trouble(
            f"Fairlead already runs with the data in {path}: stop it, or choose another --data."
        ) from None
    return DataFolder(path, lock)


def secret(path: Path, name: str) -> str:
    """The folder's random text of that name, made when it is first asked for."""
    file = path / name
    if not file.exists():
        write_secret(file, secrets.token_urlsafe(24) + "\n")
    return file.read_text().strip()


def write_secret(file: Path, text: str) -> None:
    """Write a file that only we can read, whole or not at all."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    new.rename(file)
