"""The first person of an organization; everybody else is invited by them."""

import argparse
import getpass
import secrets
import sys

from fairlead.cli import django_setup
from fairlead.cli.progress import say
from fairlead.cli.trouble import Trouble
from fairlead.foundation.text import email_complaint

HELP = "make a person and the organization that they are the admin of"
DETAILS = """
Asks for the password, or reads it from standard input with --password-stdin; without a terminal it makes one and
prints it. Further people are invited by an admin (POST /api/users/).
"""
EXAMPLES = """
  fairlead user create --email me@example.com --name "Ada Example" --organization "Example Ltd"
  pass show crm | fairlead user create --email me@example.com --organization "Example Ltd" --password-stdin
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["create"])
    parser.add_argument("--email", required=True, help="what they sign in with")
    parser.add_argument("--name", default="", help="how others see them (default: the e-mail)")
    parser.add_argument("--organization", required=True, metavar="NAME", help="the new organization")
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def run(arguments: argparse.Namespace) -> None:
    email = arguments.email.strip().lower()
    if wrong := email_complaint(email):
        raise Trouble(f"--email: {wrong}")
    django_setup.load_running()
    password, is_made = _password(arguments.password_stdin)
    organization_id = _create(email, arguments.name, arguments.organization, password)
    say(f"{arguments.email} is the admin of {arguments.organization} ({organization_id}).")
    if is_made:
        say(f"The password is {password}")


def _create(email: str, name: str, organization: str, password: str) -> str:
    from django.db import transaction

    from fairlead.foundation.errors import Conflict
    from fairlead.tenancy import organizations, sign_in
    from fairlead.tenancy.models import User

    with transaction.atomic():
        user, is_new = User.objects.get_or_create(
            email=email, defaults={"name": name or User.nameless(email)}
        )
        if not is_new:
            raise Conflict(f"There is a user with the e-mail {email} already.")
        sign_in.set_password(user, password)
        return str(organizations.create(user.id, {"name": organization}).id)


def _password(from_stdin: bool) -> tuple[str, bool]:
    """The password, and whether it was made here."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n"), False
    if sys.stdin.isatty():
        return getpass.getpass("Password: "), False
    return secrets.token_urlsafe(15), True
