"""Requests that are too large, too deep, or too slow: refused in little time and memory, and they block nobody."""

import gzip
import json
import shutil
import socket
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from fairlead.api import bodies
from fairlead.foundation.errors import MalformedRequest, Overloaded
from fairlead.foundation.ids import new_id
from tests import contract, operations
from tests.api import test_strictness as strict
from tests.installation import Installation
from tests.invoicing import INVOICES
from tests.world import World, api

LARGE = 30 * 1024**2
MOST_BYTES = 50 * 1024**2
PASSWORD = "a long enough passphrase"
DAWDLERS = {"headers": 600, "bodies": 300}


class Unread:
    """A body that nobody may begin to read."""

    def read(self, *_: int) -> bytes:
        raise AssertionError("it was read")

    readline = read


@pytest.mark.promise(37)
@pytest.mark.parametrize("operation", [one for one in operations.every() if one.method != "GET"], ids=str)
def test_what_is_too_large_is_refused_unread(operation: operations.Operation, world: World) -> None:
    path = operation.address({name: str(new_id()) for name in operation.path_parameters})
    kind = "multipart/form-data; boundary=x" if operation.takes_file else "application/json"
    environ: dict[str, Any] = {"CONTENT_LENGTH": str(LARGE), "CONTENT_TYPE": kind, "wsgi.input": Unread()}
    headers = {} if operation.is_public else world.owner.headers
    answer = Client(headers=headers).generic(operation.method, path, **environ)
    contract.check(operation.method, path, answer.status_code, answer.headers, answer.content)
    assert answer.status_code == 413


