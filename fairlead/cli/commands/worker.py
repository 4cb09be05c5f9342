"""The jobs: mails and whatever else happens after an answer."""

import argparse

from fairlead.cli import django_setup

HELP = "run the jobs (the database must be there; see `up` for all in one)"
DETAILS = "Runs FAIRLEAD_JOB_CONCURRENCY jobs at once, in the foreground. TERM lets those that run finish."
EXAMPLES = """
  fairlead worker
  DATABASE_APP_URL=postgresql://app:secret@db/crm fairlead worker
"""


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """None of its own."""


def run(_arguments: argparse.Namespace) -> None:
    django_setup.require_installation()
    django_setup.load()
    from fairlead.messaging import worker

    worker.run()
