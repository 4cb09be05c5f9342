"""The same request from many at once, or again after the server was killed: done once, and answered alike."""

import json
import os
import shutil
import signal
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
import requests
from psycopg.conninfo import make_conninfo

from fairlead.records import idempotency
from tests import database
from tests.installation import Installation, wait_for
from tests.invoicing import INVOICES, at_once, body, insist, rows
from tests.surgery import another_database
from tests.world import Answer, Person, World, api, make_world

MADE = "SELECT count(*) FROM billing_invoice WHERE title = %s"
KILLS, IN_FLIGHT = 25, 4
# A worker that ends sooner than 5.5 seconds after the one before makes granian give up, rightly.
LOOP_SECONDS = 8
EMAIL, PASSWORD = "ada@acme.example", "a long enough passphrase"


def prove(keys: int, callers: int) -> str:
    """So many keys, one after the other, each by so many callers at once; returns what was answered."""
    world = make_world()
    ask(world.stranger, "first")  # makes what the callers would otherwise all make at once
    answers = sum((ask_at_once(world, f"key {n}", callers) for n in range(keys)), Counter[str]())
    told = ", ".join(f"{count:,} {what}" for what, count in sorted(answers.items()))
    return f"{keys} keys × {callers} callers: {told}"


def ask_at_once(world: World, key: str, callers: int) -> Counter[str]:
    """The clerk's request by all but two callers, who are of another organization and use the same key."""
    people = [world.stranger] * 2 + [world.clerk] * (callers - 2)
    answers = at_once(callers, lambda caller: ask(people[caller], key))
    of_strangers, of_clerk = answers[:2], answers[2:]
    kinds = _check(of_clerk, world.clerk, key) + _check(of_strangers, world.stranger, key)
    assert not {one.body for one in of_strangers} & {one.body for one in of_clerk if one.status == 201}
    assert ask(world.clerk, key, rate="200.01").status == 422
    assert rows(world.acme.id, MADE, key) == rows(world.globex.id, MADE, key) == [(1,)]
    return kinds


def ask(person: Person, key: str, **more: Any) -> Answer:
    given = body(invoice_title=key, **more)
    return insist(lambda: api(person).post(INVOICES, json=given, headers={"Idempotency-Key": key}))


def _check(answers: list[Answer], person: Person, key: str) -> Counter[str]:
    """One did it, who came later got the same bytes or was told to wait; afterwards everybody gets the same bytes."""
    again = ask(person, key)
    kinds = Counter(map(_kind, answers))
    assert kinds.keys() <= {"done", "replayed", "told to wait"}
    assert (kinds["done"], _kind(again)) == (1, "replayed")
    assert {one.body for one in answers if one.status == 201} == {again.body}
    return kinds


def _kind(answer: Answer) -> str:
    if answer.status == 201:
        return "replayed" if "Idempotent-Replayed" in answer.headers else "done"
    return "told to wait" if answer.status == 409 else f"answered {answer.status}"


@pytest.mark.promise(3)
def test_many_at_once_have_one_effect(figure: Any) -> None:
    figure("at once", prove(3, 20))


@pytest.mark.promise(3)
@pytest.mark.long
def test_fifty_at_once_with_each_of_a_hundred_keys(figure: Any) -> None:
    figure("at once", prove(100, 50))


@pytest.mark.promise(3)
@pytest.mark.rare
def test_fifty_at_once_with_each_of_five_hundred_keys(figure: Any) -> None:
    figure("at once", prove(500, 50))


@contextmanager
def nobody_kept_out() -> Iterator[None]:
    """Neither a lock on the key nor a unique index."""
    drop = "ALTER TABLE records_replayedrequest DROP CONSTRAINT records_replayedrequest_pkey"
    with another_database() as name, patch.object(idempotency, "_lock", lambda user_id, key: None):
        with psycopg.connect(database.in_use["superuser"], dbname=name) as session:
            session.execute(drop)
        yield


@pytest.mark.promise(3, sabotage="the key is neither locked nor unique")
def test_two_effects_are_seen() -> None:
    with nobody_kept_out(), pytest.raises(AssertionError):
        prove(3, 20)


