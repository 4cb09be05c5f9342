"""How the database finds a page: in its own organization, by an index, without putting all of it in order.

On some thousand invoices whose statistics are those of the large organization that `bin/bench` asks.
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from psycopg.conninfo import make_conninfo

from fairlead.foundation.clock import now
from fairlead.records import kinds, search
from tests import database, surgery
from tests.bench import ground, sections
from tests.bench.ground import Member
from tests.bench.requests import call, headers

Node = dict[str, Any]
LARGE, OTHERS = 6_000, 1_500
# More than a page, or than a part of a name finds; far less than the organization has.
MOST_SORTED = LARGE // 10
_BOUND = "SELECT set_config('app.org_id', %s, true)"


@pytest.fixture(scope="module")
def members() -> Iterator[dict[str, Member]]:
    """An admin and a user of the large organization."""
    with surgery.another_database() as name:
        org, admin, user = map(UUID, ground.make_organizations(superuser(name), LARGE, OTHERS, 100)[0])
        ground.vacuum(superuser(name))
        work_on(name, org)
        yield {"admin": Member(admin, org, is_admin=True), "user": Member(user, org, is_admin=False)}


@pytest.mark.parametrize("who", ["admin", "user"])
@pytest.mark.parametrize("query", sections.lists())
def test_a_list_reads_its_organization_by_an_index_and_sorts_a_page(
    members: dict[str, Member], query: str, who: str
) -> None:
    given = query.format(user=members["user"].user_id).replace("100000", str(LARGE // 4))
    nodes = [*walk(plan(members[who], f"/api/invoices/?{given}"))]
    scans = [node for node in nodes if node.get("Relation Name", "").startswith("billing_")]
    assert "billing_invoice" in {node["Relation Name"] for node in scans}
    for node in scans:
        assert re.search(r"\b(org_id|id) = ", node.get("Index Cond") or node.get("Recheck Cond") or ""), node
    for node in nodes:
        if "Sort" in node["Node Type"]:
            assert node["Plans"][0]["Actual Rows"] <= MOST_SORTED, node


def test_a_part_of_a_name_is_found_by_its_index(members: dict[str, Member]) -> None:
    nodes = inside("billing_invoices_named", {"part": "'globex 00'"}, members["admin"])
    assert "invoice_by_part_of_name" in {node.get("Index Name") for node in nodes}
    assert "Seq Scan" not in {node["Node Type"] for node in nodes}


@pytest.mark.parametrize("who", ["admin", "user"])
def test_a_search_looks_by_its_indexes(members: dict[str, Member], who: str) -> None:
    kind, member = kinds.named("invoice"), members[who]
    given = {"parts": "(ARRAY['globex', '00'])", "beginning": "'globex 00'", "most": "200"}
    given["who"] = "NULL::uuid" if member.is_admin else f"'{member.user_id}'::uuid"
    nodes = inside(search.function(kind), given, member)
    assert {f"{kind.table}_by_part", f"{kind.table}_by_beginning"} <= {
        node.get("Index Name") for node in nodes
    }
    for node in nodes:
        assert node["Node Type"] != "Seq Scan" or node["Relation Name"] == "tenancy_teammember", node


def inside(function: str, given: dict[str, str], member: Member) -> list[Node]:
    """How an audited function looks, which no plan of who asks it shows."""
    with psycopg.connect(superuser(connection.settings_dict["NAME"])) as session:
        session.execute(_BOUND, [str(member.org_id)])
        asked = session.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [function]).fetchone()
        assert asked
        statement = re.sub(rf"\b({'|'.join(given)})\b", lambda name: given[name[0]], asked[0])
        explained = session.execute(f"EXPLAIN (FORMAT JSON) {statement}").fetchone()
        assert explained
    return [*walk(explained[0][0]["Plan"])]


def work_on(name: str, org_id: UUID) -> None:
    """Change the newest tenth, as people do before the next vacuum: it makes an index seem dearer to the planner."""
    with psycopg.connect(superuser(name)) as session:
        session.execute("SET session_replication_role = replica")
        session.execute(
            "UPDATE billing_invoice SET version = 2 WHERE org_id = %s AND created_on > %s",
            [org_id, now() - timedelta(minutes=LARGE // 10)],
        )
        session.execute("ANALYZE billing_invoice")


def plan(member: Member, address: str) -> Node:
    """How the very statement that this request reads by is carried out, under row-level security."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        call(WSGIHandler(), headers(member), "GET", address)()
    (statement,) = [(sql, params) for sql, params in asked if "row_number()" in sql]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BOUND, [str(member.org_id)])
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement[0]}", statement[1])
        explained = cursor.fetchone()[0]
    found: Node = (json.loads(explained) if isinstance(explained, str) else explained)[0]["Plan"]
    return found


def walk(node: Node) -> Iterator[Node]:
    yield node
    for part in node.get("Plans", []):
        yield from walk(part)


def superuser(name: str) -> str:
    return make_conninfo(database.in_use["superuser"], dbname=name)
