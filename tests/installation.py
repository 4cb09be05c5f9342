"""A real installation for tests: `fairlead up` as a process, with a data folder and a port of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self

from django.utils.datastructures import CaseInsensitiveMapping

from tests.leaks import listener
from tests.world import Answer

# A machine that does much else at once may take its time.
START_SECONDS = 150
PATIENCE_SECONDS = 60


class Installation:
    """One data folder and one port; `start()` runs the launcher, whose output is in `output`.

    `environment` is what its commands get beside the tests' own variables.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.data = folder / "data"
        self.port = free_port()
        self.output = folder / "output.txt"
        self.launcher: subprocess.Popen[bytes] | None = None
        self.environment: dict[str, str] = {}

    def start(self, *options: str) -> Self:
        """Start and wait until it says that it is ready; what does not start is ended."""
        self.launch(*options)
        try:
            wait_for(lambda: self.has_said("Fairlead is ready") or not self.is_running(), START_SECONDS)
            assert self.has_said(f"Fairlead is ready: http://127.0.0.1:{self.port}/"), self.text()
        except AssertionError:
            self.clean_up()
            raise
        return self

    def launch(self, *options: str) -> subprocess.Popen[bytes]:
        """Start without waiting, in a process group of its own as a shell would."""
        self.output.write_bytes(b"")
        with self.output.open("ab") as output:
            self.launcher = subprocess.Popen(
                [*self.command("up"), "--port", str(self.port), "--no-demo", *options],
                stdout=output,
                stderr=output,
                env=os.environ | self.environment,
                process_group=0,
            )
        return self.launcher

    def run(self, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """Another command on the same data folder."""
        more.setdefault("env", os.environ | self.environment)
        return subprocess.run(
            self.command(*words), capture_output=True, text=True, timeout=START_SECONDS, check=False, **more
        )

    def command(self, name: str, *words: str) -> list[str]:
        return [sys.executable, "-P", "-m", "fairlead", name, *words, "--data", str(self.data)]

    def end(self, number: signal.Signals, *, group: bool = False) -> float:
        """Send the launcher, or its whole group, a signal; how many seconds until nothing of it is left."""
        assert self.launcher
        begin = time.monotonic()
        (os.killpg if group else os.kill)(self.launcher.pid, number)
        self.launcher.wait(10)
        wait_for(lambda: not self.processes(), 10, self.describe)
        return time.monotonic() - begin

    def kill(self) -> None:
        """Kill the launcher and wait for nothing else."""
        assert self.launcher
        self.launcher.kill()
        self.launcher.wait()

    @property
    def status(self) -> int | None:
        """How the launcher ended."""
        assert self.launcher
        return self.launcher.returncode

    def clean_up(self) -> None:
        """End whatever a failed test has left, and pass on what was logged: nothing private may be in it."""
        for process in self.processes():
            os.kill(process, signal.SIGKILL)
        if self.launcher:
            self.launcher.wait(10)
        self._tell_of_logs()

    def found(self, email: str, organization: str) -> dict[str, str]:
        """Make an organization with its admin; returns the headers of every call of theirs."""
        words = ["--email", email, "--organization", organization, "--password-stdin"]
        made = self.run("user", "create", *words, input="a long enough passphrase\n")
        assert made.returncode == 0, made.stderr
        signed_in = json.loads(self.run("token", "--email", email, "--json").stdout)
        listener.remember(email, signed_in["access_token"])
        return {
            "Authorization": f"Bearer {signed_in['access_token']}",
            "organization-id": signed_in["organization_id"],
        }

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """What the server answers over HTTP. Raises `OSError` or `HTTPException` where it does not."""
        if body[:1] == b"{":
            listener.remember_fields(json.loads(body))
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            answered = CaseInsensitiveMapping(dict(response.headers))
            return Answer(response.status, answered, response.read())
        finally:
            connection.close()

    def ask(self, path: str, token: str = "") -> dict[str, Any]:
        """The JSON that the server answers."""
        listener.remember(token)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=5) as answer:
            body: dict[str, Any] = json.load(answer)
        return body

    def is_whole(self) -> bool:
        try:
            return bool(self.ask("/readyz/")["status"] == "ready")
        except (OSError, ValueError):
            return False

    def processes(self, words: str = "") -> list[int]:
        """The live processes of this installation whose command holds `words`."""
        return [pid for pid, command in _commands(str(self.data)) if words in command]

    def describe(self) -> str:
        """What is left, for a failed test."""
        return "\n".join(f"{pid} {command}" for pid, command in _commands(str(self.data)))

    def text(self) -> str:
        return self.output.read_text()

    def logs(self) -> str:
        """What web, jobs and then the database have logged."""
        return "".join(
            (self.data / "log" / f"{name}.log").read_text() for name in ("web", "worker", "postgres")
        )

    def _tell_of_logs(self) -> None:
        """The secrets of this installation, and what its processes have logged."""
        for file in self.data.glob("secret_key"):
            listener.remember(file.read_text().strip())
        for file in self.data.glob("log/*.log*"):
            listener.hear(file.read_text(errors="replace"))

    def is_running(self) -> bool:
        return self.launcher is not None and self.launcher.poll() is None

    def has_said(self, words: str) -> bool:
        return words in self.text()


def wait_for(condition: Callable[[], object], seconds: float, describe: Callable[[], str] = str) -> None:
    """Return once the condition holds; fail when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s {describe()}"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _commands(data: str) -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            surroundings = (entry / "environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if (
            command
            and int(entry.name) != os.getpid()
            and (data in command or f"FAIRLEAD_DATA={data}\0" in surroundings)
        ):
            yield int(entry.name), command
