"""The same request twice is done once, whoever else runs at the time."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, connections, transaction

from fairlead.foundation.clock import now
from fairlead.foundation.errors import Conflict, InvalidInput
from fairlead.foundation.ids import new_id
from fairlead.records import idempotency
from fairlead.records.models import ReplayedRequest
from fairlead.tenancy.context import organization
from tests.world import Person, World

pytestmark = [pytest.mark.promise(3), pytest.mark.usefixtures("own_database")]

ONE, OTHER = b"1" * 32, b"2" * 32
BODY = '{"id": "…"}'.encode()


def keep(person: Person, key: str, fingerprint: bytes = ONE) -> None:
    idempotency.keep(person.user_id, key, fingerprint, 201, "application/json", {"ETag": '"1"'}, BODY)


def in_a_thread[T](work: Callable[[], T]) -> T:
    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(timeout=20)


def test_the_answer_comes_again_byte_for_byte(world: World) -> None:
    with organization(world.acme.id):
        assert idempotency.claim(world.clerk.user_id, "key", ONE) is None
        keep(world.clerk, "key")
    with organization(world.acme.id):
        kept = idempotency.claim(world.clerk.user_id, "key", ONE)
    assert kept is not None
    assert (kept.status, kept.content_type, kept.headers) == (201, "application/json", {"ETag": '"1"'})
    assert bytes(kept.body) == BODY


def test_a_key_is_for_one_request(world: World) -> None:
    with organization(world.acme.id):
        keep(world.clerk, "key")
    with organization(world.acme.id), pytest.raises(InvalidInput) as refused:
        idempotency.claim(world.clerk.user_id, "key", OTHER)
    assert list(refused.value.errors) == ["Idempotency-Key"]


def test_a_key_is_its_users_in_the_organization(world: World) -> None:
    with organization(world.acme.id):
        keep(world.clerk, "key")
        assert idempotency.claim(world.colleague.user_id, "key", OTHER) is None
    with organization(world.globex.id):
        assert idempotency.claim(world.stranger.user_id, "key", OTHER) is None
        assert not ReplayedRequest.objects.filter(key="key").exists()


def test_refused_work_keeps_nothing(world: World) -> None:
    with organization(world.acme.id):
        keep(world.clerk, "key")
        transaction.set_rollback(True)
    with organization(world.acme.id):
        assert idempotency.claim(world.clerk.user_id, "key", OTHER) is None


def test_while_one_runs_the_others_are_told_so(world: World) -> None:
    def claim() -> str:
        with organization(world.acme.id):
            idempotency.claim(world.clerk.user_id, "key", ONE)
        return "claimed"

    with organization(world.acme.id):
        idempotency.claim(world.clerk.user_id, "key", ONE)
        with pytest.raises(Conflict) as refused:
            in_a_thread(claim)
    assert list(refused.value.errors) == ["Idempotency-Key"]
    assert in_a_thread(claim) == "claimed"


def test_of_many_at_once_one_does_the_work(world: World) -> None:
    callers = 8
    together, tried = Barrier(callers), Barrier(callers)

    def request() -> str:
        together.wait(timeout=20)
        try:
            with organization(world.acme.id):
                try:
                    kept = idempotency.claim(world.clerk.user_id, "key", ONE)
                finally:
                    tried.wait(timeout=20)
                if kept is None:
                    keep(world.clerk, "key")
                return "replayed" if kept else "done"
        except Conflict:
            return "conflict"
        finally:
            connection.close()

    with ThreadPoolExecutor(callers) as pool:
        outcomes = Counter(pool.map(lambda _: request(), range(callers)))
    assert outcomes == {"done": 1, "conflict": callers - 1}
    with organization(world.acme.id):
        assert ReplayedRequest.objects.filter(key="key").count() == 1


def test_a_key_of_long_ago_is_new_again(world: World) -> None:
    with organization(world.acme.id):
        keep(world.clerk, "key")
    age(world.acme.id, timedelta(days=31))
    with organization(world.acme.id):
        assert idempotency.claim(world.clerk.user_id, "key", OTHER) is None
        keep(world.clerk, "key", OTHER)
    with organization(world.acme.id):
        assert idempotency.claim(world.clerk.user_id, "key", OTHER) is not None


def test_the_daily_job_forgets_the_old_ones_only(world: World) -> None:
    with organization(world.acme.id):
        keep(world.clerk, "old")
    age(world.acme.id, timedelta(days=31))
    with organization(world.acme.id):
        keep(world.clerk, "new")
    assert idempotency.forget_old() >= 1
    with organization(world.acme.id):
        assert list(ReplayedRequest.objects.values_list("key", flat=True)) == ["new"]


def test_only_a_members_request_is_kept(world: World) -> None:
    with pytest.raises(IntegrityError, match="in_org"), organization(world.acme.id):
        idempotency.keep(new_id(), "key", ONE, 201, "application/json", {}, BODY)


def age(org_id: UUID, by: timedelta) -> None:
    """Set back when the kept answers were written, which the app role may not do."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('app.org_id', %s, true)", [str(org_id)])
        assert ReplayedRequest.objects.using("owner").update(created_on=now() - by)
