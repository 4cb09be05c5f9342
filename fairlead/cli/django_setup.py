"""Loading the product, for commands that work on it."""

import django
import psycopg
from django.db import OperationalError, connection

from fairlead.cli.trouble import Trouble
from fairlead.foundation import config
from fairlead.foundation.config import Config, Role


def load() -> None:
    """Make models and settings usable."""
    django.setup()


def load_views() -> None:
    """Load all that answers a request: a cold process makes its first callers wait for seconds."""
    load()
    from django.urls import get_resolver

    from fairlead.tenancy import sign_in

    get_resolver().url_patterns  # noqa: B018 - it is the looking that loads
    sign_in.warm_up()


def require_installation(role: Role = "app") -> Config:
    """The settings, where they say how this role reaches a database. Raises Trouble where nothing was started yet."""
    settings = config.load()
    if not settings.database_address(role):
        raise Trouble(
            f"There is no Fairlead in {settings.data} yet: start it with `fairlead up`, or name its --data."
        )
    return settings


def load_running() -> None:
    """Make models usable and see that the database answers. Raises Trouble with what to start."""
    settings = require_installation()
    load()
    try:
        connection.ensure_connection()
    except (OperationalError, psycopg.OperationalError):
        raise Trouble(_not_running(settings)) from None


def _not_running(settings: Config) -> str:
    if settings.is_embedded:
        return f"Fairlead is not running with the data in {settings.data}: start it with `fairlead up` first."
    return "The database does not answer: see DATABASE_URL and DATABASE_APP_URL."
