"""The unprivileged user that runs the embedded server when we are root, and the places that this user can reach.

PostgreSQL refuses to run as root, and nobody else can enter root's private home: there the program and the cluster
live in a system folder instead.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fairlead.cli.processes import demotion
from fairlead.cli.trouble import Trouble

NAME = "fairlead"
# Where no user can be added: a number that no distribution gives away.
BARE_ID = (54321, 54321)
STATE_FOLDERS = (Path("/var/lib/fairlead"), Path("/var/tmp/fairlead"))  # noqa: S108 - its owner is checked


@dataclass(frozen=True)
class ServerUser:
    """Who runs the server (uid, gid), and who makes the cluster: initdb, unlike the server, needs a passwd entry."""

    runs: tuple[int, int]
    makes: tuple[int, int]


def needed_for(cluster: Path) -> ServerUser | None:
    """None unless we are root. A cluster keeps the user that owns it, wherever its folder has been moved from."""
    if os.geteuid() != 0:
        return None
    if cluster.is_dir() and (owner := cluster.stat()).st_uid != 0:
        return ServerUser((owner.st_uid, owner.st_gid), (owner.st_uid, owner.st_gid))
    return _system_user()


def can_reach(user: ServerUser | None, path: Path) -> bool:
    """Whether `user` may enter the folder, or run the file, or its nearest parent that exists."""
    while not path.exists():
        path = path.parent
    if user is None:
        return os.access(path, os.X_OK)
    return subprocess.run(["test", "-x", path], check=False, **demotion(user.runs)).returncode == 0


@cache
def state_folder() -> Path:
    """A system folder for what the server's user must reach. Raises Trouble where there is none."""
    for folder in STATE_FOLDERS:
        try:
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        except OSError:
            continue
        if folder.lstat().st_uid == 0 and not folder.is_symlink() and os.access(folder, os.W_OK):
            folder.chmod(0o755)
            return folder
    places = " or ".join(map(str, STATE_FOLDERS))
    raise Trouble(
        f"As root, Fairlead needs to write to {places}. Make one of them writable, or set DATABASE_URL."
    )


def give(path: Path, owner: tuple[int, int]) -> None:
    """Make `owner` the owner of a folder and of all in it."""
    os.chown(path, *owner)
    for parent, folders, files in os.walk(path):
        for name in folders + files:
            os.chown(os.path.join(parent, name), *owner, follow_symlinks=False)


def _system_user() -> ServerUser:
    found = _look_up(NAME) or _add()
    if found:
        return ServerUser(found, found)
    return ServerUser(BARE_ID, _look_up("nobody") or BARE_ID)


def _look_up(name: str) -> tuple[int, int] | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return entry.pw_uid, entry.pw_gid


def _add() -> tuple[int, int] | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd:
        # May fail because another start adds it right now: what counts is whether it is there afterwards.
        command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", NAME], check=False, capture_output=True)
    return _look_up(NAME)
