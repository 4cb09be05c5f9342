"""Told to end while callers write, the server answers what it has taken on: nobody is left without an answer."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

import pytest

from tests.installation import Installation, wait_for
from tests.invoicing import body

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("up")]

CALLERS = 8
LONGEST_SECONDS = 60
Headers = dict[str, str]


@dataclass
class Journal:
    """When each invoice was acknowledged, by its title, and what else was answered."""

    acknowledged: dict[str, float] = field(default_factory=dict)
    strange: list[tuple[int, bytes]] = field(default_factory=list)

    def await_more(self) -> None:
        """Wait until everybody is at work."""
        enough = len(self.acknowledged) + 2 * CALLERS
        wait_for(lambda: len(self.acknowledged) >= enough, LONGEST_SECONDS)

    def since(self, moment: float) -> int:
        """How many were acknowledged after that."""
        return sum(at > moment for at in [*self.acknowledged.values()])


def test_told_to_end_under_load_the_server_answers_what_it_has_taken_on(running: Installation) -> None:
    headers = running.found("sarah@harbour.example", "Harbour") | {"Content-Type": "application/json"}
    with writing(running, headers) as journal:
        journal.await_more()
        web = min(running.processes("fairlead serve"))
        os.kill(web, signal.SIGTERM)
        told_web = time.monotonic()
        wait_for(lambda: web not in running.processes("fairlead serve"), LONGEST_SECONDS)
        answered_by_web = journal.since(told_web)
        wait_for(running.is_whole, LONGEST_SECONDS)
        journal.await_more()
        told = time.monotonic()
        running.end(signal.SIGTERM)
        answered = journal.since(told)
    assert running.status == 0
    assert (answered_by_web > 0, answered > 0) == (True, True)
    assert not journal.strange
    running.start()
    assert sorted(titles(running, headers)) == sorted(journal.acknowledged)


@contextmanager
def writing(installation: Installation, headers: Headers) -> Iterator[Journal]:
    """Callers who make invoices one after the other; half of them keep their connection."""
    journal, over = Journal(), threading.Event()
    threads = [
        threading.Thread(target=write, args=(installation, headers, journal, over, number))
        for number in range(CALLERS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield journal
    finally:
        over.set()
        for thread in threads:
            thread.join()


def write(
    installation: Installation, headers: Headers, journal: Journal, over: threading.Event, number: int
) -> None:
    """One invoice after the other, each under a title of its own; what gets no answer is not tried again."""
    connection, turn = HTTPConnection("127.0.0.1", installation.port, timeout=LONGEST_SECONDS), 0
    while not over.is_set():
        turn += 1
        try:
            status, answer = post(connection, headers, f"caller {number}, invoice {turn}")
        except (OSError, HTTPException):
            connection.close()
            over.wait(0.05)
            continue
        if status == 201:
            journal.acknowledged[f"caller {number}, invoice {turn}"] = time.monotonic()
        else:
            journal.strange.append((status, answer))
        if number % 2:
            connection.close()
    connection.close()


def post(connection: HTTPConnection, headers: Headers, title: str) -> tuple[int, bytes]:
    connection.request("POST", "/api/invoices/", json.dumps(body(invoice_title=title)), headers)
    response = connection.getresponse()
    return response.status, response.read()


def titles(installation: Installation, headers: Headers) -> Iterator[str]:
    """Of all invoices that are stored."""
    connection = HTTPConnection("127.0.0.1", installation.port, timeout=LONGEST_SECONDS)
    path: str | None = "/api/invoices/?limit=500"
    while path:
        connection.request("GET", path, headers=headers)
        page = json.load(connection.getresponse())
        yield from (row["invoice_title"] for row in page["results"])
        path = page["next"]
    connection.close()
