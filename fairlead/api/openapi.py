"""The API's own description (OpenAPI 3.1): what operations share is derived here, so that none repeats it."""

from collections.abc import Iterator, Mapping
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from fairlead.api import examples, outputs
from fairlead.api.access import Access, Door, access_of
from fairlead.foundation import errors
from fairlead.foundation.errors import DomainError
from fairlead.tenancy import policy

Json = dict[str, Any]

_PROBLEMS: Mapping[int, tuple[type[DomainError], str, Mapping[str, list[str]]]] = {
    400: (errors.MalformedRequest, "limit: Give at most 500.", {"limit": ["Give at most 500."]}),
    401: (
        errors.NotAuthenticated,
        "Send `Authorization: Bearer <token>`; get a token at /api/auth/login/.",
        {},
    ),
    403: (errors.NotPermitted, "Only an admin may do this.", {}),
    404: (errors.NotFound, "Nothing with this address exists, or you may not see it.", {}),
    405: (errors.MethodNotAllowed, "This address takes GET, POST only.", {}),
    409: (
        errors.Conflict,
        "A request with this Idempotency-Key is still running: ask again in a moment.",
        {},
    ),
    412: (errors.StaleVersion, "The record has changed since you read it: read it again, then decide.", {}),
    413: (errors.TooLarge, "The request body is larger than this server takes: send less at once.", {}),
    415: (errors.UnsupportedMediaType, "Send the body as JSON, with `Content-Type: application/json`.", {}),
    422: (errors.InvalidInput, "id: This cannot be changed here.", {"id": ["This cannot be changed here."]}),
    429: (errors.LimitReached, "More than 6000 in 60 seconds: try again in 12 seconds.", {}),
    500: (errors.InternalError, "The stored PDF is not the one that was issued.", {}),
    502: (errors.UpstreamFailed, "The storage of files does not answer as it should. Try again later.", {}),
    503: (errors.DatabaseUnavailable, "The database does not answer just now: try again.", {}),
    507: (errors.NoRoom, "There is no room for the file.", {}),
}
_PROBLEM_HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": "How to sign in."},
    405: {"Allow": "The methods that this address takes."},
    429: {
        "Retry-After": "Seconds to wait.",
        "RateLimit": "What is left of the limit, and when it begins anew.",
    },
    503: {"Retry-After": "Seconds to wait."},
}
_WITH_EXAMPLES = ("application/json", "application/problem+json", "multipart/form-data")


class FairleadSchema(OpenAPISchema):
    """ninja's schema, completed operation by operation."""

    def __init__(self, api: NinjaAPI, path_prefix: str) -> None:
        super().__init__(api, path_prefix)
        self["servers"] = [{"url": "/"}]
        self["components"]["securitySchemes"] = {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "An access token, or a personal API token.",
            }
        }
        self["components"]["responses"] = {
            str(status): _problem(status, self.schemas) for status in _PROBLEMS
        }
        for path in self["paths"].values():
            for details in path.values():
                _add_examples(details, self.schemas)

    def get_paths(self) -> Json:
        """Every operation, and the schema of problems."""
        self.schemas["Problem"] = outputs.Problem.model_json_schema()
        paths: Json = super().get_paths()
        return paths

    def methods(self, operations: list[Operation]) -> Json:
        """The operations of one path, by method."""
        return {method.lower(): self._describe(one, method) for one in operations for method in one.methods}

    def _describe(self, operation: Operation, method: str) -> Json:
        """One operation with its headers, its refusals and who may do it."""
        details: Json = self.operation_details(operation)
        access = access_of(operation)
        if len(operation.methods) > 1:
            self.all_operation_ids.discard(details["operationId"])
            details["operationId"] += f"_{method.lower()}"
        details["security"] = [{"bearer": []}] if access.door is not Door.PUBLIC else []
        own = [_without_lists_of_examples(parameter) for parameter in details["parameters"]]
        details["parameters"] = [*own, *_headers(operation, method, access)]
        details["responses"] = _responses(details["responses"], operation, method, access)
        if access.action:
            details["x-action"] = access.action
            details["x-who-may"] = sorted(policy.MAY[access.action])
        if "requestBody" in details:
            details["requestBody"]["required"] = _has_required(details, self.schemas)
            _close(details["requestBody"]["content"].get("multipart/form-data", {}).get("schema", {}))
        return details


# What is done to a record by a POST and depends on what it is.
_STEPS = (
    "status/", "move/", "win/", "lose/", "reopen/", "restore/", "convert/", "merge/", "anonymise/",
)  # fmt: skip


def takes_version(operation: Operation, method: str) -> bool:
    """Whether the operation heeds If-Match."""
    return method in ("PUT", "PATCH", "DELETE") or operation.path.endswith(_STEPS)


def _responses(given: Json, operation: Operation, method: str, access: Access) -> Json:
    responses = {str(status): response for status, response in given.items()}
    for response in responses.values():
        response["headers"] = _answer_headers(operation, method, access)
        response["content"] = dict(_content(response["content"]))
    if "308" in responses:
        responses["308"]["headers"] |= _described({"Location": "The address of the record that it is now."})
    for status in _refusals(operation, method, access):
        # One that an operation names itself has more to say.
        responses.setdefault(str(status), {"$ref": f"#/components/responses/{status}"})
    return {
        status: _as_problem(response) if status >= "4" else response for status, response in responses.items()
    }


