"""Whatever the description allows, and whatever it forbids, for every operation: no 5xx, no answer outside of it.

In tier P the cases are the same on every run; the longer tiers draw theirs from the seed. Half of those with ids in
their path get ids of real records.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, settings
from pytest_django.fixtures import Settings
from requests.structures import CaseInsensitiveDict
from schemathesis import Case as AnyCase
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.meta import TestPhase
from schemathesis.pytest._test_builder import build_operation_test

from tests import contract
from tests.operations import Operation, every
from tests.promises import plugin
from tests.records import Cast, alike, make_cast, path_ids
from tests.world import Person, World

pytestmark = [pytest.mark.promise(1), pytest.mark.promise(2)]

# Some thousands of cases, more than 30,000 or 100,000. Of the cases that cover each bound of each field, which are 900
# for an invoice, an operation gets the first ones and then one in some in tier P, and all of them later.
IS_QUICK = plugin.tier() == "P"
CASES_PER_OPERATION = {"P": 5, "N": 240, "R": 800}[plugin.tier()]
WHOLE = 10
ONE_IN = 10 if IS_QUICK else 1
# A caller may not do everything, and not everything that fits a schema fits the rules.
REFUSALS = ["401", "403", "404", "409", "412", "413", "415", "422", "429"]

SENSE = {"cursor": "", "ordering": "-created_on", "currency": "EUR"}
# By what the schema says of a parameter: a day of these centuries, and at most fifteen digits, before and after the
# point taken together.
SENSE_OF_KIND = {'"format": "date"': "2026-01-01", "[0-9]{1,15}": "-99.5"}
type Case = AnyCase[Any]

TOKEN = "the token of who calls"
OPERATIONS = {str(operation): operation for operation in every()}


class Stage:
    """Who calls, and upon which records, in the present test."""

    caller: Person
    cast: Cast
    count = 0
    asked = 0
    covering = 0
    ids: dict[str, str] = {}


class OwnerAuth:
    """Marks where a token belongs: cases are made before there is anybody to have one."""

    def get(self, case: Case, context: Any) -> str:
        return TOKEN

    def set(self, case: Case, data: str, context: Any) -> None:
        case.headers["Authorization"] = data


def filter_body(context: Any, body: Any) -> bool:
    """JSON Schema takes `1.0` for an integer; we do not."""
    return not _has_float(body)


def filter_case(context: Any, case: Case) -> bool:
    """Of the cases that cover each bound, only some are asked in tier P."""
    if not case.meta or case.meta.phase.name is not TestPhase.COVERAGE:
        return True
    Stage.covering += 1
    return Stage.covering <= WHOLE or not Stage.covering % ONE_IN


def _load() -> Any:
    config = SchemathesisConfig(seed=None if IS_QUICK else plugin.chosen_seed())
    project = config.projects.default
    project.checks.positive_data_acceptance.expected_statuses = ["2xx", *REFUSALS]
    project.checks.negative_data_rejection.expected_statuses = ["400", "405", *REFUSALS]
    project.generation.deterministic = IS_QUICK
    # What the description itself shows is sent by every other generated test.
    project.phases.examples.enabled = not IS_QUICK
    loaded = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application(), config=config)
    loaded.auth(refresh_interval=None)(OwnerAuth)
    loaded.hook(filter_body)
    loaded.hook(filter_case)
    return loaded


schema = _load()


@pytest.fixture(autouse=True)
def _stage(world: World, settings: Settings, count: Any) -> Iterator[None]:
    settings.REQUESTS_PER_MINUTE = 1_000_000
    Stage.caller, Stage.cast, Stage.ids = world.owner, make_cast(world), {}
    Stage.count = Stage.asked = Stage.covering = 0
    yield
    count("cases", Stage.asked)


@pytest.mark.parametrize("name", [name for name in OPERATIONS if not (IS_QUICK and name in alike())])
def test_whatever_is_sent_the_answer_is_as_described(name: str) -> None:
    """Cases are made here and not while tests are collected, where every process would make all of them."""
    method, _, path = name.partition(" ")
    cases = build_operation_test(
        config=schema.config,
        operation=schema[path][method],
        test_func=_try,
        given_kwargs={},
        feedback=NO_FEEDBACK,
    )
    cases()


@settings(
    max_examples=CASES_PER_OPERATION,
    derandomize=IS_QUICK,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[*HealthCheck],
)
def _try(case: Case) -> None:
    Stage.count += 1
    operation = OPERATIONS[f"{case.method.upper()} {case.operation.path}"] if _is_known(case) else None
    if operation and operation.takes_file and not _is_positive(case, ParameterLocation.BODY):
        return  # whatever it is, it goes over the wire as the bytes of a file
    if operation and operation.takes_file and isinstance(case.body, dict) and not all(case.body.values()):
        return  # an empty file is left out on the way
    if any(isinstance(value, dict) for value in (case.query or {}).values()):
        return  # whatever it is, it goes over the wire as text, which may do
    _make_sense(case, operation)
    if case.headers.get("Authorization") == TOKEN:
        case.headers["Authorization"] = f"Bearer {Stage.caller.token}"
    ask(case)


def ask(case: Case) -> None:
    """Send it, and hold the answer against the description, in schemathesis' way and in ours."""
    Stage.asked += 1
    case.call_and_validate(additional_checks=[_is_as_described])


