"""Whoever gets a copy of the database gets no secret that opens anything."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from fairlead.foundation.ids import new_id
from fairlead.tenancy import members
from fairlead.tenancy.context import organization
from fairlead.tenancy.models import Invitation
from tests.world import PASSWORD, World, api


@pytest.mark.promise(31)
def test_no_secret_that_was_given_out_is_in_any_table(world: World, figure: Any) -> None:
    secrets = _given_out(world)
    with organization(world.acme.id):
        dump = "\n".join(_rows(model._meta.db_table) for model in apps.get_models())
    assert str(world.acme.id) in dump
    for name, secret in secrets.items():
        assert secret not in dump, name
        assert secret.encode().hex() not in dump, name
    figure("kinds of secret looked for in every table", len(secrets))


def _given_out(world: World) -> dict[str, str]:
    """Every kind of secret, as its holder has it; of tokens the part that is not their id."""
    person = {"email": world.owner.email, "password": PASSWORD}
    signed_in = api().post("/api/auth/login/", person, address="192.0.2.200").json
    made = api(world.owner).post("/api/profile/tokens/", {"name": "Export", "scopes": ["invoices:read"]}).json
    invited = api(world.owner).post("/api/users/", {"email": f"new-{new_id().hex}@acme.example"}).json
    invitation = Invitation.objects.get(org=world.acme, user_id=invited["id"])
    return {
        "password": PASSWORD,
        "access token": signed_in["access"].rpartition(".")[2],
        "refresh token": signed_in["refresh"].rpartition(".")[2],
        "API token": made["token"].split("_")[2],
        "invitation": members.invitation_token(invitation.id).split("_")[2],
    }


def _rows(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" AS t')
        return cursor.fetchone()[0] or ""
