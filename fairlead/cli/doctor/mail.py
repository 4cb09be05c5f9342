"""Mail and jobs: everything is done, or its time has not come, or it is told why not."""

import re
from collections.abc import Iterator

from django.conf import settings
from django.db import connection

from fairlead.cli.doctor.rule import Rule
from fairlead.tenancy.context import current_org_id

_LATE = "interval '5 minutes'"
_WORKER = (
    "See that `fairlead worker` runs (`fairlead up` starts it) and reaches the database; log/worker.log says "
    "more."
)
_IS_PAUSED = "EXISTS (SELECT FROM messaging_sendingpause)"
# What was made good later is no trouble any more: the PDF was rendered, a later mail about the same went out.
_DEAD_LETTERS = """
    SELECT f.id::text, f.task, f.record_id::text, f.attempts, f.error
    FROM messaging_failedjob AS f
    WHERE f.org_id = %(org)s AND f.created_on > now() - interval '30 days' AND NOT (
        f.task = 'documents.render' AND EXISTS (
            SELECT FROM documents_storedpdf AS p WHERE p.org_id = %(org)s AND p.document_id = f.record_id)
        OR f.task = 'mail.deliver' AND EXISTS (
            SELECT FROM messaging_outboundemail AS lost
            JOIN messaging_outboundemail AS later ON later.org_id = %(org)s
                AND later.kind = lost.kind AND later.record_id = lost.record_id AND later.id >= lost.id
            WHERE lost.org_id = %(org)s AND lost.id = f.record_id AND later.state = 'sent'))
    ORDER BY f.id"""


def _dead_letters() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(_DEAD_LETTERS, {"org": current_org_id()})
        for letter_id, task, record_id, attempts, error in cursor.fetchall():
            yield f"{letter_id}: {task} of {record_id}, given up after {attempts} attempts: {error_class(error)}"


def error_class(text: str) -> str:
    """The class of the error that a dead letter keeps; its words may hold names and addresses."""
    if '  File "' not in text:  # one of ours, which is kept as its words
        return "refused"
    named = re.findall(r"^((?:\w+\.)*[A-Z]\w*[a-z]\w*)(?=:|$)", text, re.MULTILINE)
    return named[-1] if named else "unknown"


def _stalled() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT format('job %%s: %%s of %%s', job.id, job.task_name, job.args->>'id')
                FROM procrastinate_jobs AS job LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
                WHERE job.status = 'doing' AND (
                    worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %s) - {_LATE})
                ORDER BY job.id""",
            [settings.JOB_STALLED_SECONDS],
        )
        yield from (row[0] for row in cursor.fetchall())


RULES = (
    Rule(
        name="mail.jobs",
        means="Every mail that is to go out has a job that will send it.",
        do="A running worker gives such a mail a new job within ten minutes. " + _WORKER,
        query="""
            SELECT format('mail %%s about %%s %%s is %%s', mail.id, mail.kind, mail.record_id, mail.state)
            FROM messaging_outboundemail AS mail
            WHERE mail.org_id = %(org)s AND mail.state IN ('queued', 'sending') AND NOT EXISTS (
                SELECT FROM procrastinate_jobs AS job WHERE job.id = mail.job_id AND job.status IN ('todo', 'doing'))
            ORDER BY mail.id""",
    ),
    Rule(
        name="mail.due",
        means="No mail waits for more than five minutes after it was due, unless mails are held back.",
        do=_WORKER,
        query=f"""
            SELECT format('mail %%s about %%s %%s: due %%s', id, kind, record_id,
                coalesce(next_attempt_at, queued_at)::timestamptz(0))
            FROM messaging_outboundemail
            WHERE org_id = %(org)s AND state = 'queued' AND coalesce(next_attempt_at, queued_at) < now() - {_LATE}
                AND NOT {_IS_PAUSED}
            ORDER BY id""",
    ),
    Rule(
        name="jobs.due",
        means="No job waits for more than five minutes after it was due, but for mails that are held back.",
        do=_WORKER,
        scope="database",
        query=f"""
            SELECT format('job %%s: %%s of %%s', job.id, task_name, args->>'id')
            FROM procrastinate_jobs AS job
            WHERE status = 'todo' AND NOT (queue_name = 'mail' AND {_IS_PAUSED}) AND coalesce(scheduled_at, (
                SELECT max(at) FROM procrastinate_events AS e WHERE e.job_id = job.id), now()) < now() - {_LATE}
            ORDER BY job.id""",
    ),
    Rule(
        name="jobs.stalled",
        means="No job is held by a worker that has given no sign of life for five minutes.",
        do="Any running worker puts them back within seconds. " + _WORKER,
        scope="database",
        query=_stalled,
    ),
    Rule(
        name="jobs.given_up",
        means="No job was given up in the last 30 days without being made good since.",
        do="Mend what the error class and log/worker.log tell, then repeat the work: download the PDF, or send the "
        "mail again.",
        query=_dead_letters,
    ),
)
