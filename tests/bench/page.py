"""docs/performance.md, made of what `bin/bench --json` wrote."""

from datetime import datetime
from typing import Any

# Each section with what its table is about, in the order of the page.
SECTIONS = {
    "cpu": """## A request, beside its floor

CPU of one process for one request, in rounds that take turns with the floor; medians, and the quartiles behind them.
The floor of a list and of a detail is a bare Django view that answers the same JSON from one statement, with the same
authentication; that of a create is a transaction of the very statements that it makes, nothing around them. Large is an
organization of 200,000 invoices among 250,000, small one of 1,000.""",
    "database": """## A list, at the database

The slowest statement of the request, on the wall, the least of six, under row-level security in the large organization,
with its exact count. `bin/test` asserts on plans that each of them reads its own organization by an index
(`tests/bench/test_plans.py`). An admin sees all invoices. The user sees 80,000 of them by three different rights,
which are asked of every row that is counted; there is no goal for it.""",
    "pdf": """## A PDF

CPU for one rendering, warm.""",
    "numbers": """## Numbers

A hundred threads at once, in one organization, each invoice in its own transaction; none may be missing after it.""",
    "load": """## Through the server

`fairlead serve` as it is installed, asked by wrk on the same machine over connections that are kept: wrk and PostgreSQL
take their part of the cores. An organization of 1,000 invoices, and what the run adds.

A web process takes connections from the socket that it shares with the others, whether it has a thread left or not:
of 16 connections that come at once, one process gets 9 to 12 and the other the rest, and what is above
`FAIRLEAD_WEB_THREADS` waits there though the other has threads to spare. All threads are there at once and work: 16
requests that sleep a second took 2.0 s with 8 threads in each of 2 processes, and 1.0 s with 16. But ours do not sleep,
they want a core: with 16 threads there were as many answers a second, and the slow ones were slower (creates at 32
connections: 95 % within 690 to 890 ms instead of 440 to 490). So the default is 8.""",
    "rest": """## At rest

Memory of all processes of a `fairlead up` that was just made, ten seconds after it was ready; what they share is
counted once (PSS).""",
    "soak": """## Over time

A mix of lists, details, changes, creates and downloads on eight connections, after a warm-up of 10,000 and, on 32
connections, of 3,000 PDFs: until each thread has made a few hundred of them, memory grows by what they keep for the
next one. Memory is that of the web processes, what they share counted in full (RSS).""",
    "crm": """## The CRM

In one organization of 50,000 accounts, 100,000 contacts, 50,000 leads and 20,000 opportunities. The floor of a list is
a bare view as above; statements are those besides BEGIN and COMMIT, with the one that binds the organization; timeline
and search are the slowest statement of their request, under row-level security.""",
}
# Taken by command alone: `bin/bench million`.
BY_COMMAND = {
    "million": """## The search in a million

1,100,000 records of one organization, by `bin/bench million`, which takes minutes to make them.""",
}
_PAGE = """# Performance

What `bin/bench` found. It reports and asserts nothing; what is asserted are the numbers of statements
(`tests/bench/test_statements.py`) and their plans. The first run makes the data, which takes some minutes, and keeps
it in `var/bench`. This page is made by `bin/bench --json FILE`, then `bin/bench --page FILE`.

{circumstances}
"""
_BUSY = 1.0


def of(found: dict[str, Any]) -> str:
    """The page."""
    chapters = [_chapter(name, about, found["rows"]) for name, about in (SECTIONS | BY_COMMAND).items()]
    return "\n".join([_PAGE.format(circumstances=_circumstances(found)), *filter(None, chapters)])


def _circumstances(found: dict[str, Any]) -> str:
    at = datetime.fromisoformat(found["at"])
    said = f"Taken {at:%d %B %Y, %H:%M} UTC at `{found['commit']}`, on {found['machine']}."
    if found["load_before"] > _BUSY:
        said += (
            f" **The machine was busy with other work** (load {found['load_before']} at the beginning), so ratios say "
            "more than times."
        )
    return said


def _chapter(name: str, about: str, rows: list[dict[str, Any]]) -> str:
    table = [
        f"| {row['what']} | {row['figure']} | {row['verdict']} |" for row in rows if row["section"] == name
    ]
    if not table:
        return ""
    return "\n".join([about, "", "| what | figure | goal |", "| --- | --- | --- |", *table, ""])
