"""Who an invoice is given to: members and teams of the organization."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from fairlead.billing.models import InvoiceAssignee, InvoiceTeam
from fairlead.foundation.errors import InvalidInput
from fairlead.tenancy.context import current_org_id

if TYPE_CHECKING:
    from fairlead.billing.drafts import Draft

_KNOWN = """
    SELECT ARRAY(SELECT user_id FROM tenancy_membership
                 WHERE org_id = %(org)s AND removed_at IS NULL AND user_id = ANY(%(assigned_to)s)),
           ARRAY(SELECT id FROM tenancy_team WHERE org_id = %(org)s AND id = ANY(%(teams)s))"""
_UNKNOWN = {
    "assigned_to": "Nobody with this id is a member of the organization.",
    "teams": "The organization has no team with this id.",
}


def edit(draft: "Draft", given: dict[str, Any]) -> None:
    """Replace assignees or teams by the ids given. Raises `InvalidInput` for one that is new and unknown."""
    before = {name: set(getattr(draft, name)) for name in _UNKNOWN}
    for name in _UNKNOWN.keys() & given.keys():
        setattr(draft, name, sorted(set(given[name] or [])))
    new = {name: set(getattr(draft, name)) - before[name] for name in _UNKNOWN}
    if any(new.values()):
        _refuse_unknown(given, new)


def insert(draft: "Draft") -> None:
    """Store who a new invoice is given to."""
    org, invoice = draft.invoice.org_id, draft.invoice.id
    if draft.assigned_to:
        InvoiceAssignee.objects.bulk_create(
            [InvoiceAssignee(org_id=org, invoice_id=invoice, user_id=user) for user in draft.assigned_to]
        )
    if draft.teams:
        InvoiceTeam.objects.bulk_create(
            [InvoiceTeam(org_id=org, invoice_id=invoice, team_id=team) for team in draft.teams]
        )


def replace(draft: "Draft") -> None:
    """Store who an invoice is given to now."""
    for model in (InvoiceAssignee, InvoiceTeam):
        model.objects.filter(org_id=draft.invoice.org_id, invoice_id=draft.invoice.id).delete()
    insert(draft)


def keep_known(draft: "Draft") -> None:
    """Let go of who has left the organization since."""
    known = _known({name: set(getattr(draft, name)) for name in _UNKNOWN})
    for name in _UNKNOWN:
        setattr(draft, name, sorted(known[name]))


def _refuse_unknown(given: dict[str, Any], new: dict[str, set[UUID]]) -> None:
    known = _known(new)
    errors = {
        f"{name}.{position}": [message]
        for name, message in _UNKNOWN.items()
        for position, one in enumerate(given.get(name) or [])
        if one in new[name] - known[name]
    }
    if errors:
        path, messages = next(iter(errors.items()))
        raise InvalidInput(f"{path}: {messages[0]}", errors=errors)


def _known(ids: dict[str, set[UUID]]) -> dict[str, set[UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"org": current_org_id(), **{name: list(ids[name]) for name in _UNKNOWN}})
        found = cursor.fetchone()
    return {name: set(known) for name, known in zip(_UNKNOWN, found, strict=True)}
