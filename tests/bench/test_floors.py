"""That a floor does what it is a floor for: the same answer, else the ratio to it says nothing."""

import json

import pytest
from django.core.handlers.wsgi import WSGIHandler

from tests import records
from tests.bench import floors
from tests.bench.ground import Member
from tests.bench.requests import call, headers
from tests.world import World

FLOORS = {"invoices": "/invoices/", **{plural: f"/records/{plural}/" for plural in records.RECORDS}}


@pytest.mark.parametrize("plural", FLOORS)
def test_a_list(world: World, plural: str) -> None:
    records.make_record(records.make_cast(world), plural)
    ours = answer(world, WSGIHandler(), f"/api/{plural}/?limit=10")
    assert len(ours["results"]) == 1
    assert answer(world, floors.handler(), f"{FLOORS[plural]}?limit=10") == ours


def test_a_detail(world: World) -> None:
    made = records.make_invoice(records.make_cast(world))
    assert answer(world, floors.handler(), f"/invoices/{made}/") == answer(
        world, WSGIHandler(), f"/api/invoices/{made}/"
    )


def answer(world: World, handler: WSGIHandler, address: str) -> dict[str, list[object]]:
    sent = headers(Member(world.owner.user_id, world.acme.id, is_admin=True))
    found: dict[str, list[object]] = json.loads(call(handler, sent, "GET", address)())
    return found
