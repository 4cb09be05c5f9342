"""Which proofs run, and what became of each row: used by `bin/test` for the tier, by `bin/promises` for the verdict."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.promises.rows import ROWS

TIERS = ("P", "N", "R")
_SLOWER = {"N": "long", "R": "rare"}
_TIER = "FAIRLEAD_TEST_TIER"


@dataclass
class Outcome:
    """What became of one row's tests."""

    proofs: int = 0
    sabotages: int = 0
    seconds: float = 0.0
    figures: dict[str, str] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether it was proven, and the proof can fail."""
        return bool(self.proofs and self.sabotages and not self.failed and not self.skipped)

    def count(self, name: str, number: int) -> None:
        """Add to a figure that several tests make up together."""
        before = int(self.figures.get(name, "0").replace(",", ""))
        self.figures[name] = f"{before + number:,}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `bin/promises` asks for."""
    group = parser.getgroup("promises")
    group.addoption(
        "--tier", choices=TIERS, default="P", help="how much time there is: minutes, an hour, two"
    )
    group.addoption("--promises", default="", help="only the tests of these rows, joined by commas, or all")
    group.addoption("--promises-json", default="", help="where to write what became of each row")


def pytest_configure(config: pytest.Config) -> None:
    """The marks of rows.py, and in the process that leads who collects the verdicts."""
    os.environ[_TIER] = config.getoption("--tier")
    for mark in (
        "promise(row, sabotage=''): proves a promise, or plants a fault that its proof must see",
        "long: minutes of work, for tier N",
        "rare: more than that, for tier R",
    ):
        config.addinivalue_line("markers", mark)
    path = config.getoption("--promises-json")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Verdicts(Path(path)))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the tier has no time for, and with --promises all that proves none of those rows."""
    tiers = TIERS[TIERS.index(config.getoption("--tier")) + 1 :]
    wanted = _wanted(config.getoption("--promises"))
    out = [
        item
        for item in items
        if any(item.get_closest_marker(_SLOWER[tier]) for tier in tiers)
        or (wanted is not None and not wanted & set(_rows_of(item)))
    ]
    for item in items:
        item.user_properties += [("promise", [row, sabotage]) for row, sabotage in _marks(item)]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]


class Verdicts:
    """Collects reports by row, and writes them down at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.outcomes: dict[int, Outcome] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Each phase of each test, from whichever worker."""
        properties: list[tuple[str, Any]] = [*report.user_properties]
        for row, sabotage in [value for name, value in properties if name == "promise"]:
            outcome = self.outcomes.setdefault(row, Outcome())
            outcome.seconds += report.duration
            _count(outcome, report, bool(sabotage))
            if report.when == "teardown":
                outcome.figures.update(
                    {k.removeprefix("figure:"): v for k, v in properties if k.startswith("figure:")}
                )
                for name, number in properties:
                    if name.startswith("count:"):
                        outcome.count(name.removeprefix("count:"), number)

    def pytest_sessionfinish(self) -> None:
        """For `bin/promises`, which reads it."""
        found = {
            number: vars(outcome) | {"holds": outcome.holds} for number, outcome in self.outcomes.items()
        }
        self._path.write_text(json.dumps(found))


@pytest.fixture
def figure(record_property: Any) -> Any:
    """`figure("numbers", "1,600, none missing")`: a figure that the row's line shows."""
    return lambda name, value: record_property(f"figure:{name}", str(value))


@pytest.fixture
def count(record_property: Any) -> Any:
    """`count("cases", 20)`: likewise a number, which is added up over all tests of the row that count it."""
    return lambda name, number: record_property(f"count:{name}", number)


@pytest.fixture(scope="session")
def seed() -> int:
    """What everything random in a proof begins with: `--seed` of `bin/promises`, else the same every time."""
    return chosen_seed()


def chosen_seed() -> int:
    """The same, where no fixture is to be had."""
    return int(os.environ.get("FAIRLEAD_TEST_SEED", "20261124"))


def tier() -> str:
    """The tier of this run, for a proof whose size it decides."""
    return os.environ.get(_TIER, "P")


def _wanted(text: str) -> set[int] | None:
    if not text:
        return None
    return set(ROWS) if text == "all" else {int(number) for number in text.split(",")}


def _marks(item: pytest.Item) -> list[tuple[int, str]]:
    return [(mark.args[0], mark.kwargs.get("sabotage", "")) for mark in item.iter_markers("promise")]


def _rows_of(item: pytest.Item) -> list[int]:
    return [row for row, _ in _marks(item)]


def _count(outcome: Outcome, report: pytest.TestReport, is_sabotage: bool) -> None:
    if report.failed:
        outcome.failed.append(f"{report.nodeid} ({report.when})")
    elif report.skipped:
        outcome.skipped.append(f"{report.nodeid}: {_reason(report)}")
    elif report.when == "call":
        outcome.sabotages += is_sabotage
        outcome.proofs += not is_sabotage


def _reason(report: pytest.TestReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
