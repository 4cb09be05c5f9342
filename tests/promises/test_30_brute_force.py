"""Row 30: ten tries for an account, whichever process is asked, whatever the caller says of where it comes from."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from fairlead.tenancy import limits
from fairlead.tenancy.limits import Limit
from tests.another_process import another_process
from tests.api import test_sign_in
from tests.api.test_sign_in import WRONG, login
from tests.caller import Caller, make_user, seconds_worked
from tests.installation import Installation
from tests.world import World

WINDOW = 900
MOST = 10
TRIES = 10_000


@pytest.mark.promise(30)
def test_two_processes_share_the_tries(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: 1_800_000_000.0))

    def guess() -> int:
        return login(world.owner, WRONG, "198.51.100.7").status

    with another_process(guess) as there:
        statuses = [status for _ in range(8) for status in (guess(), there())]
    assert statuses == [401] * MOST + [429] * 6


@pytest.mark.promise(30, sabotage="each process counts by itself")
def test_a_counter_of_each_process_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: Counter[str] = Counter()

    def count(key: str, limit: Limit) -> int:
        counts[key] += 1
        return counts[key]

    monkeypatch.setattr(limits, "count", count)
    with pytest.raises(AssertionError):
        test_two_processes_share_the_tries(world, monkeypatch)


@pytest.mark.promise(30, sabotage="X-Forwarded-For is believed from anybody")
def test_a_believed_header_is_seen(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "network", lambda request: request.headers["X-Forwarded-For"])
    with pytest.raises(AssertionError):
        test_sign_in.test_forged_forwarding_leaves_no_network("2001:db8::1", settings)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """A real one, with two web processes."""
    installation = Installation(tmp_path)
    try:
        yield installation.start()
    finally:
        installation.clean_up()


@pytest.mark.promise(30)
@pytest.mark.long
def test_ten_thousand_tries(installation: Installation, seed: int, figure: Any) -> None:
    """From forty networks at ten accounts of which one is somebody's, and from one network at many."""
    owner, chance = "owner@acme.example", random.Random(seed)
    make_user(installation, owner)
    assert _sign_in(installation, owner, "127.0.200.1") == 200
    accounts = [owner, *(f"nobody-{number}@acme.example" for number in range(9))]
    spread = [
        (f"127.0.{chance.randrange(1, 41)}.{chance.randrange(1, 250)}", chance.choice(accounts))
        for _ in range(TRIES - 300)
    ]
    narrow = [("127.0.77.1", f"somebody-{number}@acme.example") for number in range(300)]
    begun, before = time.time(), _worked(installation)
    outcomes = _try_all(installation.port, [*spread, *narrow], chance)
    windows = int(time.time()) // WINDOW - int(begun) // WINDOW + 1

    assert {status for _, status in outcomes} == {401, 429}
    checked = Counter(tried for tried, status in outcomes if status == 401)
    for account in accounts:
        reached = sum(count for (_, email), count in checked.items() if email == account)
        assert MOST <= reached <= MOST * windows, account
    from_one_network = sum(count for (address, _), count in checked.items() if address == "127.0.77.1")
    assert 100 <= from_one_network <= 100 * windows
    assert _sign_in(installation, owner, "127.0.201.1") == 429, "from a network that is not known"
    assert _sign_in(installation, owner, "127.0.200.1") == 200, "the owner is not locked out"
    busy = [pid for pid, seconds in _worked(installation).items() if seconds - before.get(pid, 0) > 1]
    assert len(busy) >= 2, "two processes have answered"
    figure(
        "tries",
        f"{len(outcomes):,} by {len(busy)} processes in {windows} windows, {sum(checked.values())} of them checked",
    )


def _try_all(
    port: int, tries: list[tuple[str, str]], chance: random.Random
) -> list[tuple[tuple[str, str], int]]:
    forged = [f"203.0.{chance.randrange(250)}.{chance.randrange(250)}" for _ in tries]

    def guess(number: int) -> tuple[tuple[str, str], int]:
        address, email = tries[number]
        with closing(Caller(port, address)) as caller:
            return tries[number], caller.sign_in(email, WRONG, X_Forwarded_For=forged[number])[0]

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(guess, range(len(tries))))


def _sign_in(installation: Installation, email: str, address: str) -> int:
    with closing(Caller(installation.port, address)) as caller:
        return caller.sign_in(email)[0]


def _worked(installation: Installation) -> dict[int, float]:
    return {pid: seconds_worked(pid) for pid in installation.processes("serve")}