def _as_problem(response: Json) -> Json:
    content = response.get("content", {})
    return (
        response | {"content": {"application/problem+json": content["application/json"]}}
        if content
        else response
    )


def _without_lists_of_examples(parameter: Json) -> Json:
    """ninja lifts a schema's `examples` to the parameter, where OpenAPI wants them in another form."""
    return {name: value for name, value in parameter.items() if name != "examples"}


def _content(given: Json) -> Iterator[tuple[str, Json]]:
    """A file's type stands in its schema, for ninja knows JSON only."""
    for media_type, content in given.items():
        file_type = content["schema"].get("contentMediaType")
        yield (file_type, {}) if file_type else (media_type, content)


def _refusals(operation: Operation, method: str, access: Access) -> Iterator[int]:
    yield from (400, 401)
    if access.door is not Door.PUBLIC:
        yield 403
    if "{" in operation.path:
        yield 404
    yield 405
    if method != "GET":
        yield from (409, 413, 415)
    if method != "GET" or _answers_file(operation):
        yield 422
    if takes_version(operation, method):
        yield 412
    yield from (429, 503)
    if _answers_file(operation):
        yield from (500, 502, 507)
    if any(model.__ninja_param_source__ == "file" for model in operation.models):
        yield 507


def _headers(operation: Operation, method: str, access: Access) -> Iterator[Json]:
    if access.door is not Door.PUBLIC:
        yield _header(
            "organization-id", "The organization; needed where you belong to several.", format="uuid"
        )
    if method == "POST" and access.replayable:
        words = "Send the same key again to get the same answer, and the work is done once."
        yield _header("Idempotency-Key", words, minLength=1, maxLength=255, pattern="^[ -~]+$")
    if takes_version(operation, method):
        words = "The ETag that you read, or several; 412 if the record has changed since. `*` is any."
        yield _header("If-Match", words, pattern=r'^(\*|"[!#-~]*"( *, *"[!#-~]*")*)$')


def _header(name: str, description: str, **schema: Any) -> Json:
    return {
        "in": "header",
        "name": name,
        "description": description,
        "required": False,
        "schema": {"type": "string", **schema},
    }


def _answer_headers(operation: Operation, method: str, access: Access) -> Json:
    headers = {"X-Request-ID": "By which our log knows this request."}
    if access.door is not Door.PUBLIC:
        headers["RateLimit"] = "What is left of the limit, and when it begins anew."
    if _answers_record(operation):
        headers["ETag"] = "The record's version, for If-Match."
    if method == "POST" and access.replayable:
        headers["Idempotent-Replayed"] = (
            "`true` where this is the answer to an earlier request with the same key."
        )
    return _described(headers)


def _answers_file(operation: Operation) -> bool:
    """A document that has to be made may turn out to be one that cannot."""
    schemas = [
        model.model_json_schema() for model in operation.response_models.values() if _inner(model) is not None
    ]
    return any("contentMediaType" in schema["properties"]["response"] for schema in schemas)


def _answers_record(operation: Operation) -> bool:
    models = [_inner(model) for model in operation.response_models.values()]
    return any({"id"} <= _fields(model) and "message" not in _fields(model) for model in models)


def _fields(model: Any) -> set[str]:
    return {*getattr(model, "model_fields", {})}


def _inner(model: Any) -> Any:
    """The schema in ninja's wrapper around it, or None."""
    fields = getattr(model, "model_fields", None)
    return fields["response"].annotation if fields else None


def _described(headers: Mapping[str, str]) -> Json:
    return {name: {"description": words, "schema": {"type": "string"}} for name, words in headers.items()}


def _problem(status: int, schemas: Json) -> Json:
    kind, detail, fields = _PROBLEMS[status]
    title = (kind.__doc__ or "").strip()
    example = {
        "type": f"/problems/{kind.slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": "01980a3c7f527c1e9a415f0c2b7d9e10",
        "errors": dict(fields),
    }
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    response: Json = {"description": title, "content": {"application/problem+json": content}}
    if status in _PROBLEM_HEADERS:
        response["headers"] = _described(_PROBLEM_HEADERS[status])
    return response


def _add_examples(details: Json, schemas: Json) -> None:
    bodies = [details.get("requestBody", {}), *details["responses"].values()]
    for body in bodies:
        for content_type, content in body.get("content", {}).items():
            if content_type in _WITH_EXAMPLES and "schema" in content:
                content.setdefault("example", examples.example(content["schema"], schemas))


def _close(parts: Json) -> None:
    """A part of a multipart body that no schema has is refused."""
    parts["additionalProperties"] = False


def _has_required(details: Json, schemas: Json) -> bool:
    content = next(iter(details["requestBody"]["content"].values()))
    schema = content["schema"]
    return bool(schemas.get(schema.get("$ref", "").rsplit("/", 1)[-1], schema).get("required"))
