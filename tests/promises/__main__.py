"""`bin/promises [row …] [--tier P|N|R] [--seed S] [--json FILE]`: each promise, its figure, and whether it holds.

Tier P takes minutes and is what `bin/test` runs too; N adds the long runs, R the longest. What failed is replayed by
its row and the seed that is printed. `bin/promises --page FILE …` brings docs/promises.md up to date with such files.
"""

import argparse
import json
import os
import platform
import secrets
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.promises import page
from tests.promises.plugin import TIERS
from tests.promises.rows import ROWS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "promises.md"


def main() -> int:
    """Run the proofs, print a line for each row; 0 where all hold."""
    arguments = _arguments()
    if arguments.page:
        runs = [json.loads(file.read_text()) for file in arguments.page]
        PAGE.write_text(page.of(runs, before=PAGE.read_text()))
        return 0
    rows = sorted(arguments.rows) or sorted(ROWS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "outcomes.json"
        log = _run(rows, arguments, path)
        found = json.loads(path.read_text()) if path.exists() else {}
    results = [_result(number, found.get(str(number))) for number in rows]
    for result in results:
        print(_line(result), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(_circumstances(arguments) | {"rows": results}, indent=2) + "\n")
    all_hold = all(result["holds"] for result in results)
    if not all_hold:
        print(f"\n{log}\nAgain: bin/promises ROW --tier {arguments.tier} --seed {arguments.seed}")
    return 0 if all_hold else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/promises", description=__doc__)
    parser.add_argument(
        "rows", nargs="*", type=_row, metavar="row", help="numbers of promises; all by default"
    )
    parser.add_argument(
        "--tier", choices=TIERS, default="P", help="how much time there is: minutes, an hour, two"
    )
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(2**31), help="of everything that is random"
    )
    parser.add_argument("--json", type=Path, help="write the verdicts to this file too")
    parser.add_argument(
        "--page",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="bring docs/promises.md up to date with these files",
    )
    return parser.parse_args()


def _row(text: str) -> int:
    if not text.isdigit() or int(text) not in ROWS:
        raise argparse.ArgumentTypeError(f"there are {', '.join(map(str, ROWS))}")
    return int(text)


def _run(rows: list[int], arguments: argparse.Namespace, path: Path) -> str:
    """pytest over the tests of these rows; returns what it said."""
    chosen = ",".join(map(str, rows))
    options = [
        "--show-capture=no",
        "--promises",
        chosen,
        "--tier",
        arguments.tier,
        "--promises-json",
        str(path),
    ]
    parallel = ["-n", "logical", "--maxprocesses", "8", "--dist", "loadgroup"]
    seeds = ["--hypothesis-seed", str(arguments.seed)]
    print(f"Proving {len(rows)} promises, tier {arguments.tier}, seed {arguments.seed} …", flush=True)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=short", *options, *parallel, *seeds],
        cwd=ROOT,
        env=os.environ | {"FAIRLEAD_TEST_SEED": str(arguments.seed), "FAIRLEAD_TEST_TIER": arguments.tier},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout[-20_000:] + ran.stderr[-4_000:]


def _result(number: int, outcome: dict[str, Any] | None) -> dict[str, Any]:
    row = ROWS[number]
    return {"row": number, "name": row.name, "promise": row.promise, "holds": False} | (outcome or {})


def _line(result: dict[str, Any]) -> str:
    figures = [f"{name}: {value}" for name, value in result.get("figures", {}).items()]
    counted = f"{result.get('proofs', 0)} proofs, {result.get('sabotages', 0)} sabotages seen"
    verdict = "holds" if result["holds"] else "FALLS SHORT"
    told = "; ".join([counted, *figures, *result.get("failed", []), *result.get("skipped", [])])
    return f"{result['row']:3} {result['name']:24} {verdict:12} {told} ({result.get('seconds', 0):.0f} s)"


def _circumstances(arguments: argparse.Namespace) -> dict[str, Any]:
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "tier": arguments.tier,
        "seed": arguments.seed,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
    }


if __name__ == "__main__":
    sys.exit(main())
