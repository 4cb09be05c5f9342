"""Tokens as text."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.foundation.errors import NotPermitted
from fairlead.foundation.ids import new_id
from fairlead.tenancy import policy, secrets
from fairlead.tenancy.context import Actor
from fairlead.tenancy.policy import Relation

ids = st.uuids()


@pytest.mark.promise(31)
@given(ids)
def test_a_token_is_read_back(token_id: UUID) -> None:
    secret = secrets.make_secret()
    token = secrets.format_token(token_id, secret)
    assert secrets.parse_token(token) == (token_id, secret)
    assert len(token) == 3 + 32 + 1 + 43 + 1 + 6


@pytest.mark.promise(31)
@given(st.text() | st.from_regex(r"fl_[0-9a-f]{32}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}", fullmatch=True))
def test_other_texts_are_none(text: str) -> None:
    assert secrets.parse_token(text) is None


def test_every_secret_is_another() -> None:
    assert len({secrets.make_secret() for _ in range(1_000)}) == 1_000


def test_a_hash_is_good_for_one_purpose() -> None:
    assert secrets.keyed_hash("api-token", "x") != secrets.keyed_hash("invitation", "x")


def test_a_derived_secret_is_the_same_each_time_and_another_for_each_record() -> None:
    one, two = new_id(), new_id()
    assert secrets.derived_secret("invitation", one) == secrets.derived_secret("invitation", one)
    assert secrets.derived_secret("invitation", one) != secrets.derived_secret("invitation", two)


def test_every_action_has_somebody_who_may_and_admins_may_all() -> None:
    assert all(Relation.ADMIN in who for who in policy.MAY.values())


@pytest.mark.parametrize("action", sorted(policy.MAY))
def test_what_reads_never_writes(action: str) -> None:
    reader = Actor(
        new_id(),
        new_id(),
        is_admin=True,
        scopes=frozenset(one for one in policy.scopes() if one.endswith(":read")),
    )
    if policy.reads(action):
        policy.require_scope(action, reader)
    else:
        with pytest.raises(NotPermitted):
            policy.require_scope(action, reader)
