"""The one way into every operation: who calls, in which organization, in one transaction, once."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, cast
from uuid import UUID

import structlog
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from fairlead.api import addresses, problems, strictness
from fairlead.api.access import Access, Door, access_of
from fairlead.api.parsing import StrictParser, canonical, read_json
from fairlead.foundation.errors import MalformedRequest, NotAuthenticated
from fairlead.foundation.versions import Expected
from fairlead.records import files, idempotency
from fairlead.tenancy import authentication, limits, policy
from fairlead.tenancy.authentication import Caller
from fairlead.tenancy.context import organization

Run = Callable[..., HttpResponse]
# An answer is data. Whoever opens one in a browser has it load nothing, which pages may (`settings.SECURE_CSP`).
_LOADS_NOTHING = "default-src 'none'; frame-ancestors 'none'"
_TAGS = re.compile(r'"[!#-~]*"(\s*,\s*"[!#-~]*")*', re.ASCII)
_VERSION = re.compile(r'"([0-9]{1,9})"')
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


class FairleadAPI(NinjaAPI):
    """django-ninja with our errors, our parser and our way in."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parser=StrictParser(), **options)
        self._schema: OpenAPISchema | None = None
        self.add_decorator(unit_of_work, mode="view")

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """Ninja's patterns, those of a noun below its name: no request is compared with all of them."""
        patterns, app, namespace = super().urls
        return [*addresses.by_noun(patterns)], app, namespace

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        """Every refusal, ninja's own included, becomes a problem."""
        return problems.respond(request, problems.from_exception(exc))

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The schema with what every operation shares, made once."""
        if self._schema is None:
            from fairlead.api.openapi import FairleadSchema

            prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
            self._schema = FairleadSchema(self, prefix)
        return self._schema

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Such as `teams_create`: the module's noun and the function's verb."""
        module = operation.view_func.__module__.rsplit(".", maxsplit=1)[-1]
        return f"{module}_{operation.view_func.__name__}"


def unit_of_work(run: Run) -> Run:
    """Wrap an operation's whole run: authenticate, open the transaction, refuse what no schema knows, replay."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]
    access = access_of(operation)

    def answer(request: HttpRequest, path: dict[str, Any]) -> HttpResponse:
        try:
            if access.door is Door.PUBLIC:
                strictness.check(operation, request)
                return run(request, **path)
            return _carry_out(run, operation, access, request, path)
        except Exception as exception:  # noqa: BLE001 - the API's one handler
            return operation.api.on_exception(request, exception)

    @wraps(run)
    def handle(request: HttpRequest, **path: Any) -> HttpResponse:
        response = answer(request, path)
        response.setdefault("Content-Security-Policy", _LOADS_NOTHING)
        return response

    return handle


def if_match(request: HttpRequest) -> Expected:
    """The versions that `If-Match` names, one as a rule, or None where any will do."""
    given = request.headers.get("If-Match", "*").strip()
    if given == "*":
        return None
    if not _TAGS.fullmatch(given):
        message = 'Send the ETag as you got it, in double quotes, such as "3".'
        raise MalformedRequest(f"If-Match: {message}", errors={"If-Match": [message]})
    # An ETag that we never gave is no version.
    return frozenset(map(int, _VERSION.findall(given)))


def caller_of(request: HttpRequest) -> Caller:
    """Who makes this request."""
    caller: Caller = request.caller  # type: ignore[attr-defined]
    return caller


def _carry_out(
    run: Run, operation: Operation, access: Access, request: HttpRequest, path: dict[str, Any]
) -> HttpResponse:
    caller = authentication.identify(bearer(request), _organization_id(request))
    request.caller = caller  # type: ignore[attr-defined]
    headers = authentication.request_limit().check(caller.requests)
    strictness.check(operation, request)
    if access.tries:
        limit = access.tries()
        limit.check(limits.count(f"{access.action}:{caller.user_id}", limit))
    with files.settled(), _bound(caller, access):
        response = _once(run, access, request, path, caller)
        if response.status_code >= 400:
            transaction.set_rollback(True)
    for name, value in headers.items():
        response[name] = value
    return response


@contextmanager
def _bound(caller: Caller, access: Access) -> Iterator[None]:
    if access.door is Door.PERSON and not caller.actor:
        with transaction.atomic():
            yield
        return
    actor = caller.in_organization()
    if access.action:
        policy.require_scope(access.action, actor)
        policy.require_opened(access.action, actor)
        if not policy.is_about_record(access.action):
            policy.require(access.action, actor)
    structlog.contextvars.bind_contextvars(org_id=str(actor.org_id), user_id=str(actor.user_id))
    with organization(actor.org_id, actor):
        yield


def _once(
    run: Run, access: Access, request: HttpRequest, path: dict[str, Any], caller: Caller
) -> HttpResponse:
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method != "POST" or not access.replayable:
        return run(request, **path)
    _check_key(key, caller)
    fingerprint = _fingerprint(request)
    kept = idempotency.claim(caller.user_id, key, fingerprint)
    if kept:
        return _replay(kept)
    response = run(request, **path)
    if 200 <= response.status_code < 300:
        headers = {name: response[name] for name in ("ETag", "Location") if name in response}
        idempotency.keep(
            caller.user_id,
            key,
            fingerprint,
            response.status_code,
            response["Content-Type"],
            headers,
            response.content,
        )
    return response


def _replay(kept: Any) -> HttpResponse:
    response = HttpResponse(bytes(kept.body), status=kept.status, content_type=kept.content_type)
    for name, value in kept.headers.items():
        response[name] = value
    response["Idempotent-Replayed"] = "true"
    return response


def _check_key(key: str, caller: Caller) -> None:
    message = None
    if not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
        message = "Give 1 to 255 printable ASCII characters, such as a UUID."
    elif not caller.actor:
        message = "Name an organization in organization-id to use it here."
    if message:
        raise MalformedRequest(f"Idempotency-Key: {message}", errors={"Idempotency-Key": [message]})


def _fingerprint(request: HttpRequest) -> bytes:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        for name, upload in sorted(cast("Iterable[tuple[str, UploadedFile[bytes]]]", request.FILES.items())):
            digest.update(f"{name} {upload.name} {upload.size}\n".encode("utf-8", "replace"))
            for chunk in upload.chunks():
                digest.update(chunk)
            upload.seek(0)
    else:
        digest.update(canonical(read_json(request)))
    return digest.digest()


def bearer(request: HttpRequest) -> str:
    """The token that the request bears. Raises `NotAuthenticated` where it bears none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticated("Send `Authorization: Bearer <token>`; get a token at /api/auth/login/.")
    return token.strip()


def _organization_id(request: HttpRequest) -> UUID | None:
    given = request.headers.get("organization-id", request.headers.get("org"))
    if given is None:
        return None
    if not _UUID.fullmatch(given):
        message = "Give the organization's id, a UUID."
        raise MalformedRequest(f"organization-id: {message}", errors={"organization-id": [message]})
    return UUID(given)
