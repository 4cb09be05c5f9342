"""Callers who write over HTTP to a server that is killed again and again, and a journal of what it acknowledged.

Each repeats a request under its Idempotency-Key until it is answered, as the documentation tells callers to do. What
they write bears a mark, by which it is looked for in the database: once where it was acknowledged, never twice.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from tests.installation import Installation
from tests.invoicing import body
from tests.world import Answer

# How often each mark stands in the table where writes of its kind end up.
_MARKS = {
    "create": "SELECT title, count(*) FROM billing_invoice GROUP BY 1",
    "issue": "SELECT title, count(number) FROM billing_invoice WHERE status <> 'Draft' GROUP BY 1",
    "pay": "SELECT reference, count(*) FROM billing_payment GROUP BY 1",
    "comment": "SELECT text, count(*) FROM records_comment GROUP BY 1",
    "attach": "SELECT file_name, count(*) FROM records_attachment GROUP BY 1",
    "mail": "SELECT subject, count(*) FROM messaging_outboundemail GROUP BY 1",
}
_BREATH_SECONDS = 0.1
_COMES_AGAIN = {409, 503}
_BOUNDARY = "a-boundary-that-is-in-no-file"


@dataclass
class Journal:
    """What was tried and what was acknowledged, as (kind, mark). It lives outside of the system that is killed."""

    tried: set[tuple[str, str]] = field(default_factory=set)
    acknowledged: set[tuple[str, str]] = field(default_factory=set)
    strange: list[Answer] = field(default_factory=list)

    def check(self, installation: Installation) -> None:
        """All that was acknowledged is there, nothing is there twice, and no answer was out of the ordinary."""
        assert not self.strange, self.strange[0]
        acknowledged = set(self.acknowledged)
        found = _found(installation)
        gone = sorted(write for write in acknowledged if write not in found)
        assert not gone, f"{len(gone)} acknowledged writes are gone: {gone[:5]}"
        twice = sorted(write for write in set(self.tried) if found.get(write, 0) > 1)
        assert not twice, f"{len(twice)} writes were done twice: {twice[:5]}"


@dataclass
class Writer:
    """One caller, who makes an invoice and does everything to it, then the next."""

    name: str
    installation: Installation
    headers: dict[str, str]
    journal: Journal
    is_over: Callable[[], bool]

    def write_on(self) -> None:
        """Until it is over."""
        turn = 0
        while not self.is_over():
            turn += 1
            self.write(f"{self.name}-{turn}")

    def write(self, mark: str) -> None:
        """One invoice's whole life; it ends early where the time is over."""
        made = self._insist("create", mark, "/api/invoices/", body(invoice_title=mark))
        if made is None:
            return
        place = made["id"]
        self._insist("issue", mark, f"/api/invoices/{place}/status/", {"status": "Sent"})
        self._insist("pay", mark, f"/api/invoices/{place}/payments/", {"amount": "10.00", "reference": mark})
        self._insist("comment", mark, f"/api/invoices/comment/{place}/", {"comment": mark})
        self._insist("attach", f"{mark}.txt", f"/api/invoices/attachment/{place}/", None)
        mail = {"recipients": ["a@customer.example"], "subject": mark}
        self._insist("mail", mark, f"/api/invoices/{place}/send-mail/", mail)

    def _insist(self, kind: str, mark: str, path: str, given: Any) -> Any:
        """Ask until there is an answer, under one key; None where the time is over first."""
        content = _file(mark) if given is None else json.dumps(given).encode()
        kinds = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"} if given is None else {}
        headers = self.headers | kinds | {"Idempotency-Key": f"{kind} {mark}"}
        self.journal.tried.add((kind, mark))
        while not self.is_over():
            answer = self._ask(path, headers, content)
            if answer and answer.status < 300:
                self.journal.acknowledged.add((kind, mark))
                return answer.json
            if answer and answer.status not in _COMES_AGAIN:
                self.journal.strange.append(answer)
                return None
            threading.Event().wait(_BREATH_SECONDS)
        return None

    def _ask(self, path: str, headers: dict[str, str], content: bytes) -> Answer | None:
        try:
            return self.installation.send("POST", path, headers, content)
        except (OSError, HTTPException):  # whoever was to answer was killed
            return None


@contextmanager
def writing(installation: Installation, headers: dict[str, str], writers: int) -> Iterator[Journal]:
    """So many callers who write all the while; afterwards each has its last answer."""
    journal, over = Journal(), threading.Event()
    named = [Writer(f"writer {n}", installation, headers, journal, over.is_set) for n in range(writers)]
    threads = [threading.Thread(target=writer.write_on) for writer in named]
    for thread in threads:
        thread.start()
    try:
        yield journal
    finally:
        over.set()
        for thread in threads:
            thread.join()


def superuser(installation: Installation) -> psycopg.Connection:
    """The embedded server as who may see and do everything."""
    kept = json.loads((installation.data / "database.json").read_text())
    login = {"user": "postgres", "password": kept["superuser_password"]}
    return psycopg.connect(make_conninfo(kept["app"], **login), autocommit=True)


def _found(installation: Installation) -> dict[tuple[str, str], int]:
    with superuser(installation) as session:
        return {
            (kind, mark): count
            for kind, question in _MARKS.items()
            for mark, count in session.execute(question.encode()).fetchall()
        }


def _file(name: str) -> bytes:
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="attachment"; filename="{name}"\r\n'
    return f"{head}Content-Type: text/plain\r\n\r\n{name}\r\n--{_BOUNDARY}--\r\n".encode()
