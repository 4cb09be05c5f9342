"""Row 31: a token that is revoked stops at once in every process, and none is kept where it could be read."""

from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fairlead.tenancy import authentication, secrets
from tests.another_process import another_process
from tests.api.test_api_tokens import TOKENS, bearer, make
from tests.caller import Caller, make_user, seconds_worked
from tests.installation import Installation
from tests.integration.test_secrets_at_rest import (
    test_no_secret_that_was_given_out_is_in_any_table as no_secret_is_kept,
)
from tests.world import World, api

CALLS = 200


@pytest.mark.promise(31)
@pytest.mark.parametrize("kind", ["API token", "sign-in"])
def test_what_is_revoked_here_is_refused_there(kind: str, world: World) -> None:
    made = make(world.owner, "teams:read").json
    token = made["token"] if kind == "API token" else world.clerk.token

    def read() -> int:
        return bearer(token).get("/api/teams/").status

    with another_process(read) as there:
        assert (read(), there()) == (200, 200)
        if kind == "API token":
            assert api(world.owner).delete(f"{TOKENS}{made['id']}/").status == 200
        else:
            assert api(world.clerk).post("/api/auth/logout/").status == 200
        assert (there(), read()) == (401, 401)


@pytest.mark.promise(31, sabotage="each process remembers whose a token is")
def test_a_memory_of_tokens_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authentication, "identify", cache(authentication.identify))
    with pytest.raises(AssertionError):
        test_what_is_revoked_here_is_refused_there("API token", world)


@pytest.mark.promise(31, sabotage="the secret itself in the column of its hash")
def test_a_secret_in_plain_text_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "keyed_hash", lambda purpose, secret: secret.encode())
    with pytest.raises(AssertionError, match="API token"):
        no_secret_is_kept(world, print)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """A real one, with two web processes."""
    installation = Installation(tmp_path)
    try:
        yield installation.start()
    finally:
        installation.clean_up()


@pytest.mark.promise(31)
@pytest.mark.long
def test_a_server_of_two_processes_refuses_it_at_once(installation: Installation, figure: Any) -> None:
    make_user(installation, "owner@acme.example")
    owner = Caller(installation.port)
    signed_in = {"Authorization": f"Bearer {owner.sign_in('owner@acme.example')[1]['access']}"}
    made = owner.call("POST", TOKENS, {"name": "Export", "scopes": ["teams:read"]}, **signed_in)[1]
    before = {pid: seconds_worked(pid) for pid in installation.processes("serve")}

    def read_all() -> set[int]:
        """By a new connection each time: the kernel gives it to either process."""
        headers = {"Authorization": f"Bearer {made['token']}"}
        statuses = set()
        for _ in range(CALLS):
            with closing(Caller(installation.port)) as caller:
                statuses.add(caller.call("GET", "/api/teams/", **headers)[0])
        return statuses

    assert read_all() == {200}
    busy = [pid for pid, worked in before.items() if seconds_worked(pid) > worked]
    assert len(busy) >= 2, "both processes know the token"
    assert owner.call("DELETE", f"{TOKENS}{made['id']}/", **signed_in)[0] == 200
    assert read_all() == {401}
    figure("refused after its end", f"{CALLS}/{CALLS} calls to {len(busy)} processes")
