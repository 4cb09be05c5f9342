"""docs/promises.md, made of what `bin/promises --json` has written: the newest verdict of each row in each tier."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tests.promises.rows import ROWS

Run = Mapping[str, Any]
Lines = dict[tuple[int, str], str]

_HEAD = """# What Fairlead promises

Each row is proven by tests, and by a planted fault that these tests must see; without both it does not count.
`bin/promises` prints a line for each; `bin/promises 7 14 --tier N --seed 1` runs the long proofs of two rows. Tier P
takes minutes and is part of `bin/test`; N takes minutes a row, R longer. [proving.md](proving.md) tells what some of
them need.

This page is brought up to date by `bin/promises --page FILE …` with what `--json` has written. Where a row falls short,
the test that failed or was skipped is named.
"""


def of(runs: Iterable[Run], before: str) -> str:
    """The page. Of several runs of a row in a tier the last counts; what they do not have stays as it was `before`."""
    lines = _lines(before)
    for run in sorted(runs, key=lambda run: str(run["at"])):
        for row in run["rows"]:
            lines[row["row"], run["tier"]] = _line(run["tier"], run, row)
    return "\n".join([_HEAD, *(line for number in ROWS for line in _section(number, lines))])


def _lines(text: str) -> Lines:
    found: Lines = {}
    for number, section in re.findall(r"^## (\d+) (.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL):
        for line in re.findall(r"^\| [PNR] \|.*", section, re.MULTILINE):
            found[int(number), line[2]] = line
    return found


def _section(number: int, lines: Lines) -> Iterable[str]:
    row = ROWS[number]
    yield f"## {number} {row.name}\n\n{row.promise}\n"
    yield "| tier | verdict | proofs, sabotages | figures | when, commit, seed |"
    yield "| --- | --- | --- | --- | --- |"
    for tier in ("P", "N", "R"):
        if (number, tier) in lines:
            yield lines[number, tier]
    yield ""


def _line(tier: str, run: Run, row: Run) -> str:
    figures = "; ".join(f"{name}: {value}" for name, value in row.get("figures", {}).items()) or "–"
    lacks = [*row.get("failed", []), *row.get("skipped", [])]
    verdict = "holds" if row["holds"] else f"falls short: {', '.join(lacks) or 'not run'}"
    counted = f"{row.get('proofs', 0)}, {row.get('sabotages', 0)}"
    return f"| {tier} | {verdict} | {counted} | {figures} | {run['at'][:10]}, {run['commit'][:7]}, {run['seed']} |"
