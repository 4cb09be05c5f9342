"""What is refused before an operation reads its request: names that no schema has, and bodies of another kind."""

import re
from collections.abc import Iterable, Iterator, Set
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest
from ninja.operation import Operation

from fairlead.api.parsing import read_json
from fairlead.foundation.errors import MalformedRequest, TooLarge, UnsupportedMediaType

# What the boundaries and heads of a multipart body may take beside its file.
_FRAME_BYTES = 64 * 1024
_ESCAPED = re.compile(r"[\udc80-\udcff]")


def check(operation: Operation, request: HttpRequest) -> None:
    """Raise `MalformedRequest`, `UnsupportedMediaType` or `TooLarge` for what this operation does not take."""
    _check_query(_names(operation, "query"), request)
    parts = _names(operation, "form") | _names(operation, "file")
    if parts:
        _check_multipart(parts, request)
    elif request.method != "GET":
        _check_json(operation, request)


def _check_query(known: frozenset[str], request: HttpRequest) -> None:
    _refuse(request.GET.lists(), known, _unknown(known), "Give this parameter once.")
    broken = [(name, ["", ""]) for name in _not_text(request)]
    _refuse(broken, known, _unknown(known), "Give this as UTF-8 text, percent-encoded.")


@cache
def _unknown(known: frozenset[str]) -> str:
    return f"There is no such parameter here. Known: {', '.join(sorted(known)) or 'none'}."


def _not_text(request: HttpRequest) -> Iterator[str]:
    """The parameters whose value is not UTF-8; Django has put another character in its place."""
    query: str = request.META["QUERY_STRING"]
    if "%" not in query and query.isascii():
        return
    given = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    yield from (name for name, value in given if _ESCAPED.search(value))


def _check_multipart(known: Set[str], request: HttpRequest) -> None:
    if request.content_type != "multipart/form-data":
        raise UnsupportedMediaType("Send the file as multipart/form-data.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.MAX_ATTACHMENT_BYTES + _FRAME_BYTES:
        raise TooLarge(f"Send a file of at most {settings.MAX_ATTACHMENT_BYTES:,} bytes.")
    parts: list[tuple[str, Any]] = [*request.POST.lists(), *request.FILES.lists()]
    _refuse(parts, known, "There is no such part here: remove it.", "Give this part once.")


def _check_json(operation: Operation, request: HttpRequest) -> None:
    """Read the body here: ninja would hide what is wrong with it, and takes an empty one for none at all."""
    body = read_json(request)
    if any(model.__ninja_param_source__ == "body" for model in operation.models):
        if not request.body.strip():
            request._body = b"{}"
    elif body != {}:
        names = [*body][:20] if isinstance(body, dict) else ["body"]
        _refuse(((name, [""]) for name in names), set(), "This operation takes no body: remove it.", "")


def _refuse(given: Iterable[tuple[str, Any]], known: Set[str], unknown: str, repeated: str) -> None:
    errors: dict[str, list[str]] = {}
    for name, values in given:
        if name not in known:
            errors[name[:200]] = [unknown]
        elif len(values) > 1:
            errors[name] = [repeated]
    if errors:
        field, messages = next(iter(errors.items()))
        raise MalformedRequest(f"{field}: {messages[0]}", errors=errors)


@cache
def _names(operation: Operation, source: str) -> frozenset[str]:
    return frozenset(
        name
        for model in operation.models
        if model.__ninja_param_source__ == source
        for name in getattr(model, "__ninja_flatten_map__", model.model_fields)
    )
