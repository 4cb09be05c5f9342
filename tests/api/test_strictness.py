"""Bad input, on every operation: a 4xx that names what is wrong, nothing done, never a 5xx."""

import copy
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from pytest_django.fixtures import Settings

from fairlead.foundation.ids import new_id
from fairlead.tenancy.context import organization
from fairlead.tenancy.models import Team
from tests import operations
from tests.invoicing import unchanged
from tests.operations import Operation, resolve
from tests.promises import plugin
from tests.records import Ground, alike, make_cast, path_ids
from tests.world import Answer, Api, World, api

EVERY = operations.every()
WITH_QUERY = [one for one in EVERY if one.query_parameters]
_ALIKE = alike() if plugin.tier() == "P" else set()
_OWN = [one for one in EVERY if str(one) not in _ALIKE]
WITH_JSON = [one for one in _OWN if one.body_schema is not None]
WRITES = [one for one in _OWN if one.method != "GET" and not one.takes_file]
READ_ONLY_NAMES = (
    "id", "org", "org_id", "organization", "created_by", "created_by_id", "created_on", "updated_on", "version",
    "user_id", "role", "is_admin", "is_active", "is_superuser", "password_hash", "scopes", "number", "sequence",
    "status", "paid", "amount_paid", "amount_due", "payment_state", "total", "sha256", "storage_key", "message_id",
    "state",
)  # fmt: skip

