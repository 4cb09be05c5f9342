"""The CRM's figures: its lists and details beside their floor, the timeline and the search at the database."""

from collections.abc import Iterator
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction

from fairlead.api.api import RESOURCES
from tests.bench import crm_ground, floors, rounds
from tests.bench.ground import Ground
from tests.bench.requests import call, headers
from tests.bench.rows import Row
from tests.bench.sections import statement, statements, to_floor

_GOAL = 2.5
_MOST = {"list": 4, "detail": 8, "move": 8}
_SEARCHES = ("globex", "person4711", "website 4711", "anna adl", "north", "ltd", "hu")
_TIMES = 5  # as many as a million


def crm(ground: Ground) -> Iterator[Row]:
    """In an organization of 220,000 records."""
    admin, user, account = crm_ground.sellers(ground.folder, ground.superuser)
    ours, bare, sent = WSGIHandler(), floors.handler(), headers(admin)
    for resource in RESOURCES:
        plural = resource.kind.plural
        for limit in (10, 100):
            address = f"/api/{plural}/?limit={limit}"
            works = {
                "ours": call(ours, sent, "GET", address),
                "floor": call(bare, sent, "GET", f"/records/{plural}/?limit={limit}"),
            }
            yield to_floor(f"list of {limit} {plural}", _GOAL, works)
        yield _asked(f"list of {plural}", call(ours, sent, "GET", f"/api/{plural}/?limit=10"), _MOST["list"])
        detail = call(ours, sent, "GET", f"/api/{plural}/{_some(resource.kind.table, admin.org_id)}/")
        yield _asked(f"detail, {plural}", detail, _MOST["detail"])
    yield _moving(ours, sent, admin.org_id)
    for who, member in (("admin", admin), ("user", user)):
        asked = headers(member)
        goal = None if who == "user" else 20
        if who == "admin":
            taken = statement(call(ours, asked, "GET", f"/api/accounts/{account}/timeline/"))
            yield Row(f"timeline of {crm_ground.ENTRIES:,} entries", f"{taken:.1f} ms", taken, goal)
        for words in _SEARCHES:
            taken = statement(call(ours, asked, "GET", f"/api/search/?q={words.replace(' ', '%20')}"))
            yield Row(f'search "{words}" as {who}', f"{taken:.1f} ms", taken, 30)


def million(ground: Ground) -> Iterator[Row]:
    """The search over 1,100,000 records of one organization. By command: it takes minutes to make them."""
    admin, _, _ = crm_ground.sellers(ground.folder, ground.superuser, _TIMES)
    sent = headers(admin)
    for words in _SEARCHES:
        taken = statement(call(WSGIHandler(), sent, "GET", f"/api/search/?q={words.replace(' ', '%20')}"))
        yield Row(f'search "{words}" in a million', f"{taken:.1f} ms", taken, 60)


def _asked(what: str, work: rounds.Work, most: int) -> Row:
    # Besides BEGIN and COMMIT, which the driver counts too where Django says them.
    count = len([sql for sql, _ in statements(work) if sql not in ("BEGIN", "COMMIT")])
    return Row(f"statements: {what}", str(count), count, most)


def _moving(ours: WSGIHandler, sent: dict[str, str], org_id: Any) -> Row:
    opportunity = _some("crm_opportunity", org_id, "status = 'open'")
    stages = _column("SELECT id FROM crm_stage WHERE org_id = %s AND kind = 'open' ORDER BY position", org_id)
    make = [
        call(ours, sent, "POST", f"/api/opportunities/{opportunity}/move/", {"stage": str(one)})
        for one in stages[:2]
    ]
    make[0]()
    return _asked("a move", make[1], _MOST["move"])


def _some(table: str, org_id: Any, condition: str = "true") -> Any:
    sql = f"SELECT id FROM {table} WHERE org_id = %s AND {condition} ORDER BY created_on DESC LIMIT 1"
    return _column(sql, org_id)[0]


def _column(sql: str, org_id: Any) -> list[Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.org_id', %s, true)", [str(org_id)])
        cursor.execute(sql, [org_id])
        return [row[0] for row in cursor.fetchall()]
