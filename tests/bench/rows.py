"""One line of what `bin/bench` says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure in words, and its value beside the goal that it should not exceed; without a goal it is reported."""

    what: str
    figure: str
    value: float
    goal: float | None = None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return "no goal"
        holds = self.value >= self.goal if self.at_least else self.value <= self.goal
        return f"{'within' if holds else 'MISSES'} {self.goal:g}"
