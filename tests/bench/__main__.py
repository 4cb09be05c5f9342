"""`bin/bench [section …] [--json FILE]`: takes the figures and prints each beside its goal. It asserts nothing."""

import argparse
import json
import platform
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import ground


def main() -> None:
    """Take the figures that were asked for."""
    names = ("cpu", "database", "pdf", "numbers")
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument(
        "sections", nargs="*", choices=[*names, []], help=f"of {', '.join(names)}; all by default"
    )
    parser.add_argument(
        "--data", type=Path, default=ground.ROOT / "var" / "bench", help="where the database is kept"
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    print("Preparing the database (the first time takes some minutes) …", flush=True)
    with ground.open_ground(arguments.data) as prepared:
        from tests.bench.sections import SECTIONS

        rows = []
        for name in arguments.sections or names:
            for row in SECTIONS[name](prepared):
                rows.append({"section": name, **asdict(row), "holds": row.holds})
                print(
                    f"{name:9} {row.what:42} {row.figure:60} {_verdict(row.holds)} {row.goal:g}", flush=True
                )
    if arguments.json:
        arguments.json.write_text(json.dumps({**_circumstances(), "rows": rows}, indent=2))


def _verdict(holds: bool) -> str:
    return "within" if holds else "MISSES"


def _circumstances() -> dict[str, str]:
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False, cwd=ground.ROOT
    )
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    main()
