"""The processes of `fairlead up`: started in order, started again when one ends, ended in order."""

import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import IO

from fairlead.cli import processes
from fairlead.cli.postgres import Server
from fairlead.cli.trouble import Trouble

RESTARTS, WITHIN_SECONDS = 5, 60.0
STOP_SECONDS = 7.0
LOOK_SECONDS = 0.2

Process = subprocess.Popen[bytes]


class Stopped(BaseException):
    """Somebody asked us to end. No `except Exception` holds it up."""


@dataclass
class Child:
    """A process that is kept running: how it begins, and when it had to begin again."""

    name: str
    begin: Callable[[], Process]
    process: Process
    restarts: deque[float] = field(default_factory=lambda: deque(maxlen=RESTARTS))

    def is_hopeless(self) -> bool:
        """Whether it has been started again too often lately."""
        return len(self.restarts) == RESTARTS and time.monotonic() - self.restarts[0] < WITHIN_SECONDS


class Supervisor:
    """Holds the processes. The database ends last, so that none of the others loses it in mid-sentence."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._server: Server | None = None

    def start_database(self, begin: Callable[[], Server]) -> None:
        """Start the embedded server and keep it running."""

        def restart() -> Process:
            if self._server:
                self._server.stop()  # lets go of the lock
            self._server = begin()
            return self._server.process

        self.start("database", restart)

    def start(self, name: str, begin: Callable[[], Process]) -> None:
        """Start a process and keep it running."""
        self._children.append(Child(name, begin, begin()))

    def require_alive(self) -> None:
        """Raise Trouble if a process has ended. During a start there is no use in trying again."""
        for child in self._children:
            if child.process.poll() is not None:
                raise Trouble(
                    f"The {child.name} process ended (status {child.process.returncode}): its log says why."
                )

    def look(self) -> None:
        """Start again what has ended. Raises Trouble for a process that keeps ending."""
        for child in self._children:
            if child.process.poll() is not None:
                _revive(child)

    def watch(self) -> None:
        """Look after the processes until somebody asks us to stop."""
        while True:
            self.look()
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """End all: first those that serve and work, side by side, then the database."""
        served = [child.process for child in self._children if not self._server or child.name != "database"]
        for process in served:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in served:
            processes.stop(process, signal.SIGTERM, max(0.0, deadline - time.monotonic()), signal.SIGKILL)
        if self._server:
            self._server.stop()


def obey_signals() -> None:
    """Have Ctrl-C, TERM and a closed terminal raise Stopped here, where the processes are held.

    Also where a script started us in the background, which shells do with SIGINT ignored; but nohup's wish counts.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _stop)


def ignore_signals() -> None:
    """The end has begun; a second Ctrl-C would only leave it half done."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def command(
    log: IO[bytes],
    environment: Mapping[str, str],
    *words: str,
    if_orphaned: signal.Signals = signal.SIGTERM,
) -> Process:
    """Start `fairlead <words>` as a child. `if_orphaned` is what it gets when we are killed, and the database too."""
    program = [sys.executable, "-P", "-m", "fairlead", *words]
    return processes.spawn(program, log=log, environment=environment, stop_signal=if_orphaned)


def _revive(child: Child) -> None:
    status = child.process.returncode
    if child.is_hopeless():
        raise Trouble(f"The {child.name} process keeps ending (status {status}): its log says why.")
    print(f"fairlead: the {child.name} process ended (status {status}) and is started again", file=sys.stderr)
    child.restarts.append(time.monotonic())
    child.process = child.begin()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped
