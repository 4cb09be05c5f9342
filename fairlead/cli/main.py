"""The command `fairlead`."""

import argparse
import errno
import importlib
import os
import signal
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from django.db import OperationalError
from pydantic import ValidationError

from fairlead.cli.trouble import Trouble
from fairlead.foundation.config import variable
from fairlead.foundation.errors import DomainError

COMMANDS = (
    "up",
    "token",
    "migrate",
    "serve",
    "worker",
    "user",
    "demo",
    "doctor",
    "backup",
    "restore",
    "resume",
    "settings",
)
DISK_ERRORS = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.ENOTDIR,
    errno.EEXIST,
}


def main() -> None:
    """Run the command of `sys.argv`. Exits with 1 and one line for what the caller can mend, 2 for a wrong call."""
    try:
        try:
            _run()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has seen enough (`| head`); what is left goes nowhere, or Python would complain of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)


def _run() -> None:
    arguments = _parser().parse_args()
    # Whatever project the caller's shell is set up for.
    os.environ["DJANGO_SETTINGS_MODULE"] = "fairlead.settings"
    if arguments.data:
        os.environ["FAIRLEAD_DATA"] = str(arguments.data)
    try:
        arguments.run(arguments)
    except Trouble as trouble:
        _exit(str(trouble))
    except DomainError as error:
        _exit(error.detail)
    except ValidationError as error:
        _exit(_explain_settings(error))
    except (psycopg.OperationalError, OperationalError) as error:
        _exit(_explain_database(error))
    except OSError as error:
        if error.errno not in DISK_ERRORS:
            raise
        _exit(_explain(error))
    except KeyboardInterrupt:
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fairlead", description="CRM and invoicing for several organizations."
    )
    parser.add_argument("--version", action="version", version=f"Fairlead {version('fairlead')}")
    commands = parser.add_subparsers(title="commands", metavar="<command>", required=True)
    for name in COMMANDS:
        module = importlib.import_module(f"fairlead.cli.commands.{name}")
        _add(commands.add_parser(name, **_describe(module)), module)
    return parser


def _add(parser: argparse.ArgumentParser, module: Any) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="the data folder (default: FAIRLEAD_DATA, else var/ in the checkout or the working folder)",
    )
    parser.set_defaults(run=module.run)
    module.add_arguments(parser)


def _describe(module: Any) -> dict[str, Any]:
    return {
        "help": module.HELP,
        "description": module.DETAILS,
        "epilog": f"examples:\n{module.EXAMPLES.rstrip()}",
        "formatter_class": argparse.RawDescriptionHelpFormatter,
    }


def _explain_settings(error: ValidationError) -> str:
    wrong = (f"{variable(str(part['loc'][0]))}: {part['msg']}" for part in error.errors(include_input=False))
    return f"{'; '.join(wrong)}. `fairlead settings --help` tells what may be set."


def _explain_database(error: Exception) -> str:
    if isinstance(error.__cause__ or error, psycopg.errors.DiskFull):
        return "There is no room left for the database: free some on its disk."
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    return (
        f"The database failed ({reason}): see log/postgres.log in the data folder, or the log of your server."
    )


def _explain(error: OSError) -> str:
    place = error.filename or "the data folder"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"There is no room left for {place}: free some, or choose another --data."
    if error.errno == errno.EROFS:
        return f"{place} is on a read-only disk: choose another --data."
    return f"{place}: {error.strerror}. Make it writable for this user, or choose another --data."


def _exit(line: str) -> None:
    print(f"fairlead: {line}", file=sys.stderr)
    sys.exit(1)
