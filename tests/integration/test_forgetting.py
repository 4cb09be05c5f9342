"""What is of no more use is forgotten, and nothing else."""

import time
from datetime import timedelta

from fairlead.foundation.clock import now
from fairlead.foundation.ids import new_id
from fairlead.tenancy import authentication, limits
from fairlead.tenancy.models import RateBucket, Session, User
from tests.world import World, api


def test_counts_of_past_days_are_forgotten() -> None:
    old, new = f"old-{new_id().hex}", f"new-{new_id().hex}"
    RateBucket.objects.create(key=old, window_start=int(time.time()) - 90_000, count=3)
    limits.count(new, limits.Limit(5, 60))
    limits.forget_old()
    assert not RateBucket.objects.filter(key=old).exists()
    assert RateBucket.objects.get(key=new).count == 1


def test_sessions_that_ended_long_ago_are_forgotten(world: World) -> None:
    user = User.objects.get(id=world.clerk.user_id)
    ended = Session.objects.create(user=user, expires_at=now() - timedelta(days=8))
    authentication.forget_old()
    assert not Session.objects.filter(id=ended.id).exists()
    assert api(world.clerk).get("/api/profile/").status == 200
