"""Requests that come twice are done once: the answer is kept in the transaction of the work, and given again."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from django.db import connection

from fairlead.foundation.clock import now
from fairlead.foundation.errors import Conflict, InvalidInput
from fairlead.records.models import ReplayedRequest
from fairlead.tenancy.context import current_org_id, organization
from fairlead.tenancy.models import Organization

KEPT_FOR = timedelta(days=30)
_FIELD = "Idempotency-Key"
_FORGOTTEN = b'{"message": "This answer is not kept any longer: it told of a person who is anonymised."}'


def claim(user_id: UUID, key: str, fingerprint: bytes) -> ReplayedRequest | None:
    """The answer that this user's request with this key got, or None: then do the work, and `keep` its answer.

    Until the transaction ends the key is the caller's alone: `Conflict` where another request has it now.
    `fingerprint` (32 bytes) tells requests apart: `InvalidInput` where the key has been used for another one.
    """
    _lock(user_id, key)
    kept = ReplayedRequest.objects.filter(pk=(current_org_id(), user_id, key)).first()
    if kept is None:
        return None
    if kept.created_on < now() - KEPT_FOR:
        kept.delete()
        return None
    if bytes(kept.fingerprint) != fingerprint:
        raise InvalidInput.of(_FIELD, "This key was used for another request: send a new one with this one.")
    return kept


def keep(  # noqa: PLR0917 - in the order of an answer's parts
    user_id: UUID,
    key: str,
    fingerprint: bytes,
    status: int,
    content_type: str,
    headers: Mapping[str, str],
    body: bytes,
) -> None:
    """Keep the answer of a claimed request, byte for byte. It lasts if the transaction does."""
    ReplayedRequest.objects.create(
        org_id=current_org_id(),
        user_id=user_id,
        key=key,
        fingerprint=fingerprint,
        status=status,
        content_type=content_type,
        headers=dict(headers),
        body=body,
    )


def forget_old() -> int:
    """A day's job: forget the answers of more than 30 days ago, in every organization; returns how many."""
    return sum(_forget_old(org_id) for org_id in Organization.objects.values_list("id", flat=True))


def forget_about(record_ids: Iterable[UUID]) -> None:
    """Empty the kept answers that tell of these records. The rows stay, so that no request is carried out twice."""
    with connection.cursor() as cursor:
        for record_id in record_ids:
            cursor.execute(
                "UPDATE records_replayedrequest SET body = %s WHERE org_id = %s AND position(%s in body) > 0",
                [_FORGOTTEN, current_org_id(), str(record_id).encode()],
            )


def _forget_old(org_id: UUID) -> int:
    with organization(org_id):
        old = ReplayedRequest.objects.filter(org_id=org_id, created_on__lt=now() - KEPT_FOR)
        return old.delete()[0]


def _lock(user_id: UUID, key: str) -> None:
    name = b"".join([current_org_id().bytes, user_id.bytes, key.encode()])
    number = int.from_bytes(hashlib.sha256(name).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        (is_ours,) = cursor.fetchone()
    if not is_ours:
        raise Conflict(
            "A request with this Idempotency-Key is still running: ask again in a moment.",
            errors={_FIELD: ["It is still running: ask again in a moment."]},
            headers={"Retry-After": "1"},
        )
