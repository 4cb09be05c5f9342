"""The faults that the generated cases of tests/api/test_schemathesis.py must see."""

from collections.abc import Callable
from typing import Any

import pytest
from schemathesis.core.failures import FailureGroup

from fairlead.api import strictness, teams
from tests import operations
from tests.api import test_schemathesis as generated
from tests.api import test_strictness as strict
from tests.records import Ground
from tests.world import World


@pytest.mark.promise(1, sabotage="a handler answers a field that nobody described")
def test_a_field_that_nobody_described_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = teams._ROW.replace("json_build_object(", "json_build_object('secret', 1, ", 1)
    ask = _asking_for_teams(world)
    ask()
    monkeypatch.setattr(teams, "_ROW", row)
    with pytest.raises(FailureGroup) as seen:
        ask()
    assert "'secret' was unexpected" in str(seen.value)


@pytest.mark.promise(1, sabotage="a handler breaks on what it is sent")
def test_a_500_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teams, "current_org_id", _fail)
    with pytest.raises(FailureGroup) as seen:
        _asking_for_teams(world)()
    assert "Server error" in str(seen.value)


@pytest.mark.promise(1, sabotage="unknown parameters are taken and passed over")
def test_what_is_forbidden_and_taken_is_seen(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strictness, "_check_query", lambda known, request: None)
    [listing] = [one for one in operations.every() if str(one) == "GET /api/teams/"]
    with pytest.raises(AssertionError):
        strict.test_an_unknown_parameter_is_named(listing, ground)


def _fail() -> None:
    raise LookupError


def _asking_for_teams(world: World) -> Callable[[], None]:
    operation: Any = generated.schema["/api/teams/"]["GET"]
    return lambda: generated.ask(operation.Case(headers=dict(world.owner.headers)))
