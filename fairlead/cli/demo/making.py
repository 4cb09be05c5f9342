"""Making the demo: each company in one transaction, each of its events at its own time."""

from datetime import date
from uuid import UUID

from django.db import connection, transaction

from fairlead.billing import numbering
from fairlead.cli.demo import globex, halden, schedule
from fairlead.cli.demo.company import Company, Person
from fairlead.cli.demo.desk import Desk
from fairlead.cli.demo.office import Office
from fairlead.foundation import clock
from fairlead.records import files
from fairlead.tenancy import logos, members, organizations, sign_in, teams
from fairlead.tenancy.context import Actor, organization
from fairlead.tenancy.models import Role, User

COMPANIES = (halden.COMPANY, globex.COMPANY)


def ensure_demo(*, password: str, today: date | None = None, subdomain: str = "") -> None:
    """Make each company of the demo unless it is there: all of it, or nothing where it fails.

    Everybody's password is `password`. All that happens, happens before `today`, which is today in the company's zone
    unless it is given. A `subdomain` in the mailboxes makes another demo in the same database.
    """
    for company in COMPANIES:
        domain = ".".join(filter(None, [subdomain, company.domain]))
        with files.settled(), transaction.atomic():
            _await_turn(domain)
            if not User.objects.filter(email=f"{company.people[0].mailbox}@{domain}").exists():
                _make(company, domain, password, today or clock.today(company.settings["time_zone"]))


def _await_turn(domain: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"demo {domain}"])


def _make(company: Company, domain: str, password: str, today: date) -> None:
    zone = company.settings["time_zone"]
    with clock.at(schedule.founded(today, zone)):
        admin = _found(company, domain, password)
        with organization(admin.org_id, admin):
            office = _open(company, admin, domain, password, today)
            office.desk.furnish()
    with organization(admin.org_id, admin):
        for event in schedule.events((*company.bills, *company.sales.dealings), today, zone):
            with clock.at(event.at):
                office.carry_out(event)


def _found(company: Company, domain: str, password: str) -> Actor:
    founder = company.people[0]
    user = User.objects.create(email=f"{founder.mailbox}@{domain}", name=founder.name)
    sign_in.set_password(user, password)
    return _actor(user.id, organizations.create(user.id, company.settings).id)


def _open(company: Company, admin: Actor, domain: str, password: str, today: date) -> Office:
    """Settle in: the logo, how invoices are numbered, the colleagues and their teams."""
    organizations.set_logo(logos.read(company.logo()))
    if company.number_series:
        numbering.change_settings(dict(company.number_series))
    founder, *others = company.people
    actors = {person.mailbox: _actor(_join(person, domain, password), admin.org_id) for person in others}
    groups = {
        person.team: teams.create(person.team, person.does, [actors[person.mailbox].user_id]).id
        for person in others
    }
    all_actors = {founder.mailbox: admin, **actors}
    return Office(company, all_actors, groups, Desk(company, all_actors, groups, today))


def _join(person: Person, domain: str, password: str) -> UUID:
    member, invitation = members.invite(f"{person.mailbox}@{domain}", person.name, {"role": Role.USER})
    sign_in.accept_invitation(
        members.invitation_token(invitation.id), password, person.name, network="127.0.0.1"
    )
    return member.user_id


def _actor(user_id: UUID, org_id: UUID) -> Actor:
    actor = members.actor_in(user_id, org_id)
    assert actor  # noqa: S101  # they have just joined
    return actor
