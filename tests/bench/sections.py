"""What is measured. A section yields rows: what, the figure, its floor or goal, and whether it holds."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from time import perf_counter
from typing import Any
from uuid import UUID

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, connections, transaction

from fairlead.foundation.ids import new_id
from tests.bench import floors, rounds
from tests.bench.ground import Ground, Member
from tests.bench.requests import call, headers
from tests.bench.rows import Row

# Who make invoices at once, and how many each.
_CREATORS, _EACH = 100, 5
EXAMPLE = {
    "invoice_title": "Web Development Services",
    "name": "Tech Solutions Inc",
    "email": "billing@techsolutions.example",
    "quantity": 80,
    "rate": "125.00",
    "currency": "USD",
    "due_date": "2024-02-15",
}


def cpu(ground: Ground) -> Iterator[Row]:
    """CPU of a request in one process, beside a bare view with the same answer."""
    ours, bare = WSGIHandler(), floors.handler()
    for size, members in (("large", ground.large), ("small", ground.small)):
        sent = headers(members[0])
        newest = _newest(members[0])
        pairs = {
            f"list of 10, {size}": (1.6, "/api/invoices/?limit=10", "/invoices/?limit=10"),
            f"list of 100, {size}": (2.0, "/api/invoices/?limit=100", "/invoices/?limit=100"),
            f"detail, {size}": (2.5, f"/api/invoices/{newest}/", f"/invoices/{newest}/"),
        }
        for what, (goal, address, floor) in pairs.items():
            works = {"ours": call(ours, sent, "GET", address), "floor": call(bare, sent, "GET", floor)}
            yield to_floor(what, goal, works)
    yield _create(ours, ground)


def database(ground: Ground) -> Iterator[Row]:
    """The statement of a list under row-level security in the large organization, on the wall."""
    ours = WSGIHandler()
    for query, goal in lists().items():
        for who, member in zip(("admin", "user"), ground.large, strict=True):
            taken = statement(
                call(
                    ours,
                    headers(member),
                    "GET",
                    f"/api/invoices/?{query}".format(user=ground.large[1].user_id),
                )
            )
            # What a member sees is theirs, their teams' and what they were given: a question for each row counted.
            yield Row(f"list ?{query} as {who}", f"{taken:.1f} ms", taken, goal if who == "admin" else None)


def lists() -> dict[str, float | None]:
    """Queries of the list of invoices, each in the default order, with the milliseconds that it may take."""
    today = date.today()
    return {
        "": 40,
        "offset=100000": 30,
        "name=globex%2000": 15,
        "status=Sent": 40,
        "assigned_to={user}": None,
        f"due_before={today - timedelta(days=325)}": None,
        f"due_after={today - timedelta(days=25)}": None,
        "created_by={user}": None,
    }


def pdf(_: Ground) -> Iterator[Row]:
    """CPU of a warm rendering."""
    from fairlead.documents import pdf as engine
    from tests import printed_documents

    at = datetime(2026, 11, 22, tzinfo=UTC)
    for lines, goal in ((1, 40.0), (40, 100.0)):
        document = printed_documents.document(
            lines=[printed_documents.line(f"Design work, part {n}") for n in range(lines)]
        )
        work = {"pdf": lambda document=document: engine.render(document, logo=None, mark=None, at=at)}
        figure = rounds.measure(work, rounds=8, calls=5)["pdf"]
        yield Row(f"PDF of {lines} line{'s' * (lines > 1)}", str(figure), figure.median, goal)


def numbers(ground: Ground) -> Iterator[Row]:
    """Creators at once in one organization: how many numbers a second, without a gap."""
    from fairlead.billing import invoices
    from fairlead.tenancy.context import Actor, organization

    member = ground.busy[1]
    actor = Actor(member.user_id, member.org_id, member.is_admin)
    given: dict[str, Any] = EXAMPLE | {"quantity": Decimal(80), "rate": Decimal(125), "due_date": None}

    together = Barrier(_CREATORS + 1)

    def create(_: int) -> None:
        """On a connection of its own, as a server's threads have, opened before the clock runs."""
        try:
            connection.ensure_connection()
            together.wait()
            for _ in range(_EACH):
                with organization(member.org_id, actor):
                    invoices.create(given)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(_CREATORS) as pool:
        made = pool.map(create, range(_CREATORS))
        together.wait()
        begin = perf_counter()
        list(made)
    rate = _CREATORS * _EACH / (perf_counter() - begin)
    yield Row("numbers a second, 100 creators at once", f"{rate:.0f}/s", rate, 100, at_least=True)


