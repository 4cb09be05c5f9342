"""Bringing the database to this version by hand, where `up` does not."""

import argparse

import psycopg
from django.db import OperationalError

from fairlead.cli import django_setup, external, migrations
from fairlead.cli.progress import say
from fairlead.cli.trouble import Trouble
from fairlead.foundation import config

HELP = "bring the database to this version"
DETAILS = "Works beside a running server, or on DATABASE_URL. Applying nothing is no error."
EXAMPLES = """
  fairlead migrate
  fairlead migrate --write billing
  DATABASE_URL=postgresql://owner:secret@db/crm fairlead migrate
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds `--write`, for whoever changes a model."""
    parser.add_argument("--write", metavar="APP", help="write the migration that the models of this app need")


def run(arguments: argparse.Namespace) -> None:
    settings = config.load()
    if not settings.is_embedded:
        external.prepare(settings)
    else:
        django_setup.require_installation("owner")
    if arguments.write:
        migrations.write(arguments.write)
        return
    try:
        applied = migrations.migrate()
    except (OperationalError, psycopg.OperationalError):
        raise Trouble(
            "The database does not answer: start it with `fairlead up`, which migrates too."
        ) from None
    say(f"Applied: {', '.join(applied)}" if applied else "The database is up to date.")
