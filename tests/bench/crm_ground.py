"""An organization that sells: accounts, contacts, leads and opportunities, and one account with a long past."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.db import models
from django.db.models import Field

from fairlead.crm.domain import positions
from fairlead.tenancy.models import OrganizationOwned
from tests.bench.ground import Member

ACCOUNTS, CONTACTS, LEADS, OPPORTUNITIES = 50_000, 100_000, 50_000, 20_000
ENTRIES = 5_000
_FIRST = "Anna Bruno Chloe David Elif Farid Greta Hugo Ines Jonas Klara Liam".split()
_LAST = "Adler Brandt Costa Duarte Evans Fischer Garcia Hansen Ivanov Jansen Keller Lopez".split()
_FIRMS = "Acme Globex Initech Umbrella Hooli Vandelay Northwind Contoso Stark Wayne".split()


def sellers(folder: Path, superuser: str, times: int = 1) -> tuple[Member, Member, UUID]:
    """The admin and a user of the organization that sells, and its account with a past; made once, and kept.

    `times` makes an organization that is so many times as large.
    """
    file = folder / f"sellers-{times}.json"
    if not file.exists():
        file.write_text(json.dumps(_make(superuser, times)))
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
    org, admin, user, account = map(UUID, json.loads(file.read_text()))
    return Member(admin, org, is_admin=True), Member(user, org, is_admin=False), account


def _make(superuser: str, times: int) -> list[str]:
    from fairlead.crm import pipelines
    from fairlead.crm.models import Account, AccountContact, Contact, Lead, Opportunity, Stage, StageChange
    from fairlead.records.models import Assignee, Comment, HistoryEntry
    from fairlead.tenancy.context import organization
    from fairlead.tenancy.models import Membership, Organization, Role, User

    org = Organization.objects.create(name="Sellers", time_zone="Europe/Berlin", address={"country": "DE"})
    people = [User.objects.create(email=f"{n}@{org.id.hex}.example", name=f"Seller {n}") for n in range(4)]
    for number, person in enumerate(people):
        Membership.objects.create(org=org, user=person, role=Role.USER if number else Role.ADMIN)
    with organization(org.id):
        pipelines.default()
        stages = [*Stage.objects.order_by("position").values_list("id", "kind")]
    given = {
        "org": org.id,
        "people": [one.id for one in people],
        "first": _FIRST,
        "last": _LAST,
        "firms": _FIRMS,
        "stages": [one for one, _ in stages],
        "kinds": [kind for _, kind in stages],
        "places": positions.spread(OPPORTUNITIES * times),
    }
    made = {
        "created_on": "now() - make_interval(mins => g)",
        "created_by": "(%(people)s::uuid[])[1 + g %% 4]",
    }
    firm = "(%(firms)s::text[])[1 + g %% 10] || ' ' || left(md5((g %% 9000)::text), 8) || ' Ltd'"
    name = (
        "(%(first)s::text[])[1 + g %% 12] || ' ' || (%(last)s::text[])[1 + g / 12 %% 12] || ' ' "
        "|| left(md5(g::text), 6)"
    )
    stage = "1 + g %% cardinality(%(stages)s::uuid[])"
    email = "'person' || g || '@' || left(md5((g %% 9000)::text), 8) || '.example'"
    tables: list[tuple[type[OrganizationOwned], int, Mapping[str, str]]] = [
        (Account, ACCOUNTS, {**made, "id": _id("account"), "label": firm, "name": firm, "status": "'open'",
            "words": f"{firm} || ' office' || g || '@x.example'", "email": "'office' || g || '@x.example'"}),
        (Contact, CONTACTS, {**made, "id": _id("contact"), "label": name, "first_name": f"split_part({name}, ' ', 1)",
            "last_name": f"substr({name}, strpos({name}, ' ') + 1)", "words": f"{name} || ' ' || {email}",
            "emails": f"jsonb_build_array(jsonb_build_object('email', {email}, 'type', 'work', 'is_primary', true))",
            "primary_account": _id("account", "(g + 1) / 2")}),
        (AccountContact, CONTACTS, {"created_on": made["created_on"], "id": _id("link"),
            "contact": _id("contact"), "account": _id("account", "(g + 1) / 2")}),
        (Lead, LEADS, {**made, "id": _id("lead"), "label": "'Website ' || g", "title": "'Website ' || g",
            "company_name": firm, "email": email, "words": f"'Website ' || g || ' ' || {firm} || ' ' || {email}",
            "status": "(ARRAY['assigned', 'in process', 'recycled', 'closed'])[1 + g %% 4]",
            "opportunity_amount": "1000.00 + g", "currency": "'EUR'"}),
        (Opportunity, OPPORTUNITIES, {**made, "id": _id("opportunity"), "label": "'Project ' || g || ' ' || " + firm,
            "name": "'Project ' || g", "words": f"'Project ' || g || ' ' || {firm}", "currency": "'EUR'",
            "amount": "5000.00 + g", "account": _id("account", "1 + g %% 50000"),
            "stage": f"(%(stages)s::uuid[])[{stage}]", "status": f"(%(kinds)s::text[])[{stage}]",
            "position": "(%(places)s::text[])[g]", "stage_since": "now()",
            "closed_at": f"CASE WHEN (%(kinds)s::text[])[{stage}] <> 'open' THEN now() END",
            "lost_reason": f"CASE WHEN (%(kinds)s::text[])[{stage}] = 'lost' THEN 'Price' ELSE '' END",
            "expected_close_date": "current_date + g %% 120"}),
        (StageChange, OPPORTUNITIES, {"created_on": made["created_on"], "id": _id("change"),
            "opportunity": _id("opportunity"), "to_stage": f"(%(stages)s::uuid[])[{stage}]", "to_name": "'Enquiry'"}),
        (Assignee, LEADS, {"kind": "'lead'", "record_id": _id("lead"), "user": "(%(people)s::uuid[])[1 + g %% 4]"}),
        (HistoryEntry, ENTRIES - 1_500, {"id": _id("history"), "kind": "'account'", "record_id": _id("account", "1"),
            "updated_on": "now() - make_interval(mins => g)", "action": "'changed'",
            "changes": """'{"industry": ["", "Software"]}'""", "updated_by": "(%(people)s::uuid[])[1]"}),
        (Comment, 1_500, {"id": _id("comment"), "kind": "'account'", "record_id": _id("account", "1"),
            "text": "'Called them, number ' || g", "commented_by": "(%(people)s::uuid[])[1]",
            "commented_on": "now() - make_interval(mins => g)"}),
    ]  # fmt: skip
    with psycopg.connect(superuser, autocommit=True) as connection:
        # Rows as they would be, without the checks of each that took care of it.
        connection.execute("SET session_replication_role = replica")
        for model, count, values in tables:
            connection.execute(_insertion(model, values), given | {"count": count * times})
        row = connection.execute(f"SELECT {_id('account', '1')}", given).fetchone()
    assert row
    return [str(org.id), str(people[0].id), str(people[1].id), str(row[0])]


def _id(kind: str, number: str = "g") -> str:
    """An id that others can refer to."""
    return f"md5(%(org)s::text || '{kind}' || ({number}))::uuid"


def _insertion(model: type[OrganizationOwned], values: Mapping[str, str]) -> str:
    """Rows 1 to `count` of a table; what is not said is empty."""
    fields: list[Field[Any, Any]] = [*model._meta.concrete_fields]
    said = {one.column: values.get(one.name) or _empty(one) for one in fields}
    columns = ", ".join(f'"{column}"' for column in said)
    return f"""INSERT INTO {model._meta.db_table} ({columns})
        SELECT {", ".join(said.values())} FROM generate_series(1, %(count)s) AS g"""


def _empty(field: "Field[Any, Any]") -> str:
    if field.name == "org":
        return "%(org)s"
    if field.null:
        return "NULL"
    kinds: dict[type[Field[Any, Any]], str] = {
        models.BooleanField: "false",
        models.DateTimeField: "now()",
        models.JSONField: "'[]'",
        models.PositiveIntegerField: "1",
    }
    return kinds.get(type(field), "''")
