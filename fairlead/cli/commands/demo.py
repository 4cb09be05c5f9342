"""The demo, for an installation that was started without it."""

import argparse

from fairlead.cli import data_folder, django_setup
from fairlead.cli.commands.up import DEMO_ADMIN, DEMO_PASSWORD_FILE
from fairlead.cli.progress import say
from fairlead.foundation import config

HELP = "make the demo's two organizations in a running Fairlead"
DETAILS = "Does nothing where they exist. Prints the sign-in."
EXAMPLES = """
  fairlead demo
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="do not print the sign-in")


def run(arguments: argparse.Namespace) -> None:
    django_setup.load_running()
    from fairlead.cli.demo import ensure_demo

    password = data_folder.secret(config.load().data, DEMO_PASSWORD_FILE)
    ensure_demo(password=password)
    if not arguments.quiet:
        say(f"Sign in as {DEMO_ADMIN} with the password {password}")
