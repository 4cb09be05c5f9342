"""Whether a server that works stays as it is: memory, descriptors, threads and connections over many requests."""

import http.client
import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from statistics import linear_regression

from django.db import connection

from tests.bench.ground import Ground
from tests.bench.rows import Row
from tests.bench.sections import EXAMPLE
from tests.bench.serving import Served, ask, files, resident, sent_by, serving, threads

REQUESTS, WARM_UP, BATCH, CALLERS = 60_000, 10_000, 1_000, 8
# Until every thread has made its share of PDFs, for what they take is kept for the next one. A server starts a thread
# when all that it has are at work, so these are made by a crowd.
PAPERS, CROWD = 3_000, 32
_DRAFT = json.dumps(EXAMPLE | {"due_date": None})
_READS = (
    "/api/invoices/?limit=10",
    "/api/invoices/?limit=100",
    "/api/invoices/?status=Sent",
    "/api/invoices/?name=globex%2000",
    "/api/profile/",
    "/api/teams/",
)


class Caller:
    """Somebody who keeps a connection and sends what people send, in the same order for the same number."""

    def __init__(self, served: Served, sent: dict[str, str], number: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
        self._sent, self._random = sent, random.Random(number)
        self._invoice = self._create()

    def print(self, papers: int) -> None:
        """Get so many PDFs of drafts, which are made anew each time."""
        for _ in range(papers):
            self._paper()

    def work(self, requests: int) -> int:
        """Send so many; how many were answered with anything but a 2xx."""
        return sum(self._one() not in range(200, 300) for _ in range(requests))

    def _one(self) -> int:
        kinds: tuple[Callable[[], int], ...] = (
            self._read,
            self._detail,
            self._change,
            self._new,
            self._paper,
        )
        kind: Callable[[], int] = self._random.choices(kinds, weights=(45, 30, 10, 12, 3))[0]
        return kind()

    def _read(self) -> int:
        return self._ask("GET", self._random.choice(_READS))[0]

    def _detail(self) -> int:
        return self._ask("GET", f"/api/invoices/{self._invoice}/")[0]

    def _change(self) -> int:
        body = json.dumps({"internal_notes": f"{self._random.random()}"})
        return self._ask("PUT", f"/api/invoices/{self._invoice}/", body)[0]

    def _new(self) -> int:
        self._invoice = self._create()
        return 201

    def _paper(self) -> int:
        return self._ask("POST", f"/api/invoices/{self._invoice}/download/", "{}")[0]

    def _create(self) -> str:
        status, body = self._ask("POST", "/api/invoices/", _DRAFT)
        if status != 201:
            raise RuntimeError(f"{status} {body!r}")
        return str(json.loads(body)["id"])

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
        return ask(self._connection, self._sent, method, path, body)


def soak(ground: Ground) -> Iterator[Row]:
    """What is measured begins when the server has warmed up."""
    numbers = count()
    with serving(ground.folder / "serve.log") as served, ThreadPoolExecutor(CROWD) as pool:
        crowd = [Caller(served, sent_by(ground.busy[0]), next(numbers)) for _ in range(CROWD)]
        callers = crowd[:CALLERS]
        each = [BATCH // CALLERS] * CALLERS

        def batch() -> int:
            return sum(pool.map(Caller.work, callers, each))

        list(pool.map(Caller.print, crowd, [PAPERS // CROWD] * CROWD))
        for _ in range(WARM_UP // BATCH):
            batch()
        workers, errors, seen = served.workers(), 0, [_look(served)]
        for _ in range(REQUESTS // BATCH):
            errors += batch()
            seen.append(_look(served))
        survived = served.workers() == workers
    yield from _rows(seen, errors + (not survived))


def _look(served: Served) -> tuple[float, int, int, int]:
    workers = served.workers()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = current_user")
        connections = cursor.fetchone()[0]
    return (
        sum(map(resident, workers)),
        sum(map(files, workers)),
        sum(map(threads, workers)),
        int(connections),
    )


def _rows(seen: list[tuple[float, int, int, int]], errors: int) -> Iterator[Row]:
    thousands = [number * BATCH / 10_000 for number in range(len(seen))]
    memories = [look[0] for look in seen]
    slope = linear_regression(thousands, memories).slope
    figure = f"{slope:+.2f} MiB per 10,000 requests: {memories[0]:.1f} MiB, at the end {memories[-1]:.1f}"
    yield Row(f"memory over {REQUESTS:,} mixed requests", figure, slope, 1.0)
    yield Row("answers that were no 2xx, workers that died", str(errors), errors, 0)
    for position, what in enumerate(("descriptors", "threads", "database connections"), 1):
        values = [look[position] for look in seen]
        grown = max(values[len(values) // 2 :]) - max(values[: len(values) // 2])
        figure = f"{min(values)} to {max(values)}; second half against first: {grown:+d}"
        yield Row(f"{what} of the web processes", figure, grown, 0)
