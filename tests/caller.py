"""A caller of a real server, from whichever address of this machine."""

import http.client
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.installation import Installation
from tests.leaks import listener
from tests.world import PASSWORD


class Caller:
    """One kept connection. Networks of 127.0.0.0/8 are told apart as those of the world are."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=30, source_address=(address, 0)
        )

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """The status, and the parsed body of the answer."""
        given: Mapping[str, str] = {"Content-Type": "application/json", **headers}
        sent = None if body is None else json.dumps(body)
        listener.remember_fields(body)
        self._connection.request(
            method, path, sent, {name.replace("_", "-"): value for name, value in given.items()}
        )
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())

    def sign_in(self, email: str, password: str = PASSWORD, **headers: str) -> tuple[int, Any]:
        return self.call("POST", "/api/auth/login/", {"email": email, "password": password}, **headers)

    def close(self) -> None:
        self._connection.close()


def make_user(installation: Installation, email: str) -> None:
    """The admin of an organization of their own, whose password is `PASSWORD`."""
    made = installation.run(
        "user", "create", "--email", email, "--organization", "Acme", "--password-stdin", input=PASSWORD
    )
    assert made.returncode == 0, made.stderr


def seconds_worked(process: int) -> float:
    """The CPU time that a process has had so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
