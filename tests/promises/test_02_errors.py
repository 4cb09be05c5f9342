"""Sixty ways to be refused, inside and outside of the API: each says what is wrong and nothing about the machine."""

from typing import Any

import pytest
from django.db import ProgrammingError
from django.test import Client
from pytest_django.fixtures import Settings

from fairlead.api import middleware, problems, teams
from fairlead.foundation.errors import InternalError
from fairlead.foundation.ids import new_id
from tests import contract
from tests.invoicing import unchanged
from tests.world import World, api

TEAMS, INVOICES, LOGIN = "/api/teams/", "/api/invoices/", "/api/auth/login/"
NOBODY = f"{INVOICES}{new_id()}/"
SAID = 'relation "x" does not exist LINE 1: SELECT * FROM x'
FORM = "multipart/form-data; boundary=x"

# Method, address, what else goes with it; the status; the fields that `errors` names.
CASES: tuple[tuple[str, str, dict[str, Any], int, list[str]], ...] = (
    ("GET", "/api/", {}, 404, []),
    ("GET", "/api/nope/", {}, 404, []),
    ("GET", "/api/teams", {}, 404, []),
    ("GET", "/api/teams//", {}, 404, []),
    ("GET", "/api/../etc/passwd", {}, 404, []),
    ("GET", "/api/%2e%2e/%2e%2e/etc/passwd", {}, 404, []),
    ("GET", "/api/teams/%00/", {}, 404, []),
    ("GET", "/api/teams/%ff%fe/", {}, 404, []),
    ("GET", "/api/teams/ü/", {}, 404, []),
    ("GET", "/api/teams/1/", {}, 404, []),
    ("GET", f"/api/teams/{new_id().hex}/", {}, 404, []),
    ("GET", f"/api/teams/{new_id()}/", {}, 404, []),
    ("GET", "/api/" + "a/" * 2_000, {}, 404, []),
    ("GET", NOBODY, {}, 404, []),
    ("DELETE", NOBODY, {}, 404, []),
    ("POST", f"{NOBODY}status/", {"json": {"status": "Sent"}}, 404, []),
    ("POST", f"{NOBODY}payments/", {"json": {"amount": "1"}}, 404, []),
    ("GET", f"{NOBODY}download/", {}, 404, []),
    ("GET", f"{INVOICES}attachment/{new_id()}/", {}, 404, []),
    ("POST", f"{INVOICES}comment/{new_id()}/", {"json": {"comment": "a"}}, 404, []),
    ("TRACE", TEAMS, {}, 405, []),
    ("PROPFIND", TEAMS, {}, 405, []),
    ("OPTIONS", TEAMS, {}, 405, []),
    ("PATCH", TEAMS, {"json": {}}, 405, []),
    ("DELETE", TEAMS, {}, 405, []),
    ("POST", NOBODY, {"json": {}}, 405, []),
    ("GET", LOGIN, {}, 405, []),
    ("POST", TEAMS, {"body": b"a=1", "content_type": "application/x-www-form-urlencoded"}, 415, []),
    ("POST", TEAMS, {"body": b"<a/>", "content_type": "application/xml"}, 415, []),
    ("POST", TEAMS, {"body": b"{}", "content_type": ""}, 415, []),
    ("POST", f"{INVOICES}attachment/{new_id()}/", {"json": {}}, 415, []),
    ("POST", f"{INVOICES}attachment/{new_id()}/", {"body": b"", "content_type": FORM}, 415, []),
    ("POST", f"{INVOICES}attachment/{new_id()}/", {"body": b"--x\r\n", "content_type": FORM}, 400, ["attachment"]),
    ("POST", f"{INVOICES}attachment/{new_id()}/", {"body": b"a", "content_type": "multipart/form-data"}, 400, []),
    ("POST", TEAMS, {"body": b" " * (1024**2 + 1)}, 413, []),
    ("POST", TEAMS, {"body": b"{"}, 400, []),
    ("POST", TEAMS, {"body": b"\xff"}, 400, []),
    ("POST", TEAMS, {"body": b'"; DROP TABLE tenancy_team; --'}, 400, []),
    ("POST", TEAMS, {"body": b'{"name": NaN}'}, 400, ["name"]),
    ("POST", TEAMS, {"json": {}}, 400, ["name"]),
    ("POST", TEAMS, {"json": {"name": "a\x00b"}}, 400, ["name"]),
    ("POST", TEAMS, {"json": {"name": "a" * 101}}, 400, ["name"]),
    ("POST", TEAMS, {"json": {"name": "dev", "users": ["x", "y"]}}, 400, ["users.0", "users.1"]),
    ("POST", TEAMS, {"json": {"name": "new", "users": [str(new_id())]}}, 422, ["users"]),
    ("POST", TEAMS, {"json": {"name": "dev"}}, 409, ["name"]),
    ("POST", TEAMS, {"json": {"name": "new"}, "headers": {"Idempotency-Key": "ü"}}, 400, ["Idempotency-Key"]),
    ("GET", TEAMS, {"headers": {"Authorization": None}}, 401, []),
    ("GET", TEAMS, {"headers": {"Authorization": "Bearer ' OR 1=1 --"}}, 401, []),
    ("GET", TEAMS, {"headers": {"organization-id": "'"}}, 400, ["organization-id"]),
    ("GET", TEAMS, {"headers": {"organization-id": str(new_id())}}, 403, []),
    ("GET", TEAMS, {"headers": {"Host": "evil.example"}}, 400, ["Host"]),
    ("GET", TEAMS, {"headers": {"Host": "a b"}}, 400, ["Host"]),
    ("GET", f"{TEAMS}?nope=1", {}, 400, ["nope"]),
    ("GET", f"{TEAMS}?limit=x", {}, 400, ["limit"]),
    ("GET", f"{TEAMS}?cursor=AAAA", {}, 400, ["cursor"]),
    ("GET", f"{TEAMS}?ordering=name;select", {}, 400, ["ordering"]),
    ("GET", f"{TEAMS}?search=%00", {}, 400, ["search"]),
    ("GET", f"{INVOICES}?due_before=2024-02-30&min_total=1e9", {}, 400, ["due_before", "min_total"]),
    ("POST", LOGIN, {"json": {"email": "a@b.example", "password": "'"}}, 401, []),
    ("POST", LOGIN, {"json": {"email": 1}}, 400, ["email", "password"]),
    ("POST", INVOICES, {"json": {"lines": [{"rate": "x"}]}}, 400,
     ["currency", "invoice_title", "lines.0.description", "lines.0.rate", "name"]),
    ("GET", "/nope", {}, 404, []),
    ("GET", "/static/../fairlead/settings.py", {}, 404, []),
    ("POST", "/healthz/%ff", {}, 404, []),
)  # fmt: skip


