"""Reading JSON strictly: no repeated names, no NaN, numbers kept as the decimal text that they are."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest
from ninja.parser import Parser

from fairlead.foundation.errors import MalformedRequest, UnsupportedMediaType

MOST_NAMES = 1000


@dataclass(frozen=True, slots=True)
class JsonNumber:
    """A JSON number that is not a small integer, as it was written."""

    text: str


@dataclass(frozen=True, slots=True)
class _Wrong:
    """Stands in the place of a value that cannot be taken, until its path is known; `name` is one within it."""

    message: str
    name: str = ""


class StrictParser(Parser):
    """What ninja reads a body with. Raises `MalformedRequest` or `UnsupportedMediaType`."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        return cast(dict[str, Any], read_json(request))


def read_json(request: HttpRequest) -> Any:
    """The parsed body; an absent one is an empty object. The result is kept on the request."""
    if not hasattr(request, "parsed_body"):
        request.parsed_body = _parse(request)  # type: ignore[attr-defined]
    return request.parsed_body  # type: ignore[attr-defined]


def canonical(value: Any) -> bytes:
    """The same bytes for the same parsed JSON, whatever its spacing and the order of its names."""
    text = json.dumps(
        value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=lambda number: number.text
    )
    return text.encode()


def _parse(request: HttpRequest) -> Any:
    body = request.body
    if not body.strip():
        return {}
    if request.content_type != "application/json":
        raise UnsupportedMediaType("Send the body as JSON, with `Content-Type: application/json`.")
    try:
        parsed = _DECODER.decode(body.decode())
        _refuse_wrong(parsed)
    except RecursionError:
        raise MalformedRequest("The JSON is nested too deeply.") from None
    except UnicodeDecodeError:
        raise MalformedRequest("The body is not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MalformedRequest(f"The body is not JSON: {error.msg} at {where}.") from None
    return parsed


def _refuse_wrong(value: Any, *path: str) -> None:
    if isinstance(value, _Wrong):
        names = [name[:50] for name in (*path, value.name) if name]
        raise MalformedRequest.of(".".join(names)[:200] or "body", value.message)
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inner:
        _refuse_wrong(one, *path, str(step))


def _constant(name: str) -> _Wrong:
    return _Wrong(f"{name} is not a number that JSON knows: give a decimal number.")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Wrong:
    if len(pairs) > MOST_NAMES:
        raise MalformedRequest(f"An object has more than {MOST_NAMES} names: nothing here takes so many.")
    result = dict(pairs)
    if len(result) < len(pairs):
        return _Wrong("This name stands twice: give it once.", _repeated(name for name, _ in pairs))
    return result


def _repeated(names: Iterable[str]) -> str:
    return next(name for name, times in Counter(names).items() if times > 1)


def _integer(text: str) -> int | JsonNumber:
    return int(text) if len(text) <= 16 else JsonNumber(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_float=JsonNumber, parse_int=_integer
)
