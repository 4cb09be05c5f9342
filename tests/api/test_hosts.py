"""Which names Fairlead answers to."""

import logging

import pytest
from structlog.testing import capture_logs

from tests.world import World, api


@pytest.mark.parametrize("path", ["/api/teams/", "/healthz/", "/"])
@pytest.mark.parametrize("host", ["evil.example", "a b", "testserver:port"])
def test_a_foreign_host_is_told_what_to_set_and_not_logged(
    path: str, host: str, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as events, caplog.at_level(logging.DEBUG):
        answer = api(world.owner).get(path, headers={"Host": host})
    assert (answer.status, [*answer.json["errors"]]) == (400, ["Host"])
    assert "FAIRLEAD_ALLOWED_HOSTS" in answer.json["detail"]
    assert [event["event"] for event in events] == ["unknown_host", "request"]
    assert host not in str(events) + caplog.text
    assert not [record for record in caplog.records if record.exc_info]


def test_an_allowed_host_is_answered(world: World) -> None:
    assert api(world.owner).get("/api/teams/", headers={"Host": "testserver"}).status == 200
