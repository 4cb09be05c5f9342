"""How many requests a second a real server answers, and how long they take: through granian, by wrk."""

import http.client
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.ground import Ground
from tests.bench.rows import Row
from tests.bench.sections import EXAMPLE
from tests.bench.serving import Served, ask, sent_by, serving

CONNECTIONS = (1, 8, 32)
SECONDS = 5
_SCRIPT = Path(__file__).with_name("wrk.lua")


def load(ground: Ground) -> Iterator[Row]:
    """List, detail, create and PDF, at each number of connections that are kept open."""
    if not shutil.which("wrk"):
        yield Row("load", "skipped: wrk is not installed (Debian: apt install wrk)", 0)
        return
    with serving(ground.folder / "serve.log") as served:
        sent = sent_by(ground.busy[0])
        invoice = _issued(served, sent)
        works: dict[str, tuple[str, str, Any]] = {
            "list of 10": ("GET", "/api/invoices/?limit=10", None),
            "detail": ("GET", f"/api/invoices/{invoice}/", None),
            "create": ("POST", "/api/invoices/", EXAMPLE),
            "PDF": ("POST", f"/api/invoices/{invoice}/download/", {}),
        }
        for what, work in works.items():
            for connections in CONNECTIONS:
                yield _row(f"{what}, {connections} at once", _wrk(served, sent, connections, *work))


def _row(what: str, found: dict[str, float]) -> Row:
    figure = f"{found['rate']:.0f}/s, half within {found['p50']:.1f} ms, 95 % within {found['p95']:.1f} ms"
    wrong = f", {found['errors']:.0f} errors" if found["errors"] else ""
    return Row(what, figure + wrong, found["rate"])


def _wrk(
    served: Served, sent: dict[str, str], connections: int, method: str, path: str, body: Any
) -> dict[str, float]:
    given = {"METHOD": method, "BODY": "" if body is None else json.dumps(body)} | {
        name.upper().replace("-", "_"): value for name, value in sent.items()
    }
    size = ["-t", str(min(2, connections)), "-c", str(connections), "-d", f"{SECONDS}s", "--timeout", "30s"]
    ran = subprocess.run(
        ["wrk", *size, "-s", str(_SCRIPT), f"http://127.0.0.1:{served.port}{path}"],
        env=os.environ | {f"BENCH_{name}": value for name, value in given.items()},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return found


def _issued(served: Served, sent: dict[str, str]) -> str:
    """An invoice that has its PDF."""
    caller = http.client.HTTPConnection("127.0.0.1", served.port)
    status, body = ask(
        caller, sent, "POST", "/api/invoices/", json.dumps(EXAMPLE | {"status": "Sent", "due_date": None})
    )
    if status != 201:
        raise RuntimeError(f"{status} {body!r}")
    return str(json.loads(body)["id"])
