"""Row 16: two thousand mails, a server with a dozen faults, and workers that are killed while they send."""

import asyncio
import random
import subprocess
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from fairlead.foundation.ids import new_id
from fairlead.messaging import outbox
from fairlead.messaging.models import EmailState, OutboundEmail
from fairlead.messaging.outbox import NewEmail
from fairlead.tenancy.context import organization
from tests import workers
from tests.installation import wait_for
from tests.mail_server import CUT, Delivery, MailServer, encryption_by, free_port, serving, write_certificate
from tests.world import World

MAILS, KILLS = 2000, 50
LONGEST_SECONDS = 900
SLOW, LOST = "slow", "accepted, and the answer lost"
# One in so many meets this fault, at this step of the talk; CUT closes the connection.
FAULTS = {
    "EHLO": {CUT: 80},
    "STARTTLS": {CUT: 80},
    "MAIL": {"421 Come back later": 80, "451 Try again": 80, CUT: 80},
    "RCPT": {"451 4.7.1 Greylisted": 20, "452 Too many": 80},
    "DATA": {CUT: 40, "421 Going down": 80, "452 No room": 80, SLOW: 40, LOST: 80},
}
# Recipients who are refused for good, at their name or at the end of the mail.
NOBODY, FULL = "nobody", "full"
REFUSALS = {NOBODY: "550 5.1.1 No such user", FULL: "554 Too large"}


@dataclass
class FaultyServer(MailServer):
    """One that fails by chance, at any step."""

    chance: random.Random = field(default_factory=random.Random)
    met: Counter[str] = field(default_factory=Counter)

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, _envelope: Any, hostname: str, answers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self._fail("EHLO", server)
        return answers

    def handle_STARTTLS(self, server: Any, _session: Any, _envelope: Any) -> bool:  # noqa: N802
        self._fail("STARTTLS", server)
        return True

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        fault = self._fail("MAIL", server)
        return fault or await super().handle_MAIL(server, session, envelope, address, options)

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address.startswith(NOBODY):
            return REFUSALS[NOBODY]
        fault = self._fail("RCPT", server)
        return fault or await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        recipients = [*envelope.rcpt_tos]
        is_encrypted = session.ssl is not None
        delivery = Delivery(envelope.mail_from, recipients, envelope.content, is_encrypted, None)
        self.read.append(delivery)
        if recipients[0].startswith(FULL):
            return REFUSALS[FULL]
        fault = self._fail("DATA", server)
        await asyncio.sleep(1 if fault == SLOW else 0.05)
        if fault in ("", SLOW, LOST):
            self.accepted.append(delivery)
        if fault == LOST:
            server.transport.abort()
        return "250 OK" if fault in ("", SLOW) else fault

    def _fail(self, step: str, server: Any) -> str:
        """The fault that is met at this step, if any."""
        for fault, one_in in FAULTS[step].items():
            if self.chance.randrange(one_in) == 0:
                self.met[f"{fault} at {step}"] += 1
                if fault == CUT:
                    server.transport.abort()
                return fault
        return ""


@pytest.mark.long
@pytest.mark.promise(16)
def test_two_thousand_mails_past_faults_and_kills(
    world: World, tmp_path: Path, seed: int, figure: Any
) -> None:
    chance = random.Random(seed)
    emails = [queue(world, number, chance) for number in range(MAILS)]
    encryption = encryption_by(write_certificate(tmp_path / "server.pem"))
    server = FaultyServer(free_port(), chance=chance)
    with serving(server, tls_context=encryption):
        kill_while_sending(server, chance)
    kept = [email for email in emails if email is not None]
    check_each(kept, server)
    read, accepted = (message_ids(world, deliveries) for deliveries in (server.read, server.accepted))
    assert set(read) <= {email.message_id for email in kept}
    twice = len(accepted) - len(set(accepted))
    lost = server.met[f"{LOST} at DATA"]
    assert twice <= KILLS + lost
    assert all(server.met[f"{fault} at {step}"] for step, faults in FAULTS.items() for fault in faults)
    figure("mails", f"{len(kept)} delivered or refused for good, of {MAILS - len(kept)} rolled back none")
    figure("faults met", f"{sum(server.met.values())} of {len(server.met)} kinds, and {KILLS} kills")
    figure("delivered twice", f"{twice}, {lost} answers were lost")


def queue(
    world: World, number: int, chance: random.Random, domain: str = "example.com"
) -> OutboundEmail | None:
    """A mail to somebody of their own; None where the work was rolled back."""
    who = {0: NOBODY, 1: FULL}.get(number % 50, "anna")
    is_kept = chance.randrange(10) > 0
    with organization(world.acme.id, world.owner.actor):
        email = outbox.queue(
            NewEmail(
                kind="invoice",
                record_id=new_id(),
                recipients=[f"{who}-{number}.{world.acme.id.hex}@{domain}"],
                subject=f"Invoice {number}",
                message="Here it is.",
            )
        )
        transaction.set_rollback(not is_kept)
    return email if is_kept else None


def message_ids(world: World, deliveries: list[Delivery]) -> list[str]:
    """Of the mails to our own people: what other tests have left in the database goes out too."""
    ours = [delivery for delivery in deliveries if world.acme.id.hex in delivery.recipients[0]]
    return [str(delivery.mail["Message-ID"]) for delivery in ours]


def kill_while_sending(server: FaultyServer, chance: random.Random) -> None:
    """Two workers, one of which is killed after every so many mails and begun again, until nothing waits."""
    # One mail at a time, so that a kill can hit one at most.
    running = [workers.start(server.url, FAIRLEAD_JOB_CONCURRENCY="1") for _ in range(2)]
    try:
        for _ in range(KILLS):
            await_mails(server, len(server.read) + chance.randrange(10, 40))
            time.sleep(chance.uniform(0, 0.06))
            workers.kill(running.pop(0))
            running.append(workers.start(server.url, FAIRLEAD_JOB_CONCURRENCY="1"))
        wait_for(lambda: not hurry(), LONGEST_SECONDS)
    finally:
        _end(running)


def await_mails(server: FaultyServer, wanted: int) -> None:
    """Wait until it has read so many, or nothing is left to be sent."""
    wait_for(lambda: len(server.read) >= wanted or not hurry(), LONGEST_SECONDS)


def check_each(emails: list[OutboundEmail], server: FaultyServer) -> None:
    """Sent to whom it could be, the same bytes each time; else failed, with the server's words."""
    read: dict[str, set[bytes]] = defaultdict(set)
    accepted = Counter(delivery.mail["Message-ID"] for delivery in server.accepted)
    for delivery in server.read:
        read[delivery.recipients[0]].add(delivery.content)
    for email in emails:
        with organization(email.org_id):
            email.refresh_from_db()
        [recipient] = email.recipients
        refusal = REFUSALS.get(recipient.split("-")[0])
        state = EmailState.FAILED if refusal else EmailState.SENT
        assert (email.state, email.last_error) == (state, refusal or ""), recipient
        assert bool(accepted[email.message_id]) is not bool(refusal), recipient
        assert len(read[recipient]) <= 1, f"{recipient} was sent different mails"


def hurry() -> int:
    """Let the time pass until the next attempt of each; how many jobs are left."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE scheduled_at > now()")
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
        return int(cursor.fetchone()[0])


def _end(running: list[subprocess.Popen[bytes]]) -> None:
    for process in running:
        workers.kill(process)
