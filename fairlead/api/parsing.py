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
        return _DECODER.decode(body.decode())
    except RecursionError:
        raise MalformedRequest("The JSON is nested too deeply.") from None
    except UnicodeDecodeError:
        raise MalformedRequest("The body is not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MalformedRequest(f"The body is not JSON: {error.msg} at {where}.") from None


def _refuse_constant(name: str) -> None:
    raise MalformedRequest(f"{name} is not a number that JSON knows: give a decimal number.")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_NAMES:
        raise MalformedRequest(f"An object has more than {MOST_NAMES} names: nothing here takes so many.")
    result = dict(pairs)
    if len(result) < len(pairs):
        shown = _repeated(name for name, _ in pairs)[:50]
        raise MalformedRequest(
            f"{shown}: this name stands twice; give it once.", errors={shown: ["Give it once."]}
        )
    return result


def _repeated(names: Iterable[str]) -> str:
    return next(name for name, times in Counter(names).items() if times > 1)


def _integer(text: str) -> int | JsonNumber:
    return int(text) if len(text) <= 16 else JsonNumber(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_refuse_constant, parse_float=JsonNumber, parse_int=_integer
)
