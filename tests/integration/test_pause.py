"""A pause of sending: mails wait and lose no attempt; everything else goes on."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, transaction
from django.test import Client

from fairlead.foundation.ids import new_id
from fairlead.messaging import jobs, outbox, pause, worker
from fairlead.messaging.models import EmailState, OutboundEmail, SendingPause
from fairlead.messaging.outbox import NewEmail
from fairlead.tenancy.context import organization
from tests.mail_server import mail_server
from tests.world import World

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture
def paused() -> Iterator[None]:
    pause.begin("a test")
    yield
    pause.end()


@pytest.mark.usefixtures("paused")
def test_mails_wait_and_other_work_is_done(world: World, settings: LazySettings) -> None:
    done: list[jobs.Job] = []
    task = jobs.task("test.beside_a_pause")(done.append)
    with mail_server() as server:
        settings.SMTP_URL = server.url
        with organization(world.acme.id):
            email = outbox.queue(
                NewEmail(
                    kind="test", record_id=new_id(), recipients=["a@b.example"], subject="S", message="M"
                )
            )
            task.defer(new_id())
        worker.run_until_idle()
        assert (len(done), server.read) == (1, [])
        assert _read(world, email) == (EmailState.QUEUED, 0)
        assert pause.end()
        worker.run_until_idle()
        assert len(server.accepted) == 1
    assert _read(world, email) == (EmailState.SENT, 1)
    del jobs.tasks["test.beside_a_pause"]


@pytest.mark.usefixtures("paused")
def test_whoever_asks_is_told(client: Client) -> None:
    answer = client.get("/readyz/")
    assert (answer.status_code, answer.json()["parts"]["sending"]) == (200, "paused")
    assert pause.reason() == "a test"


@pytest.mark.usefixtures("paused")
def test_there_is_one_pause_and_its_first_reason_stays() -> None:
    pause.begin("another")
    assert pause.reason() == "a test"
    with pytest.raises(IntegrityError, match="sendingpause_only_one"), transaction.atomic():
        SendingPause.objects.create(id=2, reason="second")


def test_what_is_not_held_back_cannot_be_let_go() -> None:
    assert not pause.end()
    assert pause.reason() == ""


def _read(world: World, email: OutboundEmail) -> tuple[str, int]:
    with organization(world.acme.id):
        email.refresh_from_db()
    return email.state, email.attempts
