"""Invoices for tests: made through the API, compared in the database, tried by many callers at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection

from fairlead.tenancy.context import organization
from fairlead.tenancy.isolation import owned_models
from tests.world import Answer, Person, api

Json = dict[str, Any]
INVOICES = "/api/invoices/"
STATUSES = ("Draft", "Sent", "Pending", "Paid", "Cancelled")


def body(**more: Any) -> Json:
    """What a create needs, as in the contract's example: 120 × 200.00 USD, due in the past."""
    return {
        "invoice_title": "Q1 Consulting Services",
        "name": "Global Tech Corp",
        "email": "finance@globaltech.example",
        "quantity": 120,
        "rate": "200.00",
        "currency": "USD",
        "due_date": "2024-02-28",
        **more,
    }


def lined(*lines: Json, **more: Any) -> Json:
    """A create with lines; each has a description and a rate at least."""
    given = body(**more)
    del given["quantity"], given["rate"]
    return given | {
        "lines": [{"description": f"Line {n}", "rate": "10.00"} | one for n, one in enumerate(lines)]
    }


def make(person: Person, given: Json | None = None, **more: Any) -> Json:
    """A new invoice as the API answers it."""
    answer = api(person).post(INVOICES, json=(given or body()) | more)
    assert answer.status == 201, answer.body
    made: Json = answer.json
    return made


def path(invoice: Json, verb: str = "") -> str:
    """Where an invoice is, or what is done to it."""
    return f"{INVOICES}{invoice['id']}/{verb and verb + '/'}"


def read(person: Person, invoice: Json) -> Json:
    answer = api(person).get(path(invoice))
    assert answer.status == 200, answer.body
    found: Json = answer.json
    return found


def put(person: Person, invoice: Json, **changes: Any) -> Json:
    """The invoice after a change that is allowed."""
    answer = api(person).put(path(invoice), json=changes)
    assert answer.status == 200, answer.body
    changed: Json = answer.json
    return changed


def in_status(person: Person, status: str, given: Json | None = None, **more: Any) -> Json:
    """An invoice that has come to this status; `person` is an admin."""
    begun = "Sent" if status == "Cancelled" else status
    invoice = make(person, given, status=begun, **more)
    return step(person, invoice, status) if status != begun else invoice


def step(person: Person, invoice: Json, status: str, reason: str = "") -> Json:
    """The invoice after a step that is allowed."""
    answer = api(person).post(path(invoice, "status"), json={"status": status, "reason": reason})
    assert answer.status == 200, answer.body
    stepped: Json = answer.json
    return stepped


def pay(person: Person, invoice: Json, amount: str) -> Answer:
    return api(person).post(path(invoice, "payments"), json={"amount": amount})


def rows(org_id: UUID, sql: str, *values: Any) -> list[Any]:
    """What a statement of the app role gives in this organization."""
    with organization(org_id), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def refusal(org_id: UUID, sql: str, *values: Any) -> str | None:
    """The SQLSTATE by which the database refuses a statement of the app role; None where it carries it out."""
    try:
        rows(org_id, sql, *values)
    except DatabaseError as error:
        return str(getattr(error.__cause__, "sqlstate", None))
    return None


def everything(org_id: UUID) -> Json:
    """Every row of the organization as text, by table."""
    tables = [model._meta.db_table for model in owned_models()]
    columns = ", ".join(f'ARRAY(SELECT t::text FROM "{table}" t ORDER BY 1)' for table in tables)
    return dict(zip(tables, rows(org_id, f"SELECT {columns}")[0], strict=True))


@contextmanager
def unchanged(org_id: UUID) -> Iterator[None]:
    """What is done inside leaves no trace in the organization."""
    before = everything(org_id)
    yield
    after = everything(org_id)
    assert {name: after[name] for name in after if after[name] != before[name]} == {}


def at_once[T](callers: int, work: Callable[[int], T]) -> list[T]:
    """What so many callers get who begin at the same moment, each on a connection of its own."""
    together = Barrier(callers)

    def run(caller: int) -> T:
        try:
            connection.ensure_connection()
            together.wait(timeout=120)
            return work(caller)
        finally:
            connection.close()

    with ThreadPoolExecutor(callers) as pool:
        return list(pool.map(run, range(callers)))


def insist(ask: Callable[[], Answer]) -> Answer:
    """The answer that comes in the end: whoever waited too long for a lock, on a busy machine, is told 503."""
    while (answer := ask()).status == 503:
        assert answer.headers["Retry-After"]
    return answer
