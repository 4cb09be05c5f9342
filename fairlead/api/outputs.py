"""What answers are made of."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Schema
from pydantic import Field, WithJsonSchema

# What a download answers, in an operation's `response`; see `openapi`.
Pdf = Annotated[bytes, WithJsonSchema({"format": "binary", "contentMediaType": "application/pdf"})]
Png = Annotated[bytes, WithJsonSchema({"format": "binary", "contentMediaType": "image/png"})]
AnyFile = Annotated[bytes, WithJsonSchema({"format": "binary", "contentMediaType": "*/*"})]


class Done(Schema):
    """What a deletion answers."""

    message: str
    id: UUID


class Named(Schema):
    """A record by its name."""

    id: UUID
    name: str


class Referred(Schema):
    """A record that another refers to. Its name is null for a reader who may not see that record."""

    id: UUID
    name: str | None


class Person(Schema):
    """A user."""

    id: UUID
    name: str
    email: str


class Problem(Schema):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="Which kind of problem, as a path.")
    title: str
    status: int
    detail: str = Field(description="What happened, and what to do about it.")
    request_id: str = Field(description="By which our log knows this request.")
    errors: dict[str, list[str]] = Field(description="By field, or path of a field such as `lines.0.rate`.")


class Candidate(Schema):
    """A record that may be the same; `matches` says by what: email, phone, name, domain."""

    id: UUID
    kind: str
    name: str
    matches: list[str]


class Duplicate(Problem):
    """There may be such a record already, or somebody else was there first: then without `candidates`."""

    candidates: list[Candidate] = []


def record(body: Mapping[str, Any], *, status: int = 200, version: int | None = None) -> HttpResponse:
    """The answer that holds one record; `version` becomes its ETag."""
    return json_text(dump(body), status=status, version=version)


def json_text(text: str, *, status: int = 200, version: int | None = None) -> HttpResponse:
    """The answer that holds one record which is JSON already; `version` becomes its ETag."""
    response = HttpResponse(text.encode(), status=status, content_type="application/json")
    if version is not None:
        response["ETag"] = f'"{version}"'
    return response


def dump(value: Any) -> str:
    """JSON as answers have it."""
    return json.dumps(value, ensure_ascii=False, default=_write)


def done(message: str, record_id: UUID) -> HttpResponse:
    """The answer to a deletion."""
    return record({"message": message, "id": str(record_id)})


def instant(moment: datetime) -> str:
    """An instant as the API writes it, in UTC with `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant_sql(column: str) -> str:
    """An SQL expression that writes an instant as `instant` does."""
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


def _write(value: Any) -> str:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
