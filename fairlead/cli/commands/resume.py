"""Letting mails go out again, after a restore has held them back."""

import argparse

from fairlead.cli import django_setup
from fairlead.cli.progress import say

HELP = "let mails go out again that a restore has held back"
DETAILS = """
What is queued in a backup may have been sent since it was made. So look at what waits before you let it go out. The
worker notices within seconds. Where nothing is held back, this does nothing.
"""
EXAMPLES = """
  fairlead resume
"""


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """None of its own."""


def run(_arguments: argparse.Namespace) -> None:
    django_setup.load_running()
    from fairlead.messaging import pause

    say("Mails go out again." if pause.end() else "Nothing is held back.")
