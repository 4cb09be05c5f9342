"""Mails on their way: what the server says, what the outbox then says, and that one Message-ID stays one."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from fairlead.foundation.errors import NotFound, UpstreamFailed
from fairlead.foundation.ids import new_id
from fairlead.messaging import delivery, outbox, transport, worker
from fairlead.messaging.models import EmailState, FailedJob, OutboundEmail
from fairlead.messaging.outbox import Attachment, NewEmail
from fairlead.tenancy.context import organization
from tests.mail_server import CUT, MailServer, free_port, mail_server
from tests.world import World

pytestmark = [pytest.mark.promise(16), pytest.mark.usefixtures("own_database")]

ANNA, BERT, CARL = "anna@example.com", "bert@example.com", "carl@example.com"


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.SMTP_URL = running.url
        yield running


def test_a_queued_mail_is_accepted(world: World, server: MailServer) -> None:
    email = queue(world, recipients=[ANNA], cc=[BERT], bcc=[CARL])
    assert email.state == EmailState.QUEUED

    worker.run_until_idle()

    [delivered] = mine(server, email)
    assert delivered.recipients == [ANNA, BERT, CARL]
    assert CARL.encode() not in delivered.content
    email = reread(email)
    assert (email.state, email.attempts, email.last_error) == (EmailState.SENT, 1, "")
    assert email.sent_at is not None
    assert jobs_of(email) == 0


def test_after_421_it_is_tried_again_and_delivered_once(world: World, server: MailServer) -> None:
    server.at_mail.append("421 Come back later")
    email = queue(world)
    worker.run_until_idle()

    email = reread(email)
    assert (email.state, email.last_error) == (EmailState.QUEUED, "421 Come back later")
    assert email.next_attempt_at is not None
    assert 5 < (email.next_attempt_at - email.queued_at).total_seconds() < 15

    run_again(email)
    assert reread(email).state == EmailState.SENT
    assert reread(email).attempts == 2
    assert len(mine(server, email)) == 1


def test_a_550_fails_with_the_server_s_words(world: World, server: MailServer) -> None:
    server.refused[ANNA] = "550 5.1.1 No such user\r\n550 here"
    email = queue(world, recipients=[ANNA])
    worker.run_until_idle()

    email = reread(email)
    assert (email.state, email.sent_at) == (EmailState.FAILED, None)
    assert email.last_error.startswith("550 5.1.1 No such user")
    assert "\n" not in email.last_error
    assert jobs_of(email) == 0
    assert not mine(server, email)


def test_a_552_after_data_fails(world: World, server: MailServer) -> None:
    server.at_data.append("552 Too large")
    email = queue(world)
    worker.run_until_idle()
    assert (reread(email).state, reread(email).last_error) == (EmailState.FAILED, "552 Too large")


def test_a_cut_after_data_is_sent_again_byte_for_byte(world: World, server: MailServer) -> None:
    server.at_data.append(CUT)
    email = queue(world, with_file(world, b"%PDF-1.7 \x00\xff"))
    worker.run_until_idle()
    assert reread(email).state == EmailState.QUEUED
    assert not mine(server, email)

    run_again(email)

    first, second = [read for read in server.read if read.mail["Message-ID"] == email.message_id]
    assert first.content == second.content
    assert len(mine(server, email)) == 1
    assert reread(email).state == EmailState.SENT


def test_one_refused_among_three_is_told(world: World, server: MailServer) -> None:
    server.refused[BERT] = "550 No Bert"
    email = queue(world, recipients=[ANNA, BERT, CARL])
    worker.run_until_idle()

    email = reread(email)
    assert (email.state, email.last_error) == (EmailState.SENT, f"{BERT}: 550 No Bert")
    assert mine(server, email)[0].recipients == [ANNA, CARL]


def test_one_put_off_among_three_gets_it_later_and_alone(world: World, server: MailServer) -> None:
    server.refused[BERT] = "451 Greylisted"
    email = queue(world, recipients=[ANNA, BERT, CARL])
    worker.run_until_idle()
    assert (reread(email).state, reread(email).last_error) == (EmailState.QUEUED, f"{BERT}: 451 Greylisted")

    server.refused.clear()
    run_again(email)

    assert [delivered.recipients for delivered in mine(server, email)] == [[ANNA, CARL], [BERT]]
    assert (reread(email).state, reread(email).last_error) == (EmailState.SENT, "")


def test_nobody_listening_is_tried_again(world: World, settings: Any) -> None:
    settings.SMTP_URL = f"smtp://127.0.0.1:{free_port()}"
    email = queue(world)
    worker.run_until_idle()
    assert reread(email).state == EmailState.QUEUED
    assert "refused" in reread(email).last_error


def test_a_server_that_takes_its_time_is_waited_for(world: World, server: MailServer) -> None:
    server.seconds = 1
    email = queue(world)
    worker.run_until_idle()
    assert reread(email).state == EmailState.SENT


def test_a_server_that_never_answers_is_left(
    world: World, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_TIMEOUT_SECONDS", 0.3)
    server.seconds = 1
    email = queue(world)
    worker.run_until_idle()
    assert reread(email).state == EmailState.QUEUED
    assert "timed out" in reread(email).last_error


def test_no_transaction_is_open_while_the_server_is_talked_to(
    world: World, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    send = transport.deliver

    def watch(*parts: Any) -> Any:
        seen.append(connection.in_atomic_block)
        return send(*parts)

    monkeypatch.setattr(transport, "deliver", watch)
    queue(world)
    worker.run_until_idle()
    assert seen
    assert not any(seen)


def test_rolled_back_work_sends_nothing(world: World, server: MailServer) -> None:
    with organization(world.acme.id):
        email = outbox.queue(new_email(world))
        transaction.set_rollback(True)
    worker.run_until_idle()
    assert jobs_of(email) == 0
    assert not server.read
    with organization(world.acme.id):
        assert not OutboundEmail.objects.exists()


@pytest.mark.promise(16, sabotage="a mail is sent before the work is committed")
def test_sent_before_the_commit_it_would_be_out(
    world: World, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_mail = outbox.queue

    def send_at_once(email: NewEmail) -> OutboundEmail:
        queued = queue_mail(email)
        transport.deliver(b"Subject: Hi\r\n\r\nHi.\r\n", queued.message_id, "a@b.example", email.recipients)
        return queued

    monkeypatch.setattr(outbox, "queue", send_at_once)
    with pytest.raises(AssertionError, match="Delivery"):
        test_rolled_back_work_sends_nothing(world, server)


def test_nothing_is_queued_outside_of_an_organization(world: World) -> None:
    with pytest.raises(RuntimeError):
        outbox.queue(new_email(world))
    with transaction.atomic(), pytest.raises(RuntimeError):
        outbox.queue(new_email(world))


def test_after_the_last_attempt_it_has_failed_and_the_error_is_kept(world: World, server: MailServer) -> None:
    server.refused[ANNA] = "450 Busy"
    email = queue(world)
    set_attempts(email, len(delivery.WAITS))
    worker.run_until_idle()

    email = reread(email)
    assert (email.state, email.last_error, email.next_attempt_at) == (EmailState.FAILED, "450 Busy", None)
    with organization(world.acme.id):
        letter = FailedJob.objects.get(record_id=email.id)
    assert (letter.task, letter.attempts) == ("mail.deliver", len(delivery.WAITS) + 1)


def test_after_the_last_attempt_those_who_have_it_count(world: World, server: MailServer) -> None:
    server.refused[BERT] = "450 Busy"
    email = queue(world, recipients=[ANNA, BERT])
    set_attempts(email, len(delivery.WAITS))
    worker.run_until_idle()
    assert (reread(email).state, reread(email).last_error) == (EmailState.SENT, f"{BERT}: 450 Busy")


def test_an_attachment_that_is_not_ready_is_waited_for(world: World, server: MailServer) -> None:
    email = queue(world, with_file(world, UpstreamFailed("The PDF is being made.")))
    worker.run_until_idle()
    assert (reread(email).state, reread(email).last_error) == (EmailState.QUEUED, "The PDF is being made.")

    with_file(world, b"%PDF-1.7")
    run_again(email)
    [part] = mine(server, email)[0].mail.iter_attachments()
    assert part.get_content() == b"%PDF-1.7"
    assert part.get_filename() == "Rechnung № 1.pdf"


@pytest.mark.parametrize(
    ("error", "state"), [(NotFound(), EmailState.FAILED), (KeyError("secret"), EmailState.QUEUED)]
)
def test_an_attachment_that_fails_is_told(
    world: World, server: MailServer, error: Exception, state: EmailState
) -> None:
    email = queue(world, with_file(world, error))
    worker.run_until_idle()
    assert reread(email).state == state
    assert reread(email).last_error
    assert "secret" not in reread(email).last_error
    assert not server.read


def test_a_large_attachment_is_fetched_outside_of_the_transaction(world: World, server: MailServer) -> None:
    seen: list[bool] = []

    def fetch() -> bytes:
        seen.append(connection.in_atomic_block)
        return b"from far away"

    email = queue(world, with_file(world, fetch))
    worker.run_until_idle()
    assert seen == [False]
    assert b"from far away" in [part.get_content() for part in mine(server, email)[0].mail.iter_attachments()]


def test_without_a_server_it_is_a_file(world: World, settings: Any, tmp_path: Path) -> None:
    settings.SMTP_URL, settings.MAIL_FOLDER = "", tmp_path / "mail"
    email = queue(world, subject="Grüße")
    worker.run_until_idle()

    assert reread(email).state == EmailState.SENT
    [file] = settings.MAIL_FOLDER.iterdir()
    assert file.name == email.message_id.strip("<>") + ".eml"
    assert file.read_bytes().count(b"\r\n") == file.read_bytes().count(b"\n")


@pytest.mark.parametrize("is_there", [False, True])
def test_a_mail_in_a_folder_is_for_our_eyes_only(
    world: World, settings: Any, tmp_path: Path, is_there: bool
) -> None:
    settings.SMTP_URL, settings.MAIL_FOLDER = "", tmp_path / "mail"
    if is_there:
        settings.MAIL_FOLDER.mkdir(mode=0o755)
    queue(world)
    worker.run_until_idle()
    [file] = settings.MAIL_FOLDER.iterdir()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (settings.MAIL_FOLDER, file)] == [0o700, 0o600]


def test_a_folder_that_cannot_be_written_is_tried_again(world: World, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    settings.SMTP_URL, settings.MAIL_FOLDER = "", tmp_path / "mail"
    email = queue(world)
    worker.run_until_idle()
    assert reread(email).state == EmailState.QUEUED


def test_a_mail_whose_job_is_lost_goes_out_after_the_sweep(world: World, server: MailServer) -> None:
    lost, kept = queue(world), queue(world)
    forget_jobs(lost)
    delivery.sweep()
    assert reread(lost).job_id != lost.job_id
    assert reread(kept).job_id == kept.job_id

    worker.run_until_idle()
    assert len(mine(server, lost)) == len(mine(server, kept)) == 1


def test_a_job_that_the_mail_does_not_name_delivers_nothing(world: World, server: MailServer) -> None:
    email = queue(world)
    with organization(world.acme.id):
        delivery.deliver.defer(email.id)
    worker.run_until_idle()
    assert len(mine(server, email)) == 1
    assert reread(email).attempts == 1


def test_a_stranger_sees_no_mail(world: World) -> None:
    email = queue(world)
    with organization(world.globex.id):
        assert not OutboundEmail.objects.filter(id=email.id).exists()


def new_email(world: World, attachment_id: UUID | None = None, **changes: Any) -> NewEmail:
    parts: dict[str, Any] = {
        "kind": "invoice",
        "record_id": new_id(),
        "recipients": [ANNA],
        "subject": "Invoice INV-001",
        "message": "Hello Anna,\n\nhere it is.",
        "facts": [("Amount due", "€ 119.00")],
        "attachment_kind": f"test-{world.acme.id.hex}" if attachment_id else "",
        "attachment_id": attachment_id,
    }
    return NewEmail(**parts | changes)


def queue(world: World, attachment_id: UUID | None = None, **changes: Any) -> OutboundEmail:
    with organization(world.acme.id, world.clerk.actor):
        return outbox.queue(new_email(world, attachment_id, **changes))


def with_file(world: World, content: Any) -> UUID:
    """Make attachments of the organization's test kind be this; an exception is raised instead."""

    def source(_: UUID) -> Attachment:
        if isinstance(content, Exception):
            raise content
        return Attachment("Rechnung № 1.pdf", "application/pdf", content)

    delivery.attachment_sources[f"test-{world.acme.id.hex}"[:40]] = source
    return new_id()


def reread(email: OutboundEmail) -> OutboundEmail:
    with organization(email.org_id):
        return OutboundEmail.objects.get(id=email.id)


def mine(server: MailServer, email: OutboundEmail) -> list[Any]:
    return [delivered for delivered in server.accepted if delivered.mail["Message-ID"] == email.message_id]


def jobs_of(email: OutboundEmail) -> int:
    return int(
        _execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE id = %s AND status IN ('todo', 'doing')", email
        )
    )


def run_again(email: OutboundEmail) -> None:
    """Let the time pass until its next attempt."""
    _execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE id = %s RETURNING 1", email)
    worker.run_until_idle()


def set_attempts(email: OutboundEmail, attempts: int) -> None:
    _execute(f"UPDATE procrastinate_jobs SET attempts = {attempts} WHERE id = %s RETURNING 1", email)


def forget_jobs(email: OutboundEmail) -> None:
    _execute("DELETE FROM procrastinate_jobs WHERE id = %s RETURNING 1", email)


def _execute(statement: str, email: OutboundEmail) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, [email.job_id])
        return cursor.fetchone()[0]
