"""Row 16 with a real mail server in the place of one that was written for tests."""

import random
import time
from typing import Any

import pytest

from fairlead.messaging.models import EmailState, OutboundEmail
from fairlead.tenancy.context import organization
from tests import workers
from tests.installation import wait_for
from tests.postfix import Postfix, needs_postfix, postfix
from tests.promises.test_16_mail import hurry, queue
from tests.world import World

MAILS, KILLS = 500, 10
LONGEST_SECONDS = 600


@pytest.mark.rare
@needs_postfix
@pytest.mark.promise(16)
def test_postfix_gets_each_mail_past_kills(world: World, seed: int, figure: Any) -> None:
    chance = random.Random(seed)
    queued = [queue(world, number, chance) for number in range(MAILS)]
    emails = [email for email in queued if email is not None]
    with postfix() as server:
        kill_while_sending(server, chance)
        ours = world.acme.id.hex
        wait_for(lambda: set(server.message_ids(ours)) >= {email.message_id for email in emails}, 60)
        came = server.message_ids(ours)
    assert set(came) == {email.message_id for email in emails}
    assert {_state(email) for email in emails} == {EmailState.SENT}
    twice = len(came) - len(set(came))
    assert twice <= KILLS
    figure("through Postfix", f"{len(emails)} mails, {KILLS} kills, {twice} delivered twice")


@pytest.mark.rare
@needs_postfix
@pytest.mark.promise(16)
def test_what_postfix_refuses_says_why(world: World) -> None:
    email = queue(world, 2, random.Random(1), domain="elsewhere.example")
    assert email
    with postfix() as server:
        _finish(server)
    assert _state(email) == EmailState.FAILED
    assert "Relay access denied" in email.last_error


def kill_while_sending(server: Postfix, chance: random.Random) -> None:
    """A worker that is killed after every so many mails and begun again, until nothing waits."""
    for _ in range(KILLS):
        wanted = len(server.message_ids()) + chance.randrange(10, 30)
        with workers.working(server.url, FAIRLEAD_JOB_CONCURRENCY="1"):
            _await(server, wanted)
            time.sleep(chance.uniform(0, 0.1))
    _finish(server)


def _finish(server: Postfix) -> None:
    with workers.working(server.url):
        wait_for(lambda: not hurry(), LONGEST_SECONDS)


def _await(server: Postfix, wanted: int) -> None:
    wait_for(lambda: len(server.message_ids()) >= wanted or not hurry(), LONGEST_SECONDS)


def _state(email: OutboundEmail) -> str:
    with organization(email.org_id):
        email.refresh_from_db()
    return email.state
