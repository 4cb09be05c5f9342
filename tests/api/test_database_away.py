"""While the database is away, callers are told so in our form, and when to try again."""

from collections.abc import Iterator

import pytest
from django.db import connection

from tests.world import PASSWORD, World, api


@pytest.fixture
def _away(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
    yield
    connection.close()


@pytest.mark.usefixtures("_away")
def test_it_is_said_and_nothing_else(world: World) -> None:
    answers = [
        api(world.owner).get("/api/teams/"),
        api(world.owner).post("/api/teams/", {"name": "Sales"}),
        api().post("/api/auth/login/", {"email": world.owner.email, "password": PASSWORD}),
    ]
    for answer in answers:
        assert (answer.status, answer.json["type"]) == (503, "/problems/database-unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert "nowhere" not in answer.body.decode()
