"""Row 22: another organization's id, wherever an id is given, gets the answer of an id that never was."""

from collections.abc import Callable, Iterator, Mapping
from statistics import median
from time import perf_counter
from typing import Any, cast
from uuid import UUID

import pytest

from fairlead.foundation.errors import NotFound
from fairlead.foundation.ids import new_id
from fairlead.records import links
from fairlead.tenancy import authentication, members
from fairlead.tenancy.models import Membership, Organization
from fairlead.tenancy.policy import Relation
from tests import invoicing, operations
from tests.api.test_strangers import test_another_organizations_record_is_one_that_never_was as path_is_proven
from tests.contract import comparable
from tests.invoicing import unchanged
from tests.operations import Operation
from tests.promises import plugin
from tests.records import Ground, alike, make_cast, make_record, path_ids
from tests.world import Answer, World, api, make_world

Where = tuple[str, ...]
PROTECTED = [one for one in operations.every() if not one.is_public]
# What else an object of such a list must have.
_COMPANIONS = {
    "lines": {"description": "Hours", "rate": "10.00"},
    "allowances": {"reason": "Loyalty", "amount": "1.00"},
    "charges": {"reason": "Freight", "amount": "1.00"},
    "stages": {"name": "Nobody's"},
}
# Without which such a list is too short.
_OTHERS = {"stages": [{"name": "Won", "kind": "won"}, {"name": "Lost", "kind": "lost"}]}


def _has_id(schema: Mapping[str, Any]) -> bool:
    return any(one.get("format") == "uuid" for one in (operations.resolve(schema), *schema.get("anyOf", ())))


def _places(schema: Mapping[str, Any], path: Where = ()) -> Iterator[Where]:
    """Where a body may hold an id: `("lines", "[]", "id")` is that of a line."""
    schema = operations.resolve(schema)
    if schema.get("format") == "uuid":
        yield path
    for choice in schema.get("anyOf", ()):
        yield from _places(choice, path)
    if "items" in schema:
        yield from _places(schema["items"], (*path, "[]"))
    for name, inner in schema.get("properties", {}).items():
        yield from _places(inner, (*path, name))


IN_QUERY = [(one, q["name"]) for one in PROTECTED for q in one.query_parameters if _has_id(q["schema"])]
_ALIKE = alike() if plugin.tier() == "P" else set()
IN_BODY = [
    (one, path)
    for one in PROTECTED
    if one.body_schema and str(one) not in _ALIKE
    for path in _places(one.body_schema)
]


@pytest.fixture(scope="module")
def elsewhere() -> World:
    """An Acme that the world of the test knows nothing of, and that nothing here changes."""
    return make_world()


@pytest.fixture(scope="module")
def foreign(elsewhere: World) -> list[str]:
    """One of each kind that it has, as its own people know them."""
    invoice = invoicing.make(
        elsewhere.owner,
        assigned_to=[elsewhere.clerk.id],
        allowances=[_COMPANIONS["allowances"]],
        charges=[_COMPANIONS["charges"]],
    )
    parts = [invoice[name][0]["id"] for name in ("lines", "allowances", "charges")]
    return [elsewhere.clerk.id, str(elsewhere.dev.id), invoice["id"], *parts, str(elsewhere.acme.id)]


@pytest.mark.promise(22)
def test_ids_are_looked_for_everywhere(figure: Any) -> None:
    in_path = sum(len(one.path_parameters) for one in PROTECTED)
    assert (in_path, len(IN_QUERY), len(IN_BODY)) >= (30, 3, 15)
    places = f"{in_path} in paths, {len(IN_QUERY)} in queries, {len(IN_BODY)} in bodies, {len(PROTECTED)} in headers"
    figure("places of ids", places)


@pytest.mark.promise(22)
@pytest.mark.parametrize(
    ("operation", "path"), IN_BODY, ids=lambda one: ".".join(one) if isinstance(one, tuple) else str(one)
)
def test_in_a_body(
    operation: Operation, path: Where, ground: Ground, elsewhere: World, foreign: list[str]
) -> None:
    world = ground.world
    ids = ground.ids(operation)

    def send(value: str) -> Answer:
        return operation.call(api(world.owner), ids, json=_body(operation, path, value))

    with unchanged(elsewhere.acme.id), unchanged(world.acme.id):
        _assert_all_alike(send, foreign)
    assert send(foreign[0]).status == 422


@pytest.mark.promise(22)
@pytest.mark.parametrize(("operation", "name"), IN_QUERY, ids=str)
def test_in_a_query(operation: Operation, name: str, world: World, foreign: list[str]) -> None:
    ours = _related(world)
    plural = operation.path.split("/")[2]

    def ask(value: str) -> Answer:
        return operation.call(api(world.owner), {}, f"?{name}={value}")

    _assert_all_alike(ask, foreign)
    found = ask(ours[name]).json
    assert found.get("count", len(found.get("results", []))) == 1, f"of one's own {plural} it does find"


