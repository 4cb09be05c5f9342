"""Taking a figure: CPU of this process, in rounds that take turns, so that what disturbs disturbs all alike."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Figure:
    """Milliseconds of CPU for one call: the median over the rounds, and the quartiles."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ms ({self.low:.2f}–{self.high:.2f})"


def measure(works: Mapping[str, Work], *, rounds: int = 24, calls: int = 20) -> dict[str, Figure]:
    """The figure of each work, by its name."""
    for work in works.values():
        for _ in range(3):
            work()
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            taken[name].append(_cpu(work, calls))
    return {name: _figure(times) for name, times in taken.items()}


def wall(work: Work, times: int = 5) -> float:
    """The least milliseconds that a call took on the wall: what the database needs when nothing else runs."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begin) * 1000)
    return min(taken)


def _cpu(work: Work, calls: int) -> float:
    begin = time.process_time()
    for _ in range(calls):
        work()
    return (time.process_time() - begin) * 1000 / calls


def _figure(times: list[float]) -> Figure:
    low, median, high = statistics.quantiles(times, n=4)
    return Figure(median, low, high)
