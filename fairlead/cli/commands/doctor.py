"""Whether the data, the files and the database are sound."""

import argparse
import json
import sys
import time

from fairlead.cli import django_setup

HELP = "look whether data, files and database are sound; exit with 1 if not"
DETAILS = "Works beside a running server and changes nothing. docs/doctor.md lists the rules."
EXAMPLES = """
  fairlead doctor
  fairlead doctor --json | jq '.rules[] | select(.holds | not)'
  fairlead doctor --rules
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="print {holds, rules: [{rule, holds, findings, …}]}"
    )
    parser.add_argument("--rules", action="store_true", help="print the rules as a page, and ask nothing")


def run(arguments: argparse.Namespace) -> None:
    if arguments.rules:
        _print_rules()
        return
    django_setup.load_running()
    if not _examine(arguments.json):
        sys.exit(1)


def _print_rules() -> None:
    django_setup.load()
    from fairlead.cli.doctor import report

    print(report.page(), end="")


def _examine(as_json: bool) -> bool:
    from fairlead.cli.doctor import examination, report

    begun, verdicts = time.monotonic(), []
    for verdict in examination.examine():
        verdicts.append(verdict)
        if not as_json:
            print(report.line(verdict), flush=True)
    if as_json:
        print(json.dumps(report.as_json(verdicts), indent=2))
    else:
        count = len(examination.organizations())
        print(report.summary(verdicts, count, time.monotonic() - begun))
    return all(verdict.holds for verdict in verdicts)
