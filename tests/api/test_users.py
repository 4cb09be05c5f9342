"""Members: invited, changed, kept out, removed; and never an organization without an admin."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.db import connection

from fairlead.foundation.ids import new_id
from fairlead.messaging.models import OutboundEmail
from fairlead.tenancy import limits, members
from fairlead.tenancy.context import organization
from fairlead.tenancy.models import Invitation, Membership, Role, User
from tests.world import PASSWORD, Answer, Person, World, api, make_person

ACCEPT = "/api/auth/accept-invitation/"
LOGIN = "/api/auth/login/"


def invite(world: World, email: str = "", **more: object) -> Answer:
    email = email or f"new-{new_id().hex}@acme.example"
    return api(world.owner).post("/api/users/", {"email": email, "name": "Nina New", **more})


def token_for(world: World, user_id: str) -> str:
    return members.invitation_token(Invitation.objects.get(org=world.acme, user_id=user_id, used_at=None).id)


def test_an_invited_person_becomes_a_member_by_accepting(world: World) -> None:
    invited = invite(world, role="ADMIN").json
    assert (invited["is_invited"], invited["is_active"], invited["name"]) == (True, False, "Nina New")
    accepted = api().post(
        ACCEPT, {"token": token_for(world, invited["id"]), "password": "eleven pipers piping"}
    )
    assert accepted.status == 200
    assert accepted.json["organizations"] == [{"id": str(world.acme.id), "name": "Acme", "role": "ADMIN"}]
    headers = {"Authorization": f"Bearer {accepted.json['access']}"}
    seen = api().get(f"/api/users/{invited['id']}/", headers=headers).json
    assert (seen["is_invited"], seen["is_active"], seen["role"]) == (False, True, "ADMIN")


def test_who_has_no_name_yet_is_called_by_an_address_of_any_length(world: World) -> None:
    email = f"n@{'.'.join(['a' * 62] * 4)}"
    invited = invite(world, email, name="")
    assert invited.status == 201, invited
    assert User.objects.get(email=email).name == email[:200]


def test_who_has_just_joined_is_not_locked_out_there_by_guesses_from_elsewhere(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: 1_800_000_000.0))  # one window
    invited = invite(world).json
    joined = {"token": token_for(world, invited["id"]), "password": "eleven pipers piping"}
    assert api().post(ACCEPT, joined, address="198.51.100.2").status == 200
    guess, own = ({"email": invited["email"], "password": one} for one in ("a guess", joined["password"]))
    guesses = [api().post(LOGIN, guess, address=f"198.18.{number}.9").status for number in range(11)]
    assert guesses == [401] * 10 + [429]
    assert api().post(LOGIN, own, address="203.0.113.9").status == 429
    assert api().post(LOGIN, own, address="198.51.100.2").status == 200


def test_the_invitation_is_mailed_and_its_secret_stored_nowhere(world: World) -> None:
    invited = invite(world).json
    token = token_for(world, invited["id"])
    with organization(world.acme.id):
        mail = OutboundEmail.objects.get(kind="invitation")
        assert mail.recipients == [invited["email"]]
        assert token.split("_")[2] not in mail.text + mail.html


def test_an_invitation_is_good_once(world: World) -> None:
    token = token_for(world, invite(world).json["id"])
    body = {"token": token, "password": "eleven pipers piping"}
    assert [api().post(ACCEPT, body).status for _ in range(2)] == [200, 401]


def test_a_second_invitation_ends_the_first(world: World) -> None:
    invited = invite(world).json
    first = token_for(world, invited["id"])
    assert invite(world, invited["email"]).status == 201
    assert api().post(ACCEPT, {"token": first, "password": "eleven pipers piping"}).status == 401
    second = token_for(world, invited["id"])
    assert api().post(ACCEPT, {"token": second, "password": "eleven pipers piping"}).status == 200


def test_a_weak_password_leaves_the_invitation_good(world: World) -> None:
    token = token_for(world, invite(world).json["id"])
    assert api().post(ACCEPT, {"token": token, "password": "short"}).status == 422
    assert api().post(ACCEPT, {"token": token, "password": "eleven pipers piping"}).status == 200


def test_who_has_an_account_already_proves_it_and_shows_nothing_before(world: World) -> None:
    invited = invite(world, world.stranger.email).json
    assert invited["name"] == "Nina New"  # not the name that the stranger goes by
    assert api(world.stranger).get("/api/teams/", headers={"organization-id": None}).status == 200
    token = token_for(world, invited["id"])
    assert (
        api().post(ACCEPT, {"token": token, "password": "somebody else's"}, address="198.51.100.1").status
        == 401
    )
    accepted = api().post(ACCEPT, {"token": token, "password": PASSWORD}, address="198.51.100.1")
    assert [one["name"] for one in accepted.json["organizations"]] == ["Acme", "Globex"]
    assert api(world.owner).get(f"/api/users/{invited['id']}/").json["name"] == "Steve Stranger"


def test_a_member_is_not_invited_again(world: World) -> None:
    answer = invite(world, world.clerk.email.upper())
    assert (answer.status, [*answer.json["errors"]]) == (409, ["email"])
    assert api(world.clerk).get("/api/teams/").status == 200


def test_a_forged_invitation_is_refused(world: World) -> None:
    token = token_for(world, invite(world).json["id"])
    another_letter = "1" if token[50] == "0" else "0"
    for forged in (token[:-1], token.replace("_", "-"), "fl_x_y_z", token[:50] + another_letter + token[51:]):
        assert api().post(ACCEPT, {"token": forged, "password": "eleven pipers piping"}).status == 401


def test_the_list_is_filtered_and_searched(world: World) -> None:
    invite(world)
    assert _names(world, "?role=ADMIN") == ["Olivia Owner"]
    assert _names(world, "?search=CLERK") == ["Claire Clerk"]
    assert _names(world, "?is_active=false") == ["Nina New"]
    assert _names(world, "?ordering=name") == ["Claire Clerk", "Colin Colleague", "Nina New", "Olivia Owner"]


def test_getting_then_putting_changes_nothing(world: World) -> None:
    address = f"/api/users/{world.colleague.id}/"
    before = api(world.owner).get(address)
    after = api(world.owner).put(address, before.json)
    assert (after.status, after.json, after.headers["ETag"]) == (200, before.json, before.headers["ETag"])


@pytest.mark.parametrize(
    "change", [{"name": "Eve"}, {"email": "eve@acme.example"}, {"is_invited": True}, {"teams": []}]
)
def test_what_is_the_persons_own_is_refused(change: dict[str, object], world: World) -> None:
    answer = api(world.owner).put(f"/api/users/{world.colleague.id}/", change)
    assert (answer.status, [*answer.json["errors"]]) == (422, [*change])


def test_a_stale_version_is_refused_and_changes_nothing(world: World) -> None:
    address = f"/api/users/{world.clerk.id}/"
    etag = api(world.owner).get(address).headers["ETag"]
    assert (
        api(world.owner).put(address, {"has_sales_access": False}, headers={"If-Match": etag}).status == 200
    )
    for method in ("PUT", "DELETE"):
        body = {"role": "ADMIN"} if method == "PUT" else None
        assert api(world.owner).call(method, address, json=body, headers={"If-Match": etag}).status == 412
    assert api(world.owner).get(address).json["role"] == "USER"


def test_the_last_admin_stays(world: World) -> None:
    me = f"/api/users/{world.owner.id}/"
    refused = [
        api(world.owner).delete(me),
        api(world.owner).put(me, {"role": "USER"}),
        api(world.owner).put(me, {"is_active": False}),
        api(world.owner).post(f"{me}status/", {"is_active": False}),
    ]
    assert [answer.status for answer in refused] == [422] * 4
    member = Membership.objects.get(org=world.acme, user_id=world.owner.user_id)
    assert (member.role, member.is_active, member.removed_at) == (Role.ADMIN, True, None)


@pytest.mark.parametrize("how", ["demote", "remove", "keep out"])
def test_admins_who_end_each_other_at_once_leave_one(how: str, world: World) -> None:
    admins = [
        world.owner,
        *(make_person(world.acme, f"Admin{number} Too", Role.ADMIN) for number in range(3)),
    ]
    with ThreadPoolExecutor(4) as pool:
        pairs = zip(admins, admins[1:] + admins[:1], strict=True)
        statuses = [*pool.map(lambda pair: _end(how, *pair), pairs)]
    assert Membership.objects.filter(org=world.acme, role=Role.ADMIN, is_active=True).exists()
    assert set(statuses) <= {200, 403, 422}


def test_who_is_removed_is_gone_and_may_come_back(world: World) -> None:
    assert api(world.owner).delete(f"/api/users/{world.colleague.id}/").status == 200
    assert api(world.owner).get(f"/api/users/{world.colleague.id}/").status == 404
    assert api(world.owner).get(f"/api/teams/{world.dev.id}/").json["users"] == []
    assert api(world.colleague).get("/api/teams/").status == 403
    assert invite(world, world.colleague.email).status == 201


def test_who_has_not_accepted_cannot_be_let_in(world: World) -> None:
    invited = invite(world).json
    assert api(world.owner).post(f"/api/users/{invited['id']}/status/", {"is_active": True}).status == 422


def test_who_is_kept_out_may_be_let_in_again(world: World) -> None:
    address = f"/api/users/{world.clerk.id}/status/"
    assert api(world.owner).post(address, {"is_active": False}).json["is_active"] is False
    assert api(world.clerk).get("/api/teams/").status == 403
    assert api(world.owner).post(address, {"is_active": True}).json["is_active"] is True
    assert api(world.clerk).get("/api/teams/").status == 200


def test_an_invitation_is_sent_once_for_one_key(world: World) -> None:
    body = {"email": f"new-{new_id().hex}@acme.example"}
    headers = {"Idempotency-Key": "once"}
    first, second = (api(world.owner).post("/api/users/", body, headers=headers) for _ in range(2))
    assert (second.status, second.body) == (201, first.body)
    assert second.headers["Idempotent-Replayed"] == "true"
    with organization(world.acme.id):
        assert OutboundEmail.objects.filter(kind="invitation").count() == 1


def _names(world: World, query: str) -> list[str]:
    return sorted(one["name"] for one in api(world.owner).get(f"/api/users/{query}").json["results"])


def _end(how: str, actor: Person, other: Person) -> int:
    address = f"/api/users/{other.id}/"
    try:
        if how == "remove":
            return api(actor).delete(address).status
        change = {"role": "USER"} if how == "demote" else {"is_active": False}
        return api(actor).put(address, change).status
    finally:
        connection.close()
