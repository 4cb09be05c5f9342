"""A record for every path of the API: growing the API by a record adds a row to `MAKERS`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from fairlead.foundation.ids import new_id
from fairlead.records import tags
from fairlead.tenancy import logos, organizations
from fairlead.tenancy.context import organization
from fairlead.tenancy.models import Role, Team
from fairlead.tenancy.policy import Relation
from tests import operations
from tests.operations import Operation
from tests.world import Person, World, api, make_people, make_person


@dataclass(frozen=True)
class Cast:
    """Members of Acme by how they stand to the records that are made here."""

    world: World
    people: dict[Relation, Person]

    @property
    def creator(self) -> Person:
        return self.people[Relation.CREATOR]


@dataclass(frozen=True)
class Ground:
    """People whom several tests share, and records that are made once for all whose calls are refused."""

    cast: Cast
    _made: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    @property
    def world(self) -> World:
        return self.cast.world

    def ids(self, operation: Operation, caller: Person | None = None) -> dict[str, str]:
        """Records for the ids in this operation's path, as the admin calls it or another."""
        caller = caller or self.world.owner
        key = (str(operation), caller.id)
        if key not in self._made:
            self._made[key] = path_ids(operation, self.cast, caller)
        return self._made[key]


Maker = Callable[[Cast, Person], str]


def make_cast(world: World) -> Cast:
    """Everybody at Acme, and one more who is only assigned to things, and one who has nothing to do with them."""
    assignee, nobody = make_people(
        (world.acme, "Ada Assignee", Role.USER), (world.acme, "Nora Nobody", Role.USER)
    )
    people = {
        Relation.ADMIN: world.owner,
        Relation.CREATOR: world.clerk,
        Relation.ASSIGNEE: assignee,
        Relation.TEAM: world.colleague,
        Relation.MEMBER: nobody,
    }
    return Cast(world, people)


def path_ids(operation: Operation, cast: Cast, caller: Person) -> dict[str, str]:
    """Fresh records for the ids in this operation's path. Raises `KeyError` for a path that has no maker."""
    ids: dict[str, str] = {}
    for name in operation.path_parameters:
        key = f"{operation.method} {operation.path} {name}"
        maker = MAKERS.get(key) or (_of_record(operation) if name == "record_id" else MAKERS[name])
        ids[name] = maker(cast, caller)
    if "payment_id" in ids:
        ids["invoice_id"], ids["payment_id"] = ids["payment_id"].split(" ")
    return ids


def make_invoice(cast: Cast, **more: Any) -> str:
    """A draft by the creator, given to the assignee and to the team."""
    body = {
        "invoice_title": "Web Development Services",
        "name": "Tech Solutions Inc",
        "email": "billing@techsolutions.example",
        "quantity": 80,
        "rate": "125.00",
        "currency": "EUR",
        "assigned_to": [cast.people[Relation.ASSIGNEE].id],
        "teams": [str(cast.world.dev.id)],
        **more,
    }
    answer = api(cast.creator).post("/api/invoices/", body)
    assert answer.status == 201, answer
    return str(answer.json["id"])


def alike() -> set[str]:
    """Operations that another's function and schema serve: PATCH beside PUT, and what hangs on each kind of record.

    Tier P does not ask them what it asks the other.
    """
    every = operations.every()
    names = {str(one) for one in every}
    shapes: set[str] = set()
    found = {str(one) for one in every if one.method == "PATCH" and f"PUT {one.path}" in names}
    for one in every:
        _, _, resource, *rest = one.path.split("/")
        shape = f"{one.method} {'/'.join(rest)}"
        if resource in RECORDS and len(rest) > 2:
            found |= {str(one)} if shape in shapes else set()
            shapes.add(shape)
    return found


def _invoice(cast: Cast, caller: Person) -> str:
    return make_invoice(cast)


def make_record(cast: Cast, plural: str, **more: Any) -> str:
    """A record of this resource by the creator, given to the assignee and to the team."""
    if plural == "invoices":
        return make_invoice(cast, **more)
    body = {
        **RECORDS[plural],
        "assigned_to": [cast.people[Relation.ASSIGNEE].id],
        "teams": [str(cast.world.dev.id)],
        **more,
    }
    forced = "?force=true" if plural in WITH_DUPLICATES else ""
    answer = api(cast.creator).post(f"/api/{plural}/{forced}", body)
    assert answer.status == 201, answer
    return str(answer.json["id"])


