"""What can be set, and what is."""

import argparse
import json
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from fairlead.foundation import config
from fairlead.foundation.config import Config

HELP = "list every setting: its variable, type, default and present value"
DETAILS = "Secrets are shown as set or not set, never as they are."
EXAMPLES = """
  fairlead settings
  fairlead settings --json
  fairlead settings --markdown > docs/settings.md
"""
_PAGE = """# Settings

Every setting is a variable of the environment, read and checked once at the start; a wrong one is refused by its name.
`bin/fairlead settings` shows what yours are. This page is made by `bin/fairlead settings --markdown`.

| variable | is | default | meaning |
| --- | --- | --- | --- |
"""
_KINDS = {
    bool: "true or false",
    int: "whole number",
    str: "text",
    list[str]: "JSON list of texts",
    Path: "folder",
    SecretStr: "text, secret",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print a JSON list")
    parser.add_argument("--markdown", action="store_true", help="print docs/settings.md, the same everywhere")


def run(arguments: argparse.Namespace) -> None:
    if arguments.markdown:
        print(page(), end="")
        return
    settings = config.load()
    rows = [_describe(settings, name, field) for name, field in Config.model_fields.items()]
    print(json.dumps(rows, indent=2) if arguments.json else _table(rows))


def page() -> str:
    """docs/settings.md."""
    return _PAGE + "".join(_row(name, field) for name, field in Config.model_fields.items())


def _row(name: str, field: FieldInfo) -> str:
    cells = (f"`{config.variable(name)}`", _kind(field), _default(field), field.description or "")
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _kind(field: FieldInfo) -> str:
    if field.annotation not in _KINDS:
        return " or ".join(f"`{choice}`" for choice in get_args(field.annotation))
    least = [
        limit.ge if hasattr(limit, "ge") else limit.gt + 1 for limit in field.metadata if _is_least(limit)
    ]
    return _KINDS[field.annotation] + (f", at least {least[0]}" if least else "")


def _is_least(limit: object) -> bool:
    return hasattr(limit, "ge") or hasattr(limit, "gt")


def _default(field: FieldInfo) -> str:
    if field.default_factory:
        return "`var` in the checkout, or in the working folder"
    shown = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    return f"`{_show(shown)}`" if shown != "" else ""


def _describe(settings: Config, name: str, field: FieldInfo) -> dict[str, str]:
    return {
        "variable": config.variable(name),
        "type": _type_name(field.annotation),
        "default": _show(field.get_default(call_default_factory=True, validated_data={})),
        "value": _show(getattr(settings, name)),
        "meaning": field.description or "",
    }


def _type_name(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


def _show(value: object) -> str:
    if isinstance(value, SecretStr):
        return "(set)" if value.get_secret_value() else "(not set)"
    return json.dumps(value) if isinstance(value, (list, bool)) else str(value)


def _table(rows: list[dict[str, str]]) -> str:
    return "\n".join(
        f"{row['variable']}\n    {row['meaning']}\n    {row['type']}, default {row['default']}; now {row['value']}"
        for row in rows
    )