NOT_NUMBERS = (
    b"NaN", b"Infinity", b"-Infinity", b"1e400", b"1e-400", b"1e3", b"1E3", b'"NaN"', b'"Infinity"', b'"1e3"',
    b'"1_000"', b'"1,000"', '"１２"'.encode(), '"٣"'.encode(), b'"0x1"', b'" 1"', b'"1 "', b'"+1"', b'"1."', b'".5"',
    b'"--1"', b'""', b"true", b"[]", b"{}", b'"1\\n"', b"9" * 40,
    b'"' + b"9" * 40 + b'"', b"1" * 5000, b"1." + b"1" * 60,
)  # fmt: skip
BAD_TEXTS = {"NUL": "a\x00b", "escape": "a\x1bb", "delete": "a\x7fb", "C1": "a\x85b", "surrogate": "a\ud800b"}
NOT_JSON = (
    b"{", b"[1", b"nul", b'{"a": }', b"{'a': 1}", b"\xff\xfe", b'{"a": "\xc3"}', b'"\\x"', b"{} {}", b'{"a": 01}',
    b"\x00", b'{"a": "\t"}', b"[" * 100_000, b'{"a":' * 100_000,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_limit_of_tries(settings: Settings) -> None:
    settings.REQUESTS_PER_MINUTE = 1_000_000
    settings.FAILED_SIGN_INS_PER_ACCOUNT = settings.FAILED_SIGN_INS_PER_NETWORK = 1_000_000


@pytest.mark.promise(2)
@pytest.mark.parametrize("operation", EVERY, ids=str)
def test_an_unknown_parameter_is_named(operation: Operation, ground: Ground) -> None:
    answer = operation.call(_caller(operation, ground.world), ground.ids(operation), "?nope=1")
    assert answer.status == 400
    assert [*answer.json["errors"]] == ["nope"]


@pytest.mark.parametrize("operation", WITH_QUERY, ids=str)
def test_a_repeated_parameter_is_named(operation: Operation, ground: Ground) -> None:
    ids = ground.ids(operation)
    for parameter in operation.query_parameters:
        name = parameter["name"]
        answer = operation.call(_caller(operation, ground.world), ids, f"?{name}=1&{name}=1")
        assert answer.status == 400
        assert name in answer.json["errors"]


@pytest.mark.promise(2)
@pytest.mark.parametrize("operation", WITH_QUERY, ids=str)
def test_a_parameter_of_a_wrong_kind_is_named(operation: Operation, ground: Ground) -> None:
    ids = ground.ids(operation)
    for parameter in operation.query_parameters:
        others = [one for one in operation.query_parameters if one["required"] and one != parameter]
        needed = {one["name"]: "some words" for one in others}
        for wrong in _wrong_parameters(parameter["schema"]):
            query = urlencode(needed) + f"&{parameter['name']}={wrong}"
            answer = operation.call(_caller(operation, ground.world), ids, f"?{query}")
            assert (answer.status, [*answer.json["errors"]]) == (400, [parameter["name"]]), wrong


@pytest.mark.promise(2)
@pytest.mark.parametrize("wrong", ["%FF", "a%C3", "%ED%A0%80", "%C0%AF"])
def test_a_parameter_that_is_not_utf_8_is_named(wrong: str, world: World) -> None:
    answer = api(world.owner).get(f"/api/invoices/?name={wrong}&search=%C3%BC")
    assert (answer.status, [*answer.json["errors"]]) == (400, ["name"])


@pytest.mark.parametrize("operation", WITH_JSON, ids=str)
def test_an_unknown_field_is_named_wherever_it_stands(operation: Operation, ground: Ground) -> None:
    ids = ground.ids(operation)
    for place in ["", *_objects(operation.body_schema)]:
        body, path = _put(_example(operation), place, "nope", 1)
        answer = operation.call(_caller(operation, ground.world), ids, json=body)
        assert answer.status == 400, place
        assert path in answer.json["errors"], place


@pytest.mark.promise(25)
@pytest.mark.parametrize("operation", WITH_JSON, ids=str)
def test_no_body_sets_what_is_not_its_own(operation: Operation, ground: Ground, count: Any) -> None:
    ids = ground.ids(operation)
    fields = {f"{place}{name}": field for place, name, field in _walk(operation.body_schema, writable=False)}
    with unchanged(ground.world.acme.id):
        for place in {"", *_objects(operation.body_schema)}:
            here = [f"{place}{name}" for name in READ_ONLY_NAMES]
            unknown = [path for path in here if path not in fields]
            kept = [path for path in here if fields.get(path, {}).get("readOnly")]
            for names, status in ((unknown, 400), (kept, 422)):
                _check_refused(operation, ground.world, ids, names, status)
                count("names refused", len(names))


def _check_refused(
    operation: Operation, world: World, ids: dict[str, str], names: list[str], status: int
) -> None:
    """All at once: each has to be named."""
    body = _example(operation)
    for path in names:
        place, _, name = path.rpartition(".")
        _put(body, f"{place}." if place else "", name, "x")
    if names:
        answer = operation.call(_caller(operation, world), ids, json=body)
        assert answer.status == status, (names, answer.body)
        assert {*names} <= {*answer.json["errors"]}, names


@pytest.mark.promise(2)
@pytest.mark.parametrize("operation", WITH_JSON, ids=str)
def test_every_field_refuses_a_wrong_kind_and_says_which(operation: Operation, ground: Ground) -> None:
    ids = ground.ids(operation)
    for name, field in _fields(operation):
        for wrong in _wrong_values(field):
            answer = operation.call(
                _caller(operation, ground.world), ids, json=_example(operation) | {name: wrong}
            )
            assert answer.status == 400, (name, wrong)
            assert any(path.split(".")[0] == name for path in answer.json["errors"]), (
                name,
                wrong,
                answer.body,
            )


@pytest.mark.promise(11)
@pytest.mark.parametrize("operation", WITH_JSON, ids=str)
def test_every_number_is_written_plainly(operation: Operation, ground: Ground) -> None:
    ids = ground.ids(operation)
    for name, place in _numbers(operation.body_schema):
        for text in NOT_NUMBERS:
            body, path = _put(_example(operation), place, name, "@@")
            raw = json.dumps(body).encode().replace(b'"@@"', text)
            answer = _send(operation, ground.world, ids, raw)
            assert answer.status in (400, 422), (path, text)
            assert any(one.startswith(path) for one in answer.json["errors"]), (path, text, answer.body)


@pytest.mark.promise(13)
@pytest.mark.parametrize("operation", WITH_JSON, ids=str)
def test_every_text_refuses_what_text_does_not_hold(operation: Operation, ground: Ground) -> None:
    ids = ground.ids(operation)
    for name, place in _texts(operation.body_schema):
        for kind, text in BAD_TEXTS.items():
            body, path = _put(_example(operation), place, name, text)
            answer = operation.call(_caller(operation, ground.world), ids, json=body)
            assert answer.status == 400, (path, kind)
            assert any(one.startswith(path) for one in answer.json["errors"]), (path, kind, answer.body)


@pytest.mark.promise(2)
@pytest.mark.parametrize("operation", WRITES, ids=str)
def test_what_is_not_json_is_refused(operation: Operation, ground: Ground) -> None:
    ids = {name: str(new_id()) for name in operation.path_parameters}
    for raw in NOT_JSON:
        answer = _send(operation, ground.world, ids, raw)
        assert (answer.status, answer.json["type"]) == (400, "/problems/malformed-request"), raw[:50]


@pytest.mark.promise(2)
@pytest.mark.parametrize("operation", WRITES, ids=str)
def test_a_body_of_another_shape_is_refused(operation: Operation, ground: Ground) -> None:
    ids = ground.ids(operation)
    for raw in (b"[]", b"[{}]", b"1", b'"a"', b"true", b"null"):
        assert _send(operation, ground.world, ids, raw).status == 400, raw


@pytest.mark.promise(2)
@pytest.mark.parametrize("operation", WITH_JSON, ids=str)
def test_a_name_that_stands_twice_is_refused_wherever_it_stands(operation: Operation, ground: Ground) -> None:
    ids = {name: str(new_id()) for name in operation.path_parameters}
    for place in ["", *_objects(operation.body_schema)]:
        body, path = _put(_example(operation), place, "twice", "@@")
        raw = json.dumps(body).encode().replace(b'"@@"', b'1, "twice": 2')
        answer = _send(operation, ground.world, ids, raw)
        assert (answer.status, [*answer.json["errors"]]) == (400, [path])


@pytest.mark.parametrize("operation", WITH_JSON, ids=str)
def test_no_body_at_all_is_an_empty_one(operation: Operation, world: World) -> None:
    ids = path_ids(operation, make_cast(world), world.owner)
    required = (operation.body_schema or {}).get("required", [])
    answer = operation.call(_caller(operation, world), ids, json=None, body=b"")
    if required:
        assert answer.status == 400
        assert {*required} <= {*answer.json["errors"]}
    else:
        assert answer.status not in (400, 415)


@pytest.mark.parametrize("operation", [one for one in WRITES if one.body_schema is None], ids=str)
def test_a_content_type_without_a_body_does_no_harm(operation: Operation, world: World) -> None:
    ids = path_ids(operation, make_cast(world), world.owner)
    answer = operation.call(_caller(operation, world), ids, headers={"Content-Type": "application/json"})
    assert answer.status in (200, 201)


@pytest.mark.parametrize("text", ["", "?", "x", "eur", "^{}" * 200])
@pytest.mark.parametrize("operation", WITH_JSON, ids=str)
def test_no_message_shows_an_expression(operation: Operation, text: str, world: World) -> None:
    body = _example(operation)
    for name, place in _texts(operation.body_schema):
        _put(body, place, name, text)
    answer = operation.call(
        _caller(operation, world), path_ids(operation, make_cast(world), world.owner), json=body
    )
    _require_words(answer)


def test_no_message_about_a_parameter_or_a_header_shows_an_expression(world: World) -> None:
    call = api(world.owner)
    _require_words(call.get("/api/invoices/?currency=x&assigned_to=x&due_before=x&status=x"))
    for name in ("organization-id", "Idempotency-Key", "If-Match"):
        _require_words(call.patch("/api/profile/", {"name": "N"}, headers={name: "x"}))
    _require_words(call.post("/api/teams/", {"name": "N"}, headers={"Idempotency-Key": "\u00e4"}))


@pytest.mark.promise(37)
def test_very_many_names_are_refused_in_few_words(world: World) -> None:
    raw = json.dumps({f"n{number}": 1 for number in range(80_000)}).encode()
    answer = api(world.owner).call("POST", "/api/teams/", body=raw)
    assert answer.status == 400
    assert len(answer.body) < 10_000


@pytest.mark.promise(37)
def test_ten_thousand_parameters_are_refused(world: World) -> None:
    query = "&".join(f"n{number}=1" for number in range(10_000))
    assert api(world.owner).get(f"/api/teams/?{query}").status == 400


@pytest.mark.parametrize("operation", [one for one in EVERY if "If-Match" in one.headers], ids=str)
def test_who_has_read_another_version_changes_nothing(operation: Operation, ground: Ground) -> None:
    ids = ground.ids(operation)
    with unchanged(ground.world.acme.id):
        answer = operation.call(api(ground.world.owner), ids, headers={"If-Match": '"999"'})
    assert answer.status == 412, answer


@pytest.mark.promise(2)
def test_what_is_refused_leaves_nothing(world: World) -> None:
    for body in (
        {"name": "New", "users": ["x"]},
        {"name": "New", "users": [str(new_id())]},
        {"name": "New", "x": 1},
    ):
        assert api(world.owner).post("/api/teams/", body).status in (400, 422)
    with organization(world.acme.id):
        assert [*Team.objects.values_list("name", flat=True)] == ["dev"]


def _caller(operation: Operation, world: World) -> Api:
    return api() if operation.is_public else api(world.owner)


def _send(operation: Operation, world: World, ids: dict[str, str], raw: bytes) -> Answer:
    return _caller(operation, world).call(
        operation.method, operation.address(ids) + _forced(operation), body=raw
    )


def _forced(operation: Operation) -> str:
    """What makes a record that may be there already."""
    return "?force=true" if any(one["name"] == "force" for one in operation.query_parameters) else ""


def _require_words(answer: Answer) -> None:
    """A number series is the one thing whose pattern people write."""
    errors = answer.json.get("errors", {}) if answer.status >= 400 else {}
    for path, messages in errors.items():
        assert path == "number_series.pattern" or not set("^{") & {*"".join(messages)}, (path, messages)


def _example(operation: Operation) -> dict[str, Any]:
    example: dict[str, Any] = copy.deepcopy(operation.example())
    return example


def _fields(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, field in (operation.body_schema or {})["properties"].items():
        if not field.get("readOnly"):
            yield name, field


def _kinds(field: Any) -> set[str]:
    """The JSON types that a schema takes, `number` for a decimal that may be written as a text."""
    field = resolve(field)
    choices = field.get("anyOf") or field.get("allOf")
    if choices:
        return set().union(*map(_kinds, choices))
    return {str(field["type"])} if "type" in field else {"string"} if "enum" in field else set()


def _wrong_values(field: Any) -> Iterator[Any]:
    kinds = _kinds(field)
    wrong: dict[str, Any] = {
        "string": "\u0001",
        "integer": "x",
        "number": "x",
        "boolean": "x",
        "array": "x",
        "object": "x",
    }
    for kind, value in {"boolean": True, "array": [[]], "object": {"nope": 1}}.items():
        if kind not in kinds:
            yield value
    if "null" not in kinds:
        yield None
    if "string" not in kinds:
        yield next(wrong[kind] for kind in wrong if kind in kinds)


def _wrong_parameters(schema: Any) -> Iterator[str]:
    kinds = _kinds(schema)
    if "integer" in kinds or "number" in kinds:
        yield from ("x", "", "1.5e1", "1_0", "%EF%BC%91", "NaN", "-", "0x1", "9" * 30)
    elif "format" in str(schema) or "enum" in str(schema):
        yield from ("x", "2024-13-01", "%00")
    else:
        yield "a%00b"


def _walk(schema: Any, place: str = "", *, writable: bool = True) -> Iterator[tuple[str, str, Any]]:
    """Every field of a body that may be written, or every one, with its place; lists count by their first entry."""
    for name, field in resolve(schema or {}).get("properties", {}).items():
        if writable and field.get("readOnly"):
            continue
        yield place, name, field
        for inner, step in _inner(field):
            yield from _walk(inner, f"{place}{name}.{step}", writable=writable)


def _inner(field: Any) -> Iterator[tuple[Any, str]]:
    field = resolve(field)
    for choice in field.get("anyOf") or [field]:
        choice = resolve(choice)  # noqa: PLW2901
        if "properties" in choice and choice.get("additionalProperties") is False:
            yield choice, ""
        elif "items" in choice and "properties" in resolve(choice["items"]):
            yield resolve(choice["items"]), "0."


def _objects(schema: Any) -> list[str]:
    return sorted({place for place, _, _ in _walk(schema)} - {""})


def _numbers(schema: Any) -> list[tuple[str, str]]:
    return [(name, place) for place, name, field in _walk(schema) if _kinds(field) & {"number", "integer"}]


def _texts(schema: Any) -> list[tuple[str, str]]:
    kinds = [(name, place, _kinds(field), str(field)) for place, name, field in _walk(schema)]
    return [(name, place) for name, place, kind, text in kinds if "string" in kind and "number" not in kind]


def _put(body: dict[str, Any], place: str, name: str, value: Any) -> tuple[dict[str, Any], str]:
    """The body with one more field at this place, such as `lines.0.`; and the field's path."""
    spot: Any = body
    for step in place.split(".")[:-1]:
        if step == "0":
            if not spot:
                spot.append({})
            spot = spot[0]
        else:
            if not spot.get(step):
                spot[step] = [] if f"{step}.0." in place else {}
            spot = spot[step]
    spot[name] = value
    return body, f"{place}{name}"
