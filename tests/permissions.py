"""docs/permissions.md, read: what is published of who may do what, for tests to hold the product to."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fairlead.records import kinds
from fairlead.tenancy.policy import Relation

PAGE = Path(__file__).parents[1] / "docs" / "permissions.md"
YES = "yes"


@dataclass(frozen=True)
class Permission:
    """A row: how the API answers each relation, and which scope a token needs ("" where none will do)."""

    answers: dict[Relation, str]
    scope: str

    def refusal(self, relation: Relation) -> int | None:
        """The status that refuses them, or None."""
        answer = self.answers[relation]
        return None if answer == YES else int(answer)

    def is_enough(self, scope: str) -> bool:
        """Whether a token with this scope alone will do; to write includes to read."""
        return bool(self.scope) and scope in (self.scope, self.scope.replace(":read", ":write"))


@cache
def published() -> dict[str, Permission]:
    """The table, by operation such as `GET /api/teams/`."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    rows = [row.strip("| ").split(" | ") for line in lines for row in _of_each_kind(line)]
    return {row[0].strip("`"): _permission(row[1:]) for row in rows}


def _of_each_kind(line: str) -> list[str]:
    """The rows that a row of `{resource}` stands for."""
    if "{resource}" not in line:
        return [line]
    return [line.replace("{resource}", kind.plural) for kind in kinds.every() if kind.verbs is not None]


def _permission(cells: list[str]) -> Permission:
    *answers, scope = cells
    return Permission(dict(zip(Relation, answers, strict=True)), "" if scope == "none" else scope.strip("`"))
