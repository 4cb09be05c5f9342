"""Addresses and methods: what is not there, what is not taken, HEAD, limits of size and kind."""

import pytest
from django.test import Client

from fairlead.foundation.ids import new_id
from tests import operations
from tests.operations import METHODS, Operation
from tests.records import Ground
from tests.world import World, api

PATHS = sorted({one.path for one in operations.every()})
READS = [one for one in operations.every() if one.method == "GET"]
WRITES = [one for one in operations.every() if one.method != "GET"]
WITH_JSON = [one for one in WRITES if one.body_schema is not None]
MIB = 1024**2


@pytest.mark.parametrize(
    "path", ["/api/xyz/", "/api/", "/api/invoices", "/api/teams/7/", "/api/teams/%00/", "/api//"]
)
def test_no_such_address(path: str, ground: Ground) -> None:
    for caller in (api(), api(ground.world.owner)):
        for method in ("GET", "POST", "PUT", "DELETE"):
            answer = caller.call(method, path)
            assert (answer.status, answer.json["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize("path", PATHS)
def test_a_method_that_is_not_taken_says_which_are(path: str, ground: Ground) -> None:
    taken = {one.method for one in operations.every() if one.path == path}
    address = path.format_map(dict.fromkeys(("org_id", *_parameters(path)), str(new_id())))
    for method in {method.upper() for method in METHODS} - taken:
        answer = api(ground.world.owner).call(method, address)
        assert answer.status == 405
        assert set(answer.headers["Allow"].split(", ")) == taken


@pytest.mark.parametrize("operation", READS, ids=str)
def test_head_is_get_without_its_body(operation: Operation, ground: Ground) -> None:
    ids = ground.ids(operation)
    got = api(ground.world.owner).get(operation.address(ids))
    head = api(ground.world.owner).call("HEAD", operation.address(ids))
    assert (head.status, head.body) == (got.status, b"")
    compared = ("Content-Type", "Content-Length", "ETag")
    assert [head.headers.get(name) for name in compared] == [got.headers.get(name) for name in compared]


@pytest.mark.parametrize("operation", WRITES, ids=str)
def test_a_body_of_more_than_a_mebibyte_is_refused(operation: Operation, ground: Ground) -> None:
    ids = {name: str(new_id()) for name in operation.path_parameters}
    if operation.takes_file:
        pytest.skip("files have a limit of their own")
    answer = api(ground.world.owner).call(
        operation.method, operation.address(ids), body=b'{"a": "' + b"a" * MIB + b'"}'
    )
    assert (answer.status, answer.json["type"]) == (413, "/problems/too-large")


@pytest.mark.parametrize("operation", WRITES, ids=str)
def test_another_content_type_is_refused(operation: Operation, ground: Ground) -> None:
    ids = {name: str(new_id()) for name in operation.path_parameters}
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/jsonp",
        "",
    ):
        answer = api(ground.world.owner).call(
            operation.method, operation.address(ids), body=b"a=1", content_type=kind
        )
        assert (answer.status, answer.json["type"]) == (415, "/problems/unsupported-media-type"), kind


@pytest.mark.parametrize("operation", WITH_JSON, ids=str)
def test_multipart_is_refused_where_json_is_asked_for(operation: Operation, ground: Ground) -> None:
    ids = {name: str(new_id()) for name in operation.path_parameters}
    body = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nDev\r\n--x--\r\n'
    kind = "multipart/form-data; boundary=x"
    answer = api(ground.world.owner).call(
        operation.method, operation.address(ids), body=body, content_type=kind
    )
    assert answer.status == 415


def test_json_with_a_charset_is_json(world: World) -> None:
    kind = "application/json; charset=utf-8"
    assert api(world.owner).post("/api/teams/", {"name": "Dév"}, content_type=kind).status == 201


def test_a_host_that_is_not_ours_is_refused_in_our_form() -> None:
    answer = Client(headers={"Host": "evil.example"}).get("/api/teams/")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_every_answer_bears_its_request_id(world: World) -> None:
    assert api(world.owner).get("/api/teams/", headers={"X-Request-ID": "from-the-caller"}).headers[
        "X-Request-ID"
    ] == ("from-the-caller")
    forged = (
        api(world.owner).get("/api/teams/", headers={"X-Request-ID": "bad id\x7f"}).headers["X-Request-ID"]
    )
    assert len(forged) == 32


def test_answers_are_not_to_be_stored_or_sniffed_and_load_nothing(world: World) -> None:
    for path in ("/api/teams/", "/api/teams/?x=1", "/api/xyz/"):
        headers = api(world.owner).get(path).headers
        assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "script-src" not in api(world.owner).get("/api/teams/").headers["Content-Security-Policy"]


def _parameters(path: str) -> list[str]:
    return [part.strip("{}") for part in path.split("/") if part.startswith("{")]