def _is_as_described(context: Any, response: Any, case: Case) -> None:
    headers = CaseInsensitiveDict({name: values[0] for name, values in response.headers.items()})
    path = response.request.path_url
    contract.check(case.method.upper(), path, response.status_code, headers, response.content)


def _make_sense(case: Case, operation: Operation | None) -> None:
    """Where the case is a good one, give it what no schema tells: real ids, a cursor and an order that there are."""
    if _is_positive(case, ParameterLocation.QUERY):
        senses = {**SENSE, **(_senses(operation) if operation else {})}
        case.query.update(
            {name: sense for name, sense in senses.items() if isinstance(case.query.get(name), str)}
        )
        if "cursor" in case.query:
            case.query.pop("offset", None)
    if _is_positive(case, ParameterLocation.HEADER):
        if Stage.count % 4 or "organization-id" not in case.headers:
            case.headers["organization-id"] = str(Stage.caller.org_id)
        if "If-Match" in case.headers:
            case.headers["If-Match"] = '"1"'
    if _is_positive(case, ParameterLocation.BODY) and isinstance(case.body, dict):
        _make_sense_of_body(case, case.body)
    operation = OPERATIONS.get(f"{case.method.upper()} {case.operation.path}")
    if (
        operation
        and operation.path_parameters
        and Stage.count % 2
        and _is_positive(case, ParameterLocation.PATH)
    ):
        case.path_parameters.update(_ids(operation))


def _senses(operation: Operation) -> dict[str, str]:
    return {
        one["name"]: sense
        for one in operation.query_parameters
        for kind, sense in SENSE_OF_KIND.items()
        if kind in json.dumps(one["schema"])
    }


def _make_sense_of_body(case: Case, body: dict[str, Any]) -> None:
    """An invoice has lines or their shorthand."""
    if case.operation.path == "/api/invoices/":
        figures = {"quantity": "3", "rate": "9.99"}
        case.body = {name: value for name, value in body.items() if name not in figures} | (
            {} if "lines" in body else figures
        )


def _ids(operation: Operation) -> dict[str, str]:
    """Records for some cases in a row; what one has deleted is missed by the next few only."""
    if Stage.count % 10 == 1:
        Stage.ids = path_ids(operation, Stage.cast, Stage.caller)
    return Stage.ids


def _is_known(case: Case) -> bool:
    """Whether the method is one that the description has: others are tried too."""
    return f"{case.method.upper()} {case.operation.path}" in OPERATIONS


def _is_positive(case: Case, location: ParameterLocation) -> bool:
    if not case.meta:
        return False
    part = case.meta.components.get(location)
    return bool((part or case.meta.generation).mode.is_positive)


def _has_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_float, value.values()))
    if isinstance(value, list):
        return any(map(_has_float, value))
    return isinstance(value, float)
