"""`quantity` × `rate` is an invoice of one line; beside `lines` the two are not lost unseen."""

import pytest

from tests.invoicing import INVOICES, Json, body, lined, make, path, put, read, unchanged
from tests.world import World, api, make_world

LINE = {"description": "Hosting", "rate": "5.00"}


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture
def single(world: World) -> Json:
    return make(world.clerk)


@pytest.fixture
def several(world: World) -> Json:
    return make(world.clerk, lined({}, {}))


def test_it_is_one_line_named_by_the_title(world: World, single: Json) -> None:
    (line,) = single["lines"]
    expected = {"description": single["invoice_title"], "quantity": 120, "rate": "200.00", "unit": "C62"}
    assert line | expected == line
    assert (single["quantity"], single["rate"], single["net_amount"]) == (120, "200.00", "24000.00")


def test_the_line_follows_the_title_until_it_has_a_name_of_its_own(world: World, single: Json) -> None:
    renamed = put(world.clerk, single, invoice_title="Q2 Consulting")
    assert renamed["lines"][0]["description"] == "Q2 Consulting"
    assert renamed["lines"][0]["id"] == single["lines"][0]["id"]
    named = renamed["lines"][0] | {"description": "Workshop"}
    put(world.clerk, single, lines=[named])
    assert put(world.clerk, single, invoice_title="Q3")["lines"][0]["description"] == "Workshop"


def test_it_changes_the_line_and_leaves_the_rest_of_it(world: World) -> None:
    invoice = make(world.clerk, lined({"unit": "HUR", "discount_percent": "10", "quantity": 2}))
    changed = put(world.clerk, invoice, quantity="3.5")
    assert changed["lines"][0] == invoice["lines"][0] | {"quantity": "3.5", "net_amount": "31.50"}
    assert put(world.clerk, invoice, rate=20)["total_amount"] == "63.00"


@pytest.mark.parametrize("given", [{"quantity": 1}, {"rate": "1"}, {"quantity": 1, "rate": "1"}])
def test_a_create_has_either_it_or_lines(world: World, given: Json) -> None:
    with unchanged(world.acme.id):
        beside = api(world.clerk).post(INVOICES, json=lined({}) | given)
        assert (beside.status, {*beside.json["errors"]}) == (400, {*given})
    alone = {name: value for name, value in body().items() if name not in ("quantity", "rate")} | given
    with unchanged(world.acme.id) if len(given) < 2 else unchanged(world.globex.id):
        answer = api(world.clerk).post(INVOICES, json=alone)
    assert answer.status == (201 if len(given) == 2 else 400)
    assert {*answer.json.get("errors", {})} == (
        {"quantity", "rate"} - {*given} if answer.status == 400 else set()
    )


def test_several_lines_have_none(world: World, several: Json) -> None:
    assert (several["quantity"], several["rate"]) == (None, None)
    assert put(world.clerk, several, quantity=None, rate=None) == several
    listed = api(world.clerk).get(f"{INVOICES}?search={several['invoice_number']}").json["results"][0]
    assert (listed["quantity"], listed["rate"]) == (None, None)


@pytest.mark.parametrize("given", [{"quantity": 1}, {"rate": "1"}, {"quantity": 1, "rate": "1"}])
def test_on_several_lines_it_is_refused(world: World, several: Json, given: Json) -> None:
    with unchanged(world.acme.id):
        answer = api(world.clerk).put(path(several), json=given)
    assert (answer.status, {*answer.json["errors"]}) == (422, {*given})


@pytest.mark.parametrize("field", ["quantity", "rate"])
def test_one_line_always_has_both(world: World, single: Json, field: str) -> None:
    with unchanged(world.acme.id):
        answer = api(world.clerk).put(path(single), json={field: None})
    assert (answer.status, [*answer.json["errors"]]) == (422, [field])


@pytest.mark.parametrize("given", [{"quantity": 50}, {"rate": "50"}])
def test_beside_other_lines_it_is_refused(world: World, single: Json, given: Json) -> None:
    whole = read(world.clerk, single) | given
    with unchanged(world.acme.id):
        answers = [
            api(world.clerk).put(path(single), json=sent) for sent in (whole, {"lines": [LINE], **given})
        ]
    assert [(one.status, [*one.json["errors"]]) for one in answers] == [(400, [*given])] * 2


def test_what_was_read_goes_beside_changed_lines(world: World, single: Json) -> None:
    changed = put(world.clerk, single, **(single | {"lines": [single["lines"][0] | {"quantity": 50}]}))
    assert (changed["quantity"], changed["total_amount"]) == (50, "10000.00")
    # So does what the new lines say.
    same = put(world.clerk, single, quantity=60, rate="200", lines=[changed["lines"][0] | {"quantity": 60}])
    assert same["quantity"] == 60
    many = put(world.clerk, same, **(same | {"lines": [LINE, LINE]}))
    assert (many["quantity"], many["total_amount"]) == (None, "10.00")
    one = put(world.clerk, many, **(many | {"lines": [LINE]}))
    assert (one["quantity"], one["rate"]) == (1, "5.00")