def _of_record(operation: Operation) -> Maker:
    """What makes the id that stands as `record_id` in this path: a record's, or that of what hangs on one."""
    _, _, plural, part, *_ = operation.path.split("/")
    if operation.method == "POST" or part not in ("comment", "attachment"):
        return lambda cast, _: make_record(cast, plural)
    hang = _comment if part == "comment" else _attachment
    return lambda cast, _: hang(cast, plural)


def _comment(cast: Cast, plural: str) -> str:
    address = f"/api/{plural}/comment/{make_record(cast, plural)}/"
    return str(api(cast.creator).post(address, {"comment": "Called them."}).json["id"])


def _attachment(cast: Cast, plural: str) -> str:
    address = f"/api/{plural}/attachment/{make_record(cast, plural)}/"
    return str(api(cast.creator).call("POST", address, files={"attachment": _text_file()}).json["id"])


def _payment(cast: Cast, caller: Person) -> str:
    invoice_id = make_invoice(cast, status="Sent")
    answer = api(cast.creator).post(f"/api/invoices/{invoice_id}/payments/", {"amount": "10.00"})
    assert answer.status == 201, answer
    return f"{invoice_id} {answer.json['id']}"


def _team(cast: Cast, caller: Person) -> str:
    with organization(cast.world.acme.id):
        count = Team.objects.count()
        return str(Team.objects.create(org=cast.world.acme, name=f"Team {count}").id)


def _web_form(cast: Cast, caller: Person) -> str:
    answer = api(cast.world.owner).post("/api/api-settings/", {"title": "Contact us"})
    return str(answer.json["id"])


def _tag(cast: Cast, caller: Person) -> str:
    with organization(cast.world.acme.id):
        return str(tags.create(f"tag {new_id()}").id)


def _sold(cast: Cast, caller: Person) -> str:
    """An opportunity that can be invoiced."""
    return make_record(cast, "opportunities", account=make_record(cast, "accounts"), amount="100.00")


def _pipeline(cast: Cast, caller: Person) -> str:
    """One that is not the default, so that it may be removed."""
    admin = api(cast.world.owner)
    if not admin.get("/api/pipelines/").json["count"]:
        admin.post("/api/pipelines/", {"name": "Sales"})
    return str(admin.post("/api/pipelines/", {"name": f"Partners {new_id()}"}).json["id"])


def _token(cast: Cast, caller: Person) -> str:
    answer = api(caller).post("/api/profile/tokens/", {"name": "Export", "scopes": ["invoices:read"]})
    return str(answer.json["id"])


def _organization_with_logo(cast: Cast, caller: Person) -> str:
    with organization(cast.world.acme.id):
        organizations.set_logo(logos.read(operations.picture().read()))
    return str(cast.world.acme.id)


def _text_file() -> BytesIO:
    file = BytesIO(b"120 hours")
    file.name = "timesheet.txt"
    return file


# The least that each resource needs to make a record, by its plural.
RECORDS: dict[str, dict[str, Any]] = {
    "accounts": {"name": "Tech Solutions Inc"},
    "leads": {"title": "A new website"},
    "opportunities": {"name": "A new website"},
    "contacts": {
        "first_name": "Jane",
        "last_name": "Doe",
        "emails": [{"email": "jane@techsolutions.example"}],
    },
}
# Those of which a second one like the first is made only by force.
WITH_DUPLICATES = ("accounts", "contacts")

# By the parameter's name, or by operation and name where one name stands for several kinds of record.
MAKERS: dict[str, Maker] = {
    "GET /api/org/{org_id}/logo/ org_id": _organization_with_logo,
    "POST /api/opportunities/{record_id}/invoice/ record_id": _sold,
    "org_id": lambda cast, _: str(cast.world.acme.id),
    "user_id": lambda cast, _: make_person(cast.world.acme, "Theo Temp").id,
    "team_id": _team,
    "token_id": _token,
    "invoice_id": _invoice,
    "payment_id": _payment,
    "tag_id": _tag,
    "form_id": _web_form,
    "pipeline_id": _pipeline,
}
