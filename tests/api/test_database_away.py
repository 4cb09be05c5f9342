"""While the database is away, callers are told so in our form, and when to try again."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection

from fairlead.api import problems
from tests.world import PASSWORD, World, api


@pytest.fixture
def _away(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
    yield
    connection.close()


@pytest.mark.promise(20)
@pytest.mark.promise(2)
@pytest.mark.usefixtures("_away")
def test_it_is_said_and_nothing_else(world: World, figure: Any) -> None:
    answers = [
        api(world.owner).get("/api/teams/"),
        api(world.owner).post("/api/teams/", {"name": "Sales"}),
        api().post("/api/auth/login/", {"email": world.owner.email, "password": PASSWORD}),
    ]
    for answer in answers:
        assert (answer.status, answer.json["type"]) == (503, "/problems/database-unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert "nowhere" not in answer.body.decode()
    figure("told so while it is away", f"{len(answers)} of {len(answers)}, with Retry-After")


@pytest.mark.promise(20, sabotage="trouble with the database is taken for a fault of ours")
@pytest.mark.usefixtures("_away")
def test_were_it_taken_for_our_fault_it_would_be_seen(
    world: World, figure: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(problems._CONVERSIONS, OperationalError)
    with pytest.raises(AssertionError, match="500"):
        test_it_is_said_and_nothing_else(world, figure)
