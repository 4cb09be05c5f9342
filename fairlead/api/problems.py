"""Every error under /api/ in one form: application/problem+json (RFC 9457)."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja.errors import HttpError, ValidationError

from fairlead.api.types import RULE
from fairlead.foundation.errors import (
    DatabaseUnavailable,
    DomainError,
    InternalError,
    InvalidInput,
    MalformedRequest,
    MethodNotAllowed,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    TooLarge,
    UnsupportedMediaType,
)

log = structlog.get_logger()

# Who sends thousands of wrong names does not read them all in the answer.
MOST_ERRORS = 50

# pydantic's codes in our words; `{…}` are filled from the error's context.
_WORDS = {
    "missing": "This field is required.",
    # Also one whose name is no file's, such as "..": what reads the form leaves it out.
    "file_missing": "Send a file in this part, with a file name such as report.pdf.",
    "extra_forbidden": "There is no field of this name here: remove it, or correct its spelling.",
    "string_type": "Give a text.",
    "string_too_long": "Give at most {max_length} characters.",
    "string_unicode": "Remove the lone surrogate: this is not valid Unicode text.",
    "list_type": "Give a list.",
    "too_long": "Give at most {max_length} entries.",
    "too_short": "Give at least {min_length} entry.",
    "dict_type": "Give an object.",
    "model_type": "Give an object.",
    "model_attributes_type": "Give an object.",
    "bool_type": "Give true or false.",
    "bool_parsing": "Give true or false.",
    "uuid_parsing": "Give an id: a UUID such as 01980000-0000-7000-8000-000000000000.",
    "uuid_type": "Give an id: a UUID such as 01980000-0000-7000-8000-000000000000.",
    "greater_than_equal": "Give at least {ge}.",
    "less_than_equal": "Give at most {le}.",
    "enum": "Give one of {expected}.",
    "literal_error": "Give one of {expected}.",
}
_STATUS_ERRORS: Mapping[int, type[DomainError]] = {
    401: NotAuthenticated,
    403: NotPermitted,
    404: NotFound,
    405: MethodNotAllowed,
    413: TooLarge,
    415: UnsupportedMediaType,
}


def respond(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The answer that tells a caller about this error."""
    body: dict[str, Any] = {
        "type": f"/problems/{error.slug}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "request_id": request_id(request),
        "errors": error.errors,
        **error.extra,
    }
    text = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    response = HttpResponse(text, status=error.status, content_type="application/problem+json")
    for name, value in error.headers.items():
        response[name] = value
    if error.status == 401 and "WWW-Authenticate" not in response:
        response["WWW-Authenticate"] = 'Bearer realm="fairlead"'
    return response


def from_exception(exception: BaseException) -> DomainError:
    """The error that stands for an exception; one that nobody foresaw is logged and becomes a 500 that says nothing."""
    if isinstance(exception, DomainError):
        return exception
    for kind, convert in _CONVERSIONS.items():
        if isinstance(exception, kind):
            return convert(exception)
    log.error("unexpected_error", kind=type(exception).__name__, exc_info=exception)
    return InternalError(
        "This is our fault and has been logged. Try again; if it stays, quote the request_id."
    )


def from_status(status: int) -> DomainError:
    """The error for an answer that was made outside of our operations, such as Django's own 404."""
    kind = _STATUS_ERRORS.get(status, InternalError if status >= 500 else MalformedRequest)
    return kind("There is no such address." if status == 404 else f"{kind.__doc__}.")


def request_id(request: HttpRequest) -> str:
    """The id by which the log knows this request."""
    return str(getattr(request, "request_id", ""))


def _from_validation(exception: ValidationError) -> DomainError:
    errors: dict[str, list[str]] = {}
    for error in exception.errors[:MOST_ERRORS]:
        errors.setdefault(_path(error["loc"]), []).append(_message(error))
    field, messages = next(iter(errors.items()))
    more = f" ({len(errors) - 1} more in errors)" if len(errors) > 1 else ""
    is_rule = all(error["type"] == RULE and error["loc"][0] == "body" for error in exception.errors)
    kind = InvalidInput if is_rule else MalformedRequest
    return kind(f"{field}: {messages[0]}{more}", errors=errors)


def _path(location: tuple[str | int, ...]) -> str:
    """`("body", "data", "lines", 0, "rate")` is `lines.0.rate` to the caller."""
    parts = location[2:] if location[0] == "body" else location[1:]
    steps = [str(part) for part in parts if not str(part).startswith(("function-", "is-instance", "tagged-"))]
    return ".".join(steps)[:200] or "body"


def _message(error: Mapping[str, Any]) -> str:
    words = _WORDS.get("file_missing" if _is_file(error) else error["type"])
    return words.format(**error.get("ctx", {})) if words else str(error["msg"])


def _is_file(error: Mapping[str, Any]) -> bool:
    return bool(error["type"] == "missing" and error["loc"][0] == "file")


def _from_http_error(exception: HttpError) -> DomainError:
    return _STATUS_ERRORS.get(exception.status_code, MalformedRequest)(str(exception))


def _too_big(_: Exception) -> DomainError:
    return TooLarge("The request body is larger than this server takes: send less at once.")


def _bad_form(_: Exception) -> DomainError:
    return MalformedRequest(
        "The multipart body could not be read: send it as multipart/form-data with a boundary."
    )


def _away(_: Exception) -> DomainError:
    return DatabaseUnavailable(
        "The database does not answer just now: try again.", headers={"Retry-After": "5"}
    )


_CONVERSIONS: Mapping[type[Exception], Callable[[Any], DomainError]] = {
    ValidationError: _from_validation,
    HttpError: _from_http_error,
    Http404: lambda _: NotFound(),
    RequestDataTooBig: _too_big,
    TooManyFieldsSent: lambda _: MalformedRequest("There are more parameters than anything here takes."),
    TooManyFilesSent: lambda _: MalformedRequest("There are more files than anything here takes."),
    MultiPartParserError: _bad_form,
    SuspiciousOperation: lambda _: MalformedRequest("The request has a part that cannot be taken."),
    BadRequest: lambda _: MalformedRequest("The request could not be read."),
    OperationalError: _away,
    InterfaceError: _away,
    RecursionError: lambda _: MalformedRequest("The JSON is nested too deeply."),
}
