"""What the figures stand on: a database of its own, kept from run to run, with a large organization and a small one."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg

from fairlead.cli import databases, postgres

ROOT = Path(__file__).resolve().parents[2]
LARGE, MIDDLING, SMALL = 200_000, 50_000, 1_000
_NAMES = "Acme Globex Initech Umbrella Hooli Vandelay".split()
_INVOICES = """
    INSERT INTO billing_invoice (id, created_on, org_id, title, number, status, open_status, name, email, phone, vat_id,
        currency, prices_include_tax, tax_rate, net_amount, tax_amount, total_amount, amount_paid, vat_breakdown,
        issue_date, due_date, language, notes, terms, internal_notes, purchase_order, buyer_reference, issued_at,
        created_by_id, updated_on, version)
    SELECT gen_random_uuid(), now() - make_interval(mins => g), %(org)s, 'Services of month ' || g %% 12, 'B-' || g,
        (ARRAY['Draft', 'Sent', 'Pending', 'Paid', 'Cancelled'])[1 + g %% 5], 'Sent',
        (%(names)s::text[])[1 + g %% 6] || ' ' || left(md5((g %% 5000)::text), 8) || ' Ltd',
        'billing' || g || '@x.example',
        '', '', 'EUR', false, 19, 100.00, 19.00, 119.00, CASE WHEN g %% 5 = 3 THEN 119.00 ELSE 0.00 END, '[]',
        current_date - g %% 400, current_date - g %% 400 + 30, 'en', '', '', '', '', '',
        CASE WHEN g %% 5 > 0 THEN now() END,
        (%(people)s::uuid[])[1 + g %% 4], now(), 1
    FROM generate_series(1, %(count)s) AS g"""
_LINES = """
    INSERT INTO billing_invoiceline (id, created_on, org_id, invoice_id, position, vat_category, vat_rate, net_amount,
        description, quantity, unit, rate, price_base, vat_exemption_reason)
    SELECT gen_random_uuid(), created_on, org_id, id, 1, 'S', 19, 100.00, title, 1, 'C62', 100.00, 1, ''
    FROM billing_invoice WHERE org_id = %s"""
_ASSIGNEES = """
    INSERT INTO records_assignee (org_id, kind, record_id, user_id)
    SELECT org_id, 'invoice', id, (%s::uuid[])[1 + right(number, 1)::int %% 4] FROM billing_invoice
    WHERE org_id = %s AND right(number, 1) <> '0'"""
_TEAMS = """
    INSERT INTO records_assignedteam (org_id, kind, record_id, team_id)
    SELECT org_id, 'invoice', id, %s FROM billing_invoice WHERE org_id = %s AND right(number, 1) IN ('3', '7')"""


@dataclass(frozen=True)
class Member:
    """Somebody who asks: an admin, or a user who sees what is theirs."""

    user_id: UUID
    org_id: UUID
    is_admin: bool


@dataclass(frozen=True)
class Ground:
    """The organizations that figures are taken in; each has an admin and a user. `folder` is all that is kept,
    and `superuser` the address by which rows are made.

    What is written goes to the busy one, and of creates that are compared to the one beside it. These two are new for
    each run, so that the others stay as they are.
    """

    folder: Path
    superuser: str
    large: tuple[Member, Member]
    small: tuple[Member, Member]
    busy: tuple[Member, Member]
    beside: tuple[Member, Member]


@contextmanager
def open_ground(folder: Path) -> Iterator[Ground]:
    """Start the server, make what is missing, and point Django at it."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "secrets.json"
    if not secret.exists():
        kept = {name: secrets.token_hex(16) for name in ("superuser", "owner", "app", "key")}
        secret.write_text(json.dumps(kept | {"home": str(postgres.choose_home(folder))}))
        secret.chmod(0o600)
    kept = json.loads(secret.read_text())
    with (folder / "postgres.log").open("ab") as log:
        server = postgres.start(
            Path(kept["home"]), kept["superuser"], log, ("shared_buffers=512MB", "max_connections=150")
        )
        try:
            yield _prepare(folder, kept, server)
        finally:
            server.stop()


def _prepare(folder: Path, kept: dict[str, str], server: postgres.Server) -> Ground:
    superuser = server.address(postgres.SUPERUSER, kept["superuser"])
    databases.ensure_roles(superuser, databases.Passwords(kept["owner"], kept["app"]))
    databases.ensure_database(superuser)
    os.environ["DATABASE_URL"] = server.address(databases.OWNER, kept["owner"], databases.NAME)
    os.environ["DATABASE_APP_URL"] = server.address(databases.APP, kept["app"], databases.NAME)
    os.environ["FAIRLEAD_SECRET_KEY"] = kept["key"] * 2
    os.environ["FAIRLEAD_DATA"] = str(folder / "data")
    os.environ["FAIRLEAD_REQUESTS_PER_MINUTE"] = "100000000"
    os.environ["FAIRLEAD_LOG_LEVEL"] = "ERROR"
    os.environ["DJANGO_SETTINGS_MODULE"] = "fairlead.settings"
    (folder / "data").mkdir(exist_ok=True)
    from fairlead.cli import migrations

    migrations.migrate()
    return _people(folder, server.address(postgres.SUPERUSER, kept["superuser"], databases.NAME))


def _people(folder: Path, superuser: str) -> Ground:
    file = folder / "ground.json"
    if not file.exists():
        file.write_text(json.dumps(make_organizations(superuser, LARGE, MIDDLING, SMALL)))
    large, small = json.loads(file.read_text())
    fresh = [_members(_make(superuser, name, SMALL)) for name in ("Busy", "Beside")]
    vacuum(superuser)
    return Ground(folder, superuser, _members(large), _members(small), *fresh)


def make_organizations(superuser: str, large: int, middling: int, small: int) -> list[list[str]]:
    """Three organizations of so many invoices; of the first and the last the ids: theirs, an admin's, a user's."""
    return [_make(superuser, *size) for size in (("Large", large), ("Small", small), ("Other", middling))][:2]


def vacuum(superuser: str) -> None:
    """Do what the server does by itself after a while, so that the planner knows what there is."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _members(ids: list[str]) -> tuple[Member, Member]:
    org, admin, user = map(UUID, ids)
    return Member(admin, org, is_admin=True), Member(user, org, is_admin=False)


def _make(superuser: str, name: str, count: int) -> list[str]:
    """An organization with so many invoices; returns the ids of it, its admin and one of its users."""
    from fairlead.tenancy.context import organization
    from fairlead.tenancy.models import Membership, Organization, Role, Team, User

    org = Organization.objects.create(name=name, time_zone="Europe/Berlin", address={"country": "DE"})
    people = [User.objects.create(email=f"{n}@{org.id.hex}.example", name=f"{name} {n}") for n in range(4)]
    for number, person in enumerate(people):
        Membership.objects.create(org=org, user=person, role=Role.USER if number else Role.ADMIN)
    with organization(org.id):
        team = Team.objects.create(org=org, name="Sales")
    ids = [person.id for person in people]
    with psycopg.connect(superuser, autocommit=True) as connection:
        # Rows as they would be, without the checks of each that took care of it.
        connection.execute("SET session_replication_role = replica")
        connection.execute(_INVOICES, {"org": org.id, "names": _NAMES, "people": ids, "count": count})
        connection.execute(_LINES, [org.id])
        connection.execute(_ASSIGNEES, [ids, org.id])
        connection.execute(_TEAMS, [team.id, org.id])
    return [str(org.id), str(ids[0]), str(ids[1])]