class Caller:
    """Somebody at a real server, and whoever looks into its database."""

    def __init__(self, running: Installation) -> None:
        person = ["--email", EMAIL, "--organization", "Acme", "--password-stdin"]
        assert running.run("user", "create", *person, input=f"{PASSWORD}\n").returncode == 0
        token = json.loads(running.run("token", "--email", EMAIL, "--json").stdout)["access_token"]
        kept = json.loads((running.data / "database.json").read_text())
        login = {"user": "postgres", "password": kept["superuser_password"]}
        self.running = running
        self.headers = {"Authorization": f"Bearer {token}"}
        self.database = psycopg.connect(make_conninfo(kept["app"], **login), autocommit=True)

    def send(self, key: str) -> socket.socket:
        """Ask, and wait for no reply."""
        content = json.dumps(body(invoice_title=key)).encode()
        told = {
            **self.headers,
            "Host": "127.0.0.1",
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            "Idempotency-Key": key,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        asking = socket.create_connection(("127.0.0.1", self.running.port), timeout=20)
        asking.sendall(f"POST {INVOICES} HTTP/1.1\r\n{head}\r\n".encode() + content)
        return asking

    def ask(self, key: str) -> requests.Response | None:
        """Ask and get the reply; None where there is none, or is to be none yet."""
        url = f"http://127.0.0.1:{self.running.port}{INVOICES}"
        told = self.headers | {"Idempotency-Key": key}
        try:
            answer = requests.post(url, json=body(invoice_title=key), headers=told, timeout=20)
        except requests.RequestException:
            return None
        return None if answer.status_code in (409, 503) else answer

    def is_done(self, key: str) -> bool:
        """Whether it is committed."""
        found = self.database.execute("SELECT FROM records_replayedrequest WHERE key = %s", [key])
        return found.fetchone() is not None

    def kill_server(self) -> None:
        """All that answers, at once; it is started again."""
        serving = self.running.processes("fairlead serve")
        for process in serving:
            if _parent(process) in serving:
                os.kill(process, signal.SIGKILL)


def _parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.fixture
def caller(monkeypatch: pytest.MonkeyPatch) -> Iterator[Caller]:
    monkeypatch.setenv("FAIRLEAD_WEB_WORKERS", "1")
    folder = Path(tempfile.mkdtemp(prefix="fairlead-test-once-"))
    folder.chmod(0o711)
    running = Installation(folder)
    try:
        caller = Caller(running.start())
        yield caller
        caller.database.close()
    finally:
        running.clean_up()
        shutil.rmtree(folder)


@pytest.mark.promise(3)
@pytest.mark.long
@pytest.mark.processes
@pytest.mark.xdist_group("up")
def test_a_hundred_requests_whose_server_is_killed(caller: Caller, seed: int, figure: Any) -> None:
    random, kept = Random(seed), 0
    for turn in range(KILLS):
        rested = time.monotonic() + LOOP_SECONDS
        keys = [f"key {turn} {n}" for n in range(IN_FLIGHT)]
        done = lose_replies(caller, keys, random.uniform(0, 0.1) if turn % 2 else None)
        for key in keys:
            first = _insist(caller, key)
            assert ("Idempotent-Replayed" in first.headers) >= (key in done)
            assert _insist(caller, key).content == first.content
            assert caller.database.execute(MADE, [key]).fetchone() == (1,)
        kept += len(done)
        time.sleep(max(0.0, rested - time.monotonic()))
    asked = KILLS * IN_FLIGHT
    figure("kills", f"{KILLS}, {asked} requests, {kept} of them committed and not answered, {asked} effects")


def lose_replies(caller: Caller, keys: list[str], after: float | None) -> set[str]:
    """Ask and have the server killed, so many seconds after or once all is committed; returns what was by then."""
    with ExitStack() as asking:
        for key in keys:
            asking.enter_context(caller.send(key))
        if after is None:
            wait_for(lambda: all(map(caller.is_done, keys)), 30)
        else:
            time.sleep(after)
        done = {key for key in keys if caller.is_done(key)}
        caller.kill_server()
    return done


def _insist(caller: Caller, key: str) -> requests.Response:
    """Ask until there is a reply."""
    replies: list[requests.Response | None] = []

    def ask() -> bool:
        replies.append(caller.ask(key))
        return replies[-1] is not None

    wait_for(ask, 60, caller.running.text)
    assert replies[-1] is not None
    assert replies[-1].status_code == 201, replies[-1].text
    return replies[-1]
