"""Whose rows the database shows: the binding of a transaction to one organization, and who acts in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection, transaction

from fairlead.foundation.errors import NotAuthenticated

# SQL for the organization that is bound, else null: the setting is '' once a transaction that set it has ended.
ORGANIZATION = "nullif(current_setting('app.org_id', true), '')::uuid"


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of the organization who does something. `scopes` is None where the sign-in has no limits."""

    user_id: UUID
    org_id: UUID
    is_admin: bool
    name: str = ""
    email: str = ""
    has_sales_access: bool = True
    has_marketing_access: bool = True
    scopes: frozenset[str] | None = field(default=None)
    session_id: UUID | None = None
    token_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Binding:
    org_id: UUID
    actor: Actor | None


_binding: ContextVar[_Binding | None] = ContextVar("organization", default=None)


@contextmanager
def organization(org_id: UUID, actor: Actor | None = None) -> Iterator[None]:
    """Open a transaction in which the tables of this one organization show their rows.

    `actor` is who acts; a job acts for nobody. The setting is LOCAL: it ends with the transaction, so a connection
    from a pool carries nothing over. Blocks nest; leaving an inner one brings the outer organization back.
    """
    outer = _binding.get()
    token = _binding.set(_Binding(org_id, actor))
    try:
        with transaction.atomic():
            _tell_database(str(org_id))
            yield
            if outer or connection.savepoint_ids:
                _tell_database(str(outer.org_id) if outer else "")
    finally:
        _binding.reset(token)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Let another member of the bound organization act, within the same transaction."""
    if actor.org_id != current_org_id():
        raise RuntimeError("Who acts belongs to another organization: wrap this in organization().")
    token = _binding.set(_Binding(actor.org_id, actor))
    try:
        yield
    finally:
        _binding.reset(token)


def current_org_id() -> UUID:
    """The bound organization. Raises `RuntimeError` outside of `organization()`: that is a bug, not a refusal."""
    binding = _binding.get()
    if binding is None:
        raise RuntimeError("No organization is bound: wrap this in tenancy.context.organization().")
    return binding.org_id


def current_actor() -> Actor:
    """Who acts. Raises `NotAuthenticated` where nobody does."""
    binding = _binding.get()
    if binding is None or binding.actor is None:
        raise NotAuthenticated("Sign in to do this.")
    return binding.actor


def actor_id() -> UUID | None:
    """The id of who acts, or None in a job."""
    binding = _binding.get()
    return binding.actor.user_id if binding and binding.actor else None


def _tell_database(org_id: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.org_id', %s, true)", [org_id])
