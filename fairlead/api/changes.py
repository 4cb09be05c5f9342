"""What a PUT or PATCH means: the fields given, where a read-only one may only say what is so already."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field, WithJsonSchema

from fairlead.api import outputs
from fairlead.api.parsing import canonical
from fairlead.api.types import Body
from fairlead.foundation.errors import InvalidInput

# The default of every field of a `Change`; it is never read, for only what was given counts.
NOT_GIVEN: Any = None

_MARK = object()
ReadOnly = Annotated[
    Any,
    Field(default=None),
    WithJsonSchema(
        {"readOnly": True, "description": "Cannot be changed here; its present value is accepted."}
    ),
    _MARK,
]


def _forget_defaults(schema: dict[str, Any]) -> None:
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


class Change(Body):
    """The body of a PUT or PATCH: each field may be left out, with `NOT_GIVEN` for its default."""

    model_config = ConfigDict(json_schema_extra=_forget_defaults)


def given(body: Change, present: Mapping[str, Any]) -> dict[str, Any]:
    """The writable fields that the caller gave, by name; nested bodies as dicts.

    `present` is the record as the API answers it. Raises `InvalidInput` naming each read-only field that was given
    with another value than its present one.
    """
    read_only = repeats(body)
    refuse_changes({name: getattr(body, name) for name in read_only}, present)
    return body.model_dump(exclude_unset=True, exclude=read_only)


def repeats(body: Change) -> set[str]:
    """The read-only fields that the caller gave; only where there are some need `present` be read."""
    return {name for name in body.model_fields_set if _MARK in type(body).model_fields[name].metadata}


def refuse_changes(fields: Mapping[str, Any], present: Mapping[str, Any]) -> None:
    """Raise `InvalidInput` naming each of these fields whose value is not its present one."""
    message = "This cannot be changed here: leave it out, or send its present value."
    errors = {
        name: [message] for name, value in sorted(fields.items()) if not _same(value, present.get(name))
    }
    if errors:
        raise InvalidInput(f"{next(iter(errors))}: {message}", errors=errors)


def _same(value: Any, present: Any) -> bool:
    return canonical(value) == canonical(json.loads(outputs.dump(present)))
