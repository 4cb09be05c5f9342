"""A kind of job for workers that are killed: it writes down when it begins and when it has ended."""

import os
import time
from pathlib import Path

from fairlead.messaging import jobs

# Named by the test that starts the workers, as is how long one takes.
DIARY, SECONDS = "FAIRLEAD_TEST_DIARY", "FAIRLEAD_TEST_SECONDS"


@jobs.task("test.toil")
def toil(job: jobs.Job) -> None:
    """Work for a moment."""
    _note(job, "begun")
    time.sleep(float(os.environ[SECONDS]))
    _note(job, "done")


def _note(job: jobs.Job, what: str) -> None:
    """One line, at once: a clock that all processes of a machine share, who, for whom, which job, and what."""
    line = f"{time.monotonic()} {os.getpid()} {job.org_id} {job.id} {what}\n"
    with Path(os.environ[DIARY]).open("a") as file:
        file.write(line)