def take(name: str, ground: Ground) -> Iterator[Row]:
    """The figures of a section."""
    from tests.bench import load, rest, selling, soak

    sections = {
        "cpu": cpu,
        "database": database,
        "pdf": pdf,
        "numbers": numbers,
        "load": load.load,
        "rest": rest.rest,
        "soak": soak.soak,
        "crm": selling.crm,
        "million": selling.million,
    }
    yield from sections[name](ground)


def to_floor(what: str, goal: float, works: Mapping[str, rounds.Work]) -> Row:
    """CPU of `ours` beside that of `floor`."""
    figures = rounds.measure(works)
    ratio = figures["ours"].median / figures["floor"].median
    return Row(what, f"{ratio:.2f} × the floor: {figures['ours']} to {figures['floor']}", ratio, goal)


def _create(ours: WSGIHandler, ground: Ground) -> Row:
    """A create beside a raw transaction of the very statements that it makes, in the other organization."""
    sample = call(ours, headers(ground.busy[0]), "POST", "/api/invoices/", EXAMPLE)
    earlier, asked = statements(sample), statements(sample)
    made = _ids(asked) - _ids(earlier)

    def replay() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for sql, params in _anew(asked, made):
                cursor.execute(sql, params)
            transaction.set_rollback(True)

    make = call(ours, headers(ground.beside[0]), "POST", "/api/invoices/", EXAMPLE)
    return to_floor("create", 3.0, {"ours": make, "floor": replay})


def statements(work: rounds.Work) -> list[tuple[str, Any]]:
    """What a call asks of the database."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        work()
    return asked


def _ids(statements: list[tuple[str, Any]]) -> set[UUID]:
    return {value for _, params in statements for value in _values(params) if isinstance(value, UUID)}


def _values(params: Any) -> Iterable[Any]:
    return params.values() if isinstance(params, dict) else params or ()


def _anew(statements: list[tuple[str, Any]], made: set[UUID]) -> Iterator[tuple[str, Any]]:
    """The statements with every id that the call made replaced by a new one, and the number by the one after."""
    fresh = {one: new_id() for one in made}
    for sql, params in statements:
        if isinstance(params, dict):
            following = (
                {"value": params["value"] + 1, "number": f"{params['number']}+1"} if "value" in params else {}
            )
            yield sql, {name: _fresh(value, fresh) for name, value in params.items()} | following
        else:
            yield sql, [_fresh(value, fresh) for value in params or ()]


def _fresh(value: Any, fresh: Mapping[UUID, UUID]) -> Any:
    return fresh.get(value, value) if isinstance(value, UUID) else value


def _newest(member: Member) -> UUID:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.org_id', %s, true)", [str(member.org_id)])
        cursor.execute(
            "SELECT id FROM billing_invoice WHERE org_id = %s ORDER BY created_on DESC, id DESC LIMIT 1",
            [member.org_id],
        )
        found: UUID = cursor.fetchone()[0]
    return found


def statement(work: rounds.Work) -> float:
    """The least milliseconds that the slowest statement of a request took, over a few requests."""
    slowest: list[float] = []

    def time(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begin = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            taken.append((perf_counter() - begin) * 1000)

    for _ in range(6):
        taken: list[float] = []
        with connection.execute_wrapper(time):
            work()
        slowest.append(max(taken))
    return min(slowest)
