"""A real server on the ground's database: `fairlead serve`, as an installation has it."""

import http.client
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairlead.cli import processes
from tests.bench.ground import Member
from tests.installation import free_port, wait_for

# Those that answer have threads beside their first; the others of the tree only wait.
_THREADS = 3


@dataclass(frozen=True)
class Served:
    """Where it listens, and its main process."""

    port: int
    process: int

    def workers(self) -> list[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text()
        return [pid for pid in map(int, children.split()) if threads(pid) >= _THREADS]


@contextmanager
def serving(log: Path) -> Iterator[Served]:
    """Serve until the end of the block, then let it finish."""
    port = free_port()
    command = [sys.executable, "-P", "-m", "fairlead", "serve", "--port", str(port)]
    with log.open("ab") as output:
        process = processes.spawn(command, log=output, environment=os.environ)
    try:
        wait_for(lambda: _answers(port), 60)
        yield Served(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def sent_by(member: Member) -> dict[str, str]:
    """The headers of this member's requests."""
    from tests.bench.requests import headers

    signed = headers(member)
    return {
        "Authorization": signed["HTTP_AUTHORIZATION"],
        "organization-id": signed["HTTP_ORGANIZATION_ID"],
        "Content-Type": "application/json",
    }


def threads(pid: int) -> int:
    """How many threads a process has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def files(pid: int) -> int:
    """How many descriptors a process holds open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def memory(pid: int) -> float:
    """MiB of a process, what it shares with others counted in part (PSS), so that those of several can be summed."""
    return _mebibytes(pid, "Pss")


def resident(pid: int) -> float:
    """MiB of a process, what it shares counted in full (RSS): PSS rises whenever another process ends."""
    return _mebibytes(pid, "Rss")


def _mebibytes(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def ask(
    caller: http.client.HTTPConnection, sent: dict[str, str], method: str, path: str, body: Any = None
) -> tuple[int, bytes]:
    """A request on a connection that is kept: status and body of the answer."""
    caller.request(method, path, body, sent)
    answer = caller.getresponse()
    return answer.status, answer.read()


def _answers(port: int) -> bool:
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        return ask(caller, {}, "GET", "/healthz/")[0] == 200
    except OSError:
        return False
    finally:
        caller.close()
