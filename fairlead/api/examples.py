"""The examples that the API's description shows: made of its schemas, with a believable value for each name."""

from collections.abc import Mapping
from typing import Any

from fairlead.api.example_values import ID, VALUES

Json = Any
Schemas = Mapping[str, Any]

_FORMATS: Mapping[str, Json] = {
    "uuid": ID,
    "date-time": "2026-11-22T10:00:00Z",
    "date": "2026-11-22",
    "binary": "(the bytes of the file)",
}
_TYPES: Mapping[str, Json] = {"string": "", "integer": 1, "number": 1, "boolean": True, "null": None}


def example(schema: Schemas, known: Schemas, name: str = "", owner: str = "") -> Json:
    """A value that fits a JSON schema. `known` are the components that it may refer to."""
    for key in (f"{owner}.{name}", name):
        if key in VALUES and not _is_of_ids(VALUES[key], schema):
            return VALUES[key]
    if "$ref" in schema:
        title = schema["$ref"].rsplit("/", 1)[-1]
        return VALUES.get(title) or example(known[title], known, owner=title)
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    choices = schema.get("allOf") or schema.get("anyOf")
    if choices and "default" not in schema:
        return example(choices[0], known, name, owner)
    return _of_type(schema, known, owner or str(schema.get("title", "")))


def _is_of_ids(value: Json, schema: Schemas) -> bool:
    """Whether it is a list of ids where the schema wants their objects: a detail shows whom a list row only names."""
    return isinstance(value, list) and isinstance(value[0], str) and "$ref" in schema.get("items", {})


def _of_type(schema: Schemas, known: Schemas, owner: str) -> Json:
    if "default" in schema:
        return schema["default"]
    if "properties" in schema:
        return {
            name: example(field, known, name, owner)
            for name, field in schema["properties"].items()
            if not field.get("readOnly")
        }
    if schema.get("type") == "object" or "additionalProperties" in schema:
        return {}
    if schema.get("type") == "array":
        return [example(schema["items"], known)]
    return _FORMATS.get(schema.get("format", ""), _TYPES.get(schema.get("type", ""), None))
