"""What the API says of itself, held against what it answers: every answer to every test goes through `check`."""

import json
import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from fairlead.api.api import api

PROBLEM = "application/problem+json"
# Stack frames, SQL, paths of files and names of hosts have no place in an answer.
_SECRET = re.compile(
    r"Traceback|File \"|/usr/|/work/|site-packages|psycopg|django|SELECT |INSERT |UPDATE \"|localhost:|\.py\b",
    re.IGNORECASE,
)


def check(method: str, path: str, status: int, headers: Any, body: bytes) -> None:
    """Raise `AssertionError` for an answer that the description does not foresee."""
    if status >= 400:
        check_problem(status, headers, body)
    responses = _responses(method, path)
    if responses is None:
        return
    assert str(status) in responses, f"{method} {path} answers {status}, which its description does not know"
    content = _resolve(responses[str(status)]).get("content", {})
    given = headers.get("Content-Type", "").partition(";")[0]
    assert given in content or "*/*" in content, f"{method} {path} answers {given}, not one of {[*content]}"
    if given.endswith("json") and "schema" in content.get(given, {}) and body:
        _validate(content[given]["schema"], json.loads(body), f"{method} {path} {status}")


def check_problem(status: int, headers: Any, body: bytes) -> None:
    """Raise `AssertionError` for an error that is no problem, or that tells what it should not."""
    assert headers["Content-Type"] == PROBLEM, f"an error of type {headers['Content-Type']}"
    if not body:
        return
    problem = json.loads(body)
    assert set(problem) >= {"type", "title", "status", "detail", "request_id", "errors"}
    assert problem["type"].startswith("/problems/")
    assert problem["status"] == status
    assert problem["request_id"] == headers["X-Request-ID"]
    assert secret_in(body) is None, f"{secret_in(body)} in {body!r}"
    if status == 401:
        assert headers["WWW-Authenticate"].startswith("Bearer")
    if status in (429, 503):
        assert int(headers["Retry-After"]) > 0


def secret_in(body: bytes) -> str | None:
    """A piece of the machine that this answer shows: a stack, a statement, a path, a host."""
    found = _SECRET.search(body.decode())
    return found[0] if found else None


@cache
def description() -> dict[str, Any]:
    """The OpenAPI document as a client gets it."""
    described: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/")))
    return described


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """A validator for a schema that may refer to the document's components."""
    whole = {**schema, "components": _closed_components()}
    return Draft202012Validator(whole, format_checker=FormatChecker())


@cache
def _closed_components() -> Any:
    """The components, each object with the fields that it names and no other."""
    return _close(description()["components"])


def _close(part: Any) -> Any:
    if isinstance(part, list):
        return [_close(one) for one in part]
    if not isinstance(part, dict):
        return part
    closed = {name: _close(one) for name, one in part.items()}
    return {"additionalProperties": False, **closed} if isinstance(part.get("properties"), dict) else closed


def comparable(answer: Any, asked: str = "") -> tuple[int, str, list[str]]:
    """What two answers have in common that tell the same: all but the request's own id, and the id it asked for."""
    body = re.sub(r'"request_id": "[^"]*"', "", answer.body.decode())
    body = body.replace(asked, "…") if asked else body
    return answer.status, body, sorted(set(answer.headers) - {"RateLimit"})


def template_of(path: str) -> str | None:
    """The path of the description that this address is one of."""
    bare = path.partition("?")[0]
    return next((template for pattern, template in _templates() if pattern.fullmatch(bare)), None)


def _responses(method: str, path: str) -> dict[str, Any] | None:
    """What the operation may answer; None for an address that the description does not have.

    Of a method that the address does not take, any of its operations tells.
    """
    operations = description()["paths"].get(template_of(path) or "", {})
    operation = operations.get("get" if method == "HEAD" else method.lower())
    return (operation or next(iter(operations.values())))["responses"] if operations else None


@cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    return [(re.compile(re.sub(r"\{\w+\}", uuid, template)), template) for template in description()["paths"]]


def _resolve(response: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in response:
        return response
    found: dict[str, Any] = description()["components"]["responses"][response["$ref"].rsplit("/", 1)[-1]]
    return found


def _validate(schema: dict[str, Any], value: Any, what: str) -> None:
    key = json.dumps(schema, sort_keys=True)
    if key not in _validators:
        _validators[key] = validator(schema)
    errors = [
        f"{'.'.join(map(str, error.path))}: {error.message}" for error in _validators[key].iter_errors(value)
    ]
    assert not errors, f"{what} is not as described: {errors[:5]}"


_validators: dict[str, Draft202012Validator] = {}
