"""`bin/bench [section …] [--json FILE]`: takes the figures and prints each beside its goal. It asserts nothing.

`bin/bench --page FILE` makes docs/performance.md of such a file.
"""

import argparse
import json
import os
import platform
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench import ground, page
from tests.bench.page import BY_COMMAND, SECTIONS


def main() -> None:
    """Take the figures that were asked for."""
    arguments = _arguments()
    if arguments.page:
        print(page.of(json.loads(arguments.page.read_text())), end="")
        return
    print("Preparing the database (the first time takes some minutes) …", flush=True)
    found = _circumstances()
    with ground.open_ground(arguments.data) as prepared:
        found["rows"] = [row for name in arguments.sections or SECTIONS for row in _take(name, prepared)]
    found["load_after"] = _load()
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument(
        "sections",
        nargs="*",
        choices=[*SECTIONS, *BY_COMMAND, []],
        help=f"of {', '.join(SECTIONS)}, which is all by default, and {', '.join(BY_COMMAND)}",
    )
    parser.add_argument(
        "--data", type=Path, default=ground.ROOT / "var" / "bench", help="where the database is kept"
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument(
        "--page", type=Path, metavar="FILE", help="print docs/performance.md from such a file"
    )
    return parser.parse_args()


def _take(name: str, prepared: ground.Ground) -> list[dict[str, Any]]:
    from tests.bench import sections

    rows = []
    for row in sections.take(name, prepared):
        print(f"{name:9} {row.what:42} {row.figure:60} {row.verdict}", flush=True)
        rows.append({"section": name, **asdict(row), "verdict": row.verdict})
    return rows


def _circumstances() -> dict[str, Any]:
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ground.ROOT,
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "machine": f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, {platform.system()} "
        f"{platform.release().split('-')[0]}, Python {platform.python_version()}",
        "load_before": _load(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.machine())


def _load() -> float:
    return round(os.getloadavg()[0], 1)


if __name__ == "__main__":
    main()