@pytest.mark.promise(2)
def test_every_refusal_is_a_problem_that_tells_nothing(world: World, figure: Any) -> None:
    with unchanged(world.acme.id):
        for method, path, more, status, fields in CASES:
            answer = api(world.owner).call(method, path, **more)
            assert answer.status == status, (method, path, answer)
            assert contract.secret_in(answer.body) is None, (method, path)
            if path.startswith("/api/"):
                assert sorted(answer.json["errors"]) == fields, (method, path, answer.body)
                assert answer.json["detail"]
    figure("refusals by hand", len(CASES))


@pytest.mark.promise(2)
def test_what_nobody_foresaw_is_told_without_its_own_words(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teams, "current_org_id", _fail)
    answer = Client(headers=world.owner.headers).get(TEAMS)
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/internal-error")
    contract.check_problem(answer.status_code, answer.headers, answer.content)


@pytest.mark.promise(2, sabotage="Django's page for developers, in the place of a problem")
def test_the_page_for_developers_is_seen(
    world: World, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.DEBUG = True
    monkeypatch.setattr(middleware, "_answer", lambda get_response, request: get_response(request))
    with pytest.raises(AssertionError, match="an error of type text/html"):
        api(world.owner).get("/api/nope/")
    page = Client(headers=world.owner.headers).get("/api/nope/")
    assert contract.secret_in(page.content)


@pytest.mark.promise(2, sabotage="an answer that repeats what the database said")
def test_the_words_of_the_database_are_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problems, "InternalError", lambda _: InternalError(SAID))
    with pytest.raises(AssertionError, match="SELECT"):
        test_what_nobody_foresaw_is_told_without_its_own_words(world, monkeypatch)


def _fail() -> None:
    raise ProgrammingError(SAID)
