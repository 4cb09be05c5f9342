"""What surrounds every request: an id for the log, HEAD as GET, and our errors where Django would answer in its own.

A host name that is not ours gets no further.
"""

import re
from collections.abc import Callable

import structlog
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from fairlead.api import problems
from fairlead.foundation.errors import MalformedRequest
from fairlead.foundation.ids import new_id

log = structlog.get_logger()
_UNKNOWN_HOST = "This name is not answered here: whoever runs Fairlead adds it to FAIRLEAD_ALLOWED_HOSTS."
_FOR_SITES = "/api/leads/create-from-site/"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_ids(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request an id (the caller's own `X-Request-ID` if it is a plain one) and log how it ended."""

    def handle(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if _REQUEST_ID.fullmatch(given) else new_id().hex  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=problems.request_id(request))
        response = get_response(request)
        response["X-Request-ID"] = problems.request_id(request)
        log.info("request", method=request.method, route=_route(request), status=response.status_code)
        return response

    return handle


def api_problems(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Under /api/: HEAD is a GET without its body, and every error is a problem."""

    def handle(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return get_response(request)
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        response = _answer(get_response, request)
        response.setdefault("Cache-Control", "no-store")
        if not response.streaming:
            response["Content-Length"] = str(len(response.content))
        if is_head:
            request.method = "HEAD"
            return _bodiless(response)
        return response

    return handle


def open_to_sites(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Let browsers on other websites hand in leads: the one address that is made for them, and bears no sign-in."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.path != _FOR_SITES:
            return get_response(request)
        asks_first = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = HttpResponse(status=204) if asks_first else get_response(request)
        response["Access-Control-Allow-Origin"] = "*"
        if asks_first:
            response["Access-Control-Allow-Methods"] = "POST"
            response["Access-Control-Allow-Headers"] = "Content-Type"
            response["Access-Control-Max-Age"] = "86400"
        return response

    return handle


def known_hosts(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse a host name that nobody has allowed, in words for whoever runs this. The log is told, but not the name."""

    def handle(request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            log.warning("unknown_host")
            return problems.respond(request, MalformedRequest.of("Host", _UNKNOWN_HOST))
        return get_response(request)

    return handle


def _answer(get_response: Callable[[HttpRequest], HttpResponse], request: HttpRequest) -> HttpResponse:
    response = get_response(request)
    is_problem = response.get("Content-Type") == "application/problem+json"
    if response.status_code < 400 or is_problem:
        return response
    error = problems.from_status(response.status_code)
    if "Allow" in response:
        error.headers["Allow"] = response["Allow"]
        error.detail = f"This address takes {response['Allow']} only."
    problem = problems.respond(request, error)
    for name, value in response.items():
        problem.setdefault(name, value)
    return problem


def _bodiless(response: HttpResponse) -> HttpResponse:
    """The same answer without its body; a file that was opened for it is closed."""
    head = HttpResponse(status=response.status_code, headers=response.headers)
    response.close()
    return head


def _route(request: HttpRequest) -> str:
    """The pattern that matched, without the ids in the path."""
    match = request.resolver_match
    return match.route if match else "unrouted"
