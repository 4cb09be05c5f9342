"""An access token for whoever holds the machine: for scripts, tests and a first look with curl."""

import argparse
import json

from fairlead.cli import django_setup
from fairlead.cli.commands.up import DEMO_ADMIN
from fairlead.cli.trouble import Trouble
from fairlead.foundation import config

HELP = "print an access token for a running Fairlead"
DETAILS = "Good for 12 hours. Without --email it is the demo's first admin's."
EXAMPLES = """
  fairlead token
  fairlead token --email me@example.com --json
  curl -H "Authorization: Bearer $(fairlead token)" http://127.0.0.1:8000/api/profile/
"""
HOURS = 12.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--email", default=DEMO_ADMIN, help="whose token (default: %(default)s)")
    parser.add_argument(
        "--json",
        action="store_true",
        help="print url, access_token, organization_id, user_id and email as JSON",
    )


def run(arguments: argparse.Namespace) -> None:
    django_setup.load_running()
    answer = _issue(arguments.email)
    print(json.dumps(answer) if arguments.json else answer["access_token"])


def _issue(email: str) -> dict[str, str]:
    from fairlead.tenancy import authentication
    from fairlead.tenancy.models import Membership

    membership = (
        Membership.objects.filter(user__email__iexact=email, user__is_active=True, is_active=True)
        .select_related("user")
        .order_by("created_on", "id")
        .first()
    )
    if membership is None:
        raise Trouble(f"Nobody with the e-mail {email} may sign in: make them with `fairlead user create`.")
    return {
        "url": _url(),
        "access_token": authentication.issue_session(membership.user, hours=HOURS),
        "organization_id": str(membership.org_id),
        "user_id": str(membership.user_id),
        "email": membership.user.email,
    }


def _url() -> str:
    settings = config.load()
    try:
        return (settings.data / "address").read_text().strip()
    except FileNotFoundError:
        return settings.public_url