def _related(world: World) -> dict[str, str]:
    """One record of each kind, each given to the same and about the others: their ids by the names of filters."""
    cast = make_cast(world)
    cast.people[Relation.CREATOR] = world.owner
    tag = api(world.owner).post("/api/tags/", {"name": "key account"}).json["id"]
    people = {"assigned_to": [world.clerk.id], "teams": [str(world.dev.id)], "tags": [tag]}
    account = make_record(cast, "accounts", **people)
    contact = make_record(cast, "contacts", accounts=[{"id": account}], **people)
    sold = {"account": account, "contacts": [contact], "amount": "10.00", **people}
    opportunity = make_record(cast, "opportunities", **sold)
    make_record(cast, "leads", **people)
    about = {"account": account, "contact": contact, "opportunity": opportunity}
    make_record(cast, "invoices", **about, **people)
    shown = api(world.owner).get(f"/api/opportunities/{opportunity}/").json
    at = {name: shown[name]["id"] for name in ("stage", "pipeline")}
    given = {
        "assigned_to": world.clerk.id,
        "team": str(world.dev.id),
        "tag": tag,
        "created_by": world.owner.id,
    }
    return {**about, **at, **given}


@pytest.mark.promise(22)
@pytest.mark.parametrize("operation", PROTECTED, ids=str)
def test_in_the_header_that_names_the_organization(operation: Operation, ground: Ground) -> None:
    world = ground.world
    ids = {name: str(new_id()) for name in operation.path_parameters}

    def ask(org_id: str) -> Answer:
        return operation.call(api(world.stranger), ids, headers={"organization-id": org_id})

    assert ask(str(world.acme.id)).status == 403
    _assert_all_alike(ask, [str(world.acme.id)])


@pytest.mark.promise(22)
def test_beside_one_of_ones_own_in_a_path(world: World, elsewhere: World) -> None:
    """A payment of theirs under an invoice of mine."""
    reverse = next(one for one in PROTECTED if len(one.path_parameters) > 1)
    mine = path_ids(reverse, make_cast(world), world.owner)
    theirs = path_ids(reverse, make_cast(elsewhere), elsewhere.owner)
    for name in mine:

        def send(value: str, name: str = name) -> Answer:
            return reverse.call(api(world.owner), mine | {name: value})

        with unchanged(elsewhere.acme.id), unchanged(world.acme.id):
            _assert_all_alike(send, [theirs[name]])


@pytest.mark.promise(22)
def test_the_time_tells_as_little(world: World, figure: Any) -> None:
    """A figure only: what else the machine does would decide such a test."""
    invoice_id = invoicing.make(world.owner)["id"]
    times: dict[str, list[float]] = {"theirs": [], "never was": []}
    for _ in range(200):
        for name, value in (("theirs", invoice_id), ("never was", str(new_id()))):
            started = perf_counter()
            assert api(world.stranger).get(f"/api/invoices/{value}/").status == 404
            times[name].append(perf_counter() - started)
    apart = abs(median(times["theirs"]) - median(times["never was"]))
    figure("medians of 200 reads apart by", f"{apart * 1000:.2f} ms")


@pytest.mark.promise(22, sabotage="a member is looked up by id alone, in every organization")
def test_a_filter_that_is_dropped_is_seen_in_a_path(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(user_id: UUID) -> Membership:
        found = Membership.objects.select_related("user").filter(user_id=user_id).first()
        if not found:
            raise NotFound
        return found

    monkeypatch.setattr(members, "find", find)
    read = next(one for one in PROTECTED if str(one) == "GET /api/users/{user_id}/")
    with pytest.raises(AssertionError):
        path_is_proven(read, ground)


@pytest.mark.promise(22, sabotage="members and teams of every organization may be assigned")
def test_a_filter_that_is_dropped_is_seen_in_a_body(
    ground: Ground, elsewhere: World, foreign: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        links, "_KNOWN", links._KNOWN.replace("org_id = %(org)s AND removed_at", "removed_at")
    )
    create, path = next(one for one in IN_BODY if one[1] == ("assigned_to", "[]"))
    with pytest.raises(AssertionError):
        test_in_a_body(create, path, ground, elsewhere, foreign)


@pytest.mark.promise(22, sabotage="an organization that is there is told from one that is not")
def test_a_helpful_word_is_seen_in_a_header(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    identify = authentication.identify

    def told(token: str, org_id: UUID | None) -> authentication.Caller:
        if org_id and not Organization.objects.filter(id=org_id).exists():
            raise NotFound
        return identify(token, org_id)

    monkeypatch.setattr(authentication, "identify", told)
    with pytest.raises(AssertionError):
        test_in_the_header_that_names_the_organization(PROTECTED[0], ground)


def _body(operation: Operation, path: Where, value: str) -> dict[str, Any]:
    """The least that the operation takes, and this id at this place."""
    schema = cast("Mapping[str, Any]", operation.body_schema)
    body = {name: operation.example()[name] for name in schema.get("required", ())}
    if operation.method == "POST" and "quantity" in schema["properties"] and path[0] != "lines":
        body |= {"quantity": 1, "rate": "10.00"}
    if "name" in body:
        body["name"] = "Nobody has this yet"
    return {**body, **_placed(path, value)}


def _placed(path: Where, value: Any) -> Any:
    """The value at this place, in the lists and objects that lead there."""
    field, *inner = path
    if field == "[]":
        return [_placed(tuple(inner), value) if inner else value]
    if not inner:
        return {field: value}
    placed = _placed(tuple(inner), value)
    is_list_of_objects = inner[0] == "[]" and inner[1:]
    first = [_COMPANIONS.get(field, {}) | placed[0]] if is_list_of_objects else placed
    return {field: first + _OTHERS[field] if field in _OTHERS else first}


def _assert_all_alike(send: Callable[[str], Answer], foreign: list[str]) -> None:
    nobodys = str(new_id())
    never = comparable(send(nobodys), nobodys)
    for value in foreign:
        assert comparable(send(value), value) == never
