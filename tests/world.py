"""The named cast: Acme with its owner, clerk and colleague, and Globex with a stranger, fresh for every test.

Everything is committed, as the app role, under random ids, so tests run beside each other and in any order.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler

from fairlead.foundation.ids import new_id
from fairlead.tenancy import authentication
from fairlead.tenancy.context import Actor, organization
from fairlead.tenancy.models import Membership, Organization, Role, Team, TeamMember, User
from tests import contract
from tests.leaks import listener

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Answer:
    """What the API said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The parsed body."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Api:
    """The API, called in process through the real middleware with these headers; each answer is as described."""

    headers: Mapping[str, str]

    def get(self, path: str, **more: Any) -> Answer:
        return self.call("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> Answer:
        return self.call("POST", path, json=json, **more)

    def put(self, path: str, json: Any = None, **more: Any) -> Answer:
        return self.call("PUT", path, json=json, **more)

    def patch(self, path: str, json: Any = None, **more: Any) -> Answer:
        return self.call("PATCH", path, json=json, **more)

    def delete(self, path: str, **more: Any) -> Answer:
        return self.call("DELETE", path, **more)

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        body: bytes | None = None,
        content_type: str = "application/json",
        files: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        address: str = "127.0.0.1",
    ) -> Answer:
        """Send `json`, or `body` as it is, or `files` as multipart. A header given as None is left out."""
        sent = {
            name: value for name, value in {**self.headers, **(headers or {})}.items() if value is not None
        }
        listener.remember_fields([json, parse_qs(urlsplit(path).query)])
        client = Client(headers=sent, REMOTE_ADDR=address)
        client.handler = _handler()
        if files is not None:
            response = client.post(path, files)
        else:
            response = client.generic(method, path, _encode(json) if body is None else body, content_type)
        answer = Answer(response.status_code, response.headers, _content(response))
        if b'"token"' in answer.body or b'"access"' in answer.body:
            listener.remember_fields(answer.json)
        if path.startswith("/api/"):
            contract.check(method, path, answer.status, answer.headers, answer.body)
        return answer


@dataclass(frozen=True)
class Person:
    """A member who has signed in. Their password is `PASSWORD`."""

    user_id: UUID
    org_id: UUID
    name: str
    email: str
    is_admin: bool
    token: str = field(repr=False)

    @property
    def id(self) -> str:
        """The user's id as the API writes it."""
        return str(self.user_id)

    @property
    def headers(self) -> dict[str, str]:
        """What every call of theirs bears."""
        return {"Authorization": f"Bearer {self.token}", "organization-id": str(self.org_id)}

    @property
    def actor(self) -> Actor:
        """Them as who acts, for `tenancy.context.organization`."""
        return Actor(self.user_id, self.org_id, self.is_admin, self.name, self.email)


@dataclass(frozen=True)
class World:
    """Acme: `owner` is its admin, `clerk` and `colleague` are users, the colleague alone is in team `dev`."""

    acme: Organization
    globex: Organization
    owner: Person
    clerk: Person
    colleague: Person
    stranger: Person
    dev: Team


def make_world() -> World:
    """Found both organizations and sign everybody in."""
    with transaction.atomic():
        acme, globex = Organization.objects.bulk_create([_organization("Acme"), _organization("Globex")])
        colleague, owner, clerk, stranger = make_people(
            (acme, "Colin Colleague", Role.USER),
            (acme, "Olivia Owner", Role.ADMIN),
            (acme, "Claire Clerk", Role.USER),
            (globex, "Steve Stranger", Role.ADMIN),
        )
        with organization(acme.id):
            dev = Team.objects.create(org=acme, name="dev", description="They build it.")
            TeamMember.objects.create(org=acme, team=dev, user_id=colleague.user_id)
    return World(acme, globex, owner, clerk, colleague, stranger, dev)


def make_organization(name: str, **settings: Any) -> Organization:
    """An organization with nobody in it, in Berlin unless `settings` say otherwise."""
    made = _organization(name, **settings)
    made.save(force_insert=True)
    return made


def _organization(name: str, **settings: Any) -> Organization:
    address = {
        "address_line": "Linienstraße 42",
        "street": "",
        "city": "Berlin",
        "state": "",
        "postcode": "10119",
    }
    return Organization(
        name=name, **{"address": {**address, "country": "DE"}, "time_zone": "Europe/Berlin", **settings}
    )


def make_person(org: Organization, name: str, role: str = Role.USER) -> Person:
    """A new member of the organization, signed in."""
    [made] = make_people((org, name, role))
    return made


def make_people(*members: tuple[Organization, str, str]) -> list[Person]:
    """New members, each of an organization, by a name and in a role, signed in; in few statements, for every test."""
    users = [_user(org, name) for org, name, _ in members]
    with transaction.atomic():
        User.objects.bulk_create(users)
        Membership.objects.bulk_create(
            Membership(org=org, user=user, role=role)
            for user, (org, _, role) in zip(users, members, strict=True)
        )
        return [_sign_in(user, org, role) for user, (org, _, role) in zip(users, members, strict=True)]


def _user(org: Organization, name: str) -> User:
    user_id = new_id()
    email = f"{name.split(maxsplit=1)[0].lower()}-{user_id.hex}@{org.name.lower().replace(' ', '-')}.example"
    return User(id=user_id, name=name, email=email, password=_password_hash())


def join(user: User, org: Organization, role: str = Role.USER) -> Person:
    """Make a user a member of one more organization; returns them as they are there."""
    Membership.objects.create(org=org, user=user, role=role)
    return _sign_in(user, org, role)


def _sign_in(user: User, org: Organization, role: str) -> Person:
    token = authentication.make_tokens(authentication.open_session(user)).access
    listener.remember(user.name, user.email, token, PASSWORD)
    return Person(user.id, org.id, user.name, user.email, role == Role.ADMIN, token)


def api(person: Person | None = None) -> Api:
    """The API as this person calls it; without one, as somebody who has not signed in."""
    return Api(person.headers if person else {})


def _encode(value: Any) -> bytes:
    return b"" if value is None else json.dumps(value).encode()


def _content(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


@cache
def _handler() -> ClientHandler:
    """One chain of middleware for every call, as in a server: to load it takes as long as an answer."""
    return ClientHandler(enforce_csrf_checks=False)


@cache
def _password_hash() -> str:
    return make_password(PASSWORD)
