"""Requests in process, through Django's own WSGI door."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.core.handlers.wsgi import WSGIHandler

from tests.bench.ground import Member


def headers(member: Member) -> dict[str, str]:
    """Signed in as this member, for a day."""
    from fairlead.tenancy import authentication
    from fairlead.tenancy.models import User

    token = authentication.issue_session(User.objects.get(id=member.user_id), 24)
    return {"HTTP_AUTHORIZATION": f"Bearer {token}", "HTTP_ORGANIZATION_ID": str(member.org_id)}


def call(
    handler: WSGIHandler, sent: dict[str, str], method: str, address: str, body: Any = None
) -> Callable[[], bytes]:
    """A function that makes this request and returns the body; any answer but a 2xx is an error."""
    raw = b"" if body is None else json.dumps(body).encode()
    path, _, query = address.partition("?")
    environ: dict[str, Any] = {"HTTP_HOST": "localhost", "PATH_INFO": path, "QUERY_STRING": query, **sent}
    environ |= {"REQUEST_METHOD": method, "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(raw))}
    setup_testing_defaults(environ)

    def make() -> bytes:
        status = ""

        def start(line: str, *_: Any) -> Callable[[bytes], object]:
            nonlocal status
            status = line
            return lambda _: None

        response = handler({**environ, "wsgi.input": BytesIO(raw)}, start)
        content = b"".join(response)
        response.close()
        if not status.startswith("2"):
            raise RuntimeError(f"{method} {address}: {status} {content[:300]!r}")
        return content

    return make