@pytest.mark.promise(37)
def test_shapes_that_cost_are_refused_at_little_cost(world: World, figure: Any) -> None:
    slowest, largest = 0.0, 0
    for raw, headers in _shapes():
        begin = time.process_time()
        _refuse(world, raw, headers)
        slowest = max(slowest, time.process_time() - begin)
        tracemalloc.start()
        _refuse(world, raw, headers)
        largest = max(largest, tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    for query in _queries():
        assert api(world.owner).get(f"{INVOICES}?{query}").status in (200, 400), query[:60]
    assert largest < MOST_BYTES
    figure("costliest shape", f"{slowest * 1000:.0f} ms CPU, {largest / 1024**2:.0f} MiB")


def _refuse(world: World, raw: bytes, headers: dict[str, str]) -> None:
    answer = api(world.owner).call("POST", INVOICES, body=raw, headers=headers)
    assert answer.status in (400, 413, 422), raw[:60]
    assert len(answer.body) < 20_000


def _shapes() -> Iterator[tuple[bytes, dict[str, str]]]:
    bomb = gzip.compress(b" " * LARGE)
    yield from ((raw, {}) for raw in strict.NOT_JSON)
    yield from ((shape, {}) for shape in (b"[" * 900_000, b'{"lines":' * 100_000, b'"' * 900_000, bomb))
    yield bomb, {"Content-Encoding": "gzip"}
    yield b"{" + b",".join(b'"n%d":1' % number for number in range(80_000)) + b"}", {}
    yield b"{" + b",".join(b'"n%d":1' % number for number in range(1_000_000)) + b"}", {}
    for figures in (b"9" * 900_000, b"9" * 1_100_000, b"1." + b"1" * 900_000, b"1e" + b"9" * 900_000):
        yield b'{"quantity": ' + figures + b"}", {}
    for field, text in _bombs():
        yield json.dumps({"invoice_title": "a", "name": "a", "currency": "EUR", field: text}).encode(), {}
    yield json.dumps({"lines": [{"description": "a", "rate": "1"}] * 10_000}).encode(), {}
    yield json.dumps({"assigned_to": [str(new_id())] * 20_000}).encode(), {}


def _bombs() -> Iterator[tuple[str, str]]:
    """Texts for which a careless pattern tries every way to part them."""
    for text in (
        "a" * 900_000,
        "a." * 400_000,
        "a@" + "a-" * 400_000,
        "a@" + "a." * 400_000 + "!",
        " " * 900_000,
    ):
        for field in ("email", "name", "phone", "due_date", "rate", "currency", "vat_id"):
            yield field, text
    yield "email", "a" * 64 + "@" + "a-" * 90 + "!"
    yield "email", "a@" + "a." * 120 + "_"


def _queries() -> Iterator[str]:
    yield "&".join(f"n{number}=1" for number in range(10_000))
    yield "&".join("name=a" for _ in range(10_000))
    yield "search=" + "%25_" * 60
    yield "cursor=" + "A" * 100_000
    yield "min_total=" + "9" * 100_000


@pytest.mark.promise(37, sabotage="no limit to the size of a body")
def test_a_body_without_a_limit_is_seen(world: World, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    [operation] = [one for one in operations.every() if str(one) == "POST /api/teams/"]
    with pytest.raises(AssertionError, match="500"):
        test_what_is_too_large_is_refused_unread(operation, world)


class Dawdling:
    """A stream that gives nothing until it is told to."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def read(self, size: int, /) -> bytes:
        self.go.wait(30)
        return b"a" * size

    readline = read


@pytest.mark.promise(37)
def test_one_thread_never_waits_for_a_body() -> None:
    places, slow = bodies.Places(2), Dawdling()
    waiting = [threading.Thread(target=bodies.Body(slow, places).read, args=(5,)) for _ in range(2)]
    for thread in waiting:
        thread.start()
    with pytest.raises(Overloaded) as refused:
        _take_until_refused(places)
    assert int(refused.value.headers["Retry-After"]) > 0
    slow.go.set()
    for thread in waiting:
        thread.join(30)
    assert bodies.Body(slow, places).read(5) == b"aaaaa"


def _take_until_refused(places: bodies.Places) -> None:
    while True:
        with places:
            time.sleep(0.01)


@pytest.mark.promise(37)
def test_a_body_that_breaks_off_is_refused() -> None:
    class Short(Dawdling):
        def read(self, size: int, /) -> bytes:
            return b"a" * (size - 1)

    with pytest.raises(MalformedRequest):
        bodies.Body(Short(), bodies.Places(1)).read(5)


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that the server's user may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="fairlead-test-slow-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.promise(37)
@pytest.mark.long
@pytest.mark.processes
@pytest.mark.xdist_group("up")
def test_slow_clients_block_nobody(folder: Path, figure: Any) -> None:
    installation = Installation(folder / "one")
    try:
        token = _start(installation)
        with ExitStack() as stack:
            dawdlers = [stack.enter_context(one) for one in _dawdlers(installation.port)]
            took = _ask_among(installation, token, dawdlers)
        assert installation.is_whole()
    finally:
        installation.clean_up()
    slowest = sorted(took)[-1 - len(took) // 100]
    figure("reading among 900 slow clients", f"p99 {slowest * 1000:.0f} ms")


@pytest.mark.promise(37, sabotage="one thread for each process, so that none is kept free")
@pytest.mark.long
@pytest.mark.processes
@pytest.mark.xdist_group("up")
def test_slow_clients_that_block_are_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRLEAD_WEB_THREADS", "1")
    with pytest.raises(OSError, match="timed out"):
        test_slow_clients_block_nobody(folder, lambda *_: None)


def _start(installation: Installation) -> str:
    installation.start()
    person = ["--email", "ada@acme.example", "--organization", "Acme"]
    made = installation.run("user", "create", *person, "--password-stdin", input=f"{PASSWORD}\n")
    assert made.returncode == 0, made.stderr
    told = installation.run("token", "--email", "ada@acme.example", "--json")
    return str(json.loads(told.stdout)["access_token"])


def _dawdlers(port: int) -> Iterator[socket.socket]:
    """Who never ends its headers, and who never ends the body of a sign-in."""
    head = b"POST /api/auth/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    for begun in [head] * DAWDLERS["headers"] + [head + b"Content-Length: 1000\r\n\r\n"] * DAWDLERS["bodies"]:
        dawdler = socket.create_connection(("127.0.0.1", port), timeout=5)
        dawdler.sendall(begun)
        yield dawdler


def _ask_among(installation: Installation, token: str, dawdlers: list[socket.socket]) -> list[float]:
    """How long each of two hundred reads takes while one byte comes from everybody now and then."""
    took = []
    for number in range(200):
        if number % 20 == 0:
            for dawdler in dawdlers:
                _dribble(dawdler)
        begin = time.monotonic()
        assert installation.ask("/api/profile/", token)["email"] == "ada@acme.example"
        took.append(time.monotonic() - begin)
    return took


def _dribble(dawdler: socket.socket) -> None:
    try:
        dawdler.send(b"a")
    except OSError:
        pass  # it was refused, which is as well
