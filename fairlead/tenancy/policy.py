"""Who may do what: one table. Every operation of every door names the action that it is.

What a caller may not see does not exist for them (404, decided where the record is looked for); what they see but may
not do is refused here (403).
"""

from enum import StrEnum

from fairlead.foundation.errors import NotPermitted
from fairlead.tenancy.context import Actor


class Relation(StrEnum):
    """How a member stands to a record, the nearest that applies."""

    ADMIN = "admin"
    CREATOR = "creator"
    ASSIGNEE = "assignee"
    TEAM = "team"
    MEMBER = "member"  # of the organization, for what is not a record of somebody


SEES = frozenset({Relation.ADMIN, Relation.CREATOR, Relation.ASSIGNEE, Relation.TEAM})
WORKS = frozenset({Relation.ADMIN, Relation.CREATOR, Relation.ASSIGNEE})
OWNS = frozenset({Relation.ADMIN, Relation.CREATOR})
ADMIN = frozenset({Relation.ADMIN})
EVERYONE = frozenset({Relation.ADMIN, Relation.MEMBER})


def _of_records(plural: str, **more: frozenset[Relation]) -> dict[str, frozenset[Relation]]:
    """What can be done with any record that people keep, and what more with this kind."""
    common = {
        "list": EVERYONE,
        "create": EVERYONE,
        "read": SEES,
        "comment": SEES,
        "attach": SEES,
        "change": WORKS,
        "archive": OWNS,
        "restore": OWNS,
        "change_comment": OWNS,
        "remove_attachment": OWNS,
    }
    return {f"{plural}.{verb}": relations for verb, relations in {**common, **more}.items()}


MAY: dict[str, frozenset[Relation]] = {
    "invoices.list": EVERYONE,
    "invoices.create": EVERYONE,
    "invoices.read": SEES,
    "invoices.download": SEES,
    "invoices.comment": SEES,
    "invoices.attach": SEES,
    "invoices.duplicate": SEES,
    "invoices.change": WORKS,
    "invoices.issue": WORKS,
    "invoices.send": WORKS,
    "invoices.set_status": WORKS,
    "invoices.pay": WORKS,
    "invoices.delete": OWNS,
    "invoices.cancel_issued": ADMIN,
    "invoices.reverse_payment": ADMIN,
    "invoices.change_comment": OWNS,
    "invoices.remove_attachment": OWNS,
    **_of_records("accounts"),
    "tags.read": EVERYONE,
    "tags.change": ADMIN,
    "organization.list": EVERYONE,
    "organization.create": EVERYONE,
    "organization.read": EVERYONE,
    "organization.change": ADMIN,
    "users.read": EVERYONE,
    "users.change": ADMIN,
    "teams.read": EVERYONE,
    "teams.change": ADMIN,
    "profile.read": EVERYONE,
    "profile.change": EVERYONE,
    "password.change": EVERYONE,
    "tokens.manage": EVERYONE,
}

# What only reads; a token whose scope says `resource:read` may do these.
READS = frozenset(action for action in MAY if action.split(".")[1] in {"list", "read", "download"})
RECORDS = ("accounts", "invoices")
SCOPED_RESOURCES = (*RECORDS, "tags", "organization", "users", "teams", "profile")
SCOPES = tuple(f"{resource}:{access}" for resource in SCOPED_RESOURCES for access in ("read", "write"))
# A token is for one organization, so it founds no other.
_NOT_BY_TOKEN = frozenset({"organization.create"})


def is_about_record(action: str) -> bool:
    """Whether the action can only be judged with the record in hand: whoever does not see that gets 404, not 403."""
    return action.split(".", maxsplit=1)[0] in RECORDS and Relation.MEMBER not in MAY[action]


def require(action: str, actor: Actor, relation: Relation | None = None) -> None:
    """Raise `NotPermitted` unless the table lets this actor, standing so to the record, do the action."""
    stands = Relation.ADMIN if actor.is_admin else relation or Relation.MEMBER
    if stands not in MAY[action]:
        raise NotPermitted(f"{_who(MAY[action])} may do this ({action}).")


def require_scope(action: str, actor: Actor) -> None:
    """Raise `NotPermitted` where the caller's API token is not made for this action. `write` includes `read`."""
    if actor.scopes is None:
        return
    resource = action.split(".", maxsplit=1)[0]
    if resource not in SCOPED_RESOURCES or action in _NOT_BY_TOKEN:
        raise NotPermitted("No API token may do this: sign in with e-mail and password.")
    enough = {f"{resource}:write"} | ({f"{resource}:read"} if action in READS else set())
    if not enough & actor.scopes:
        raise NotPermitted(f"The token lacks the scope {' or '.join(sorted(enough))}: make one that has it.")


def _who(relations: frozenset[Relation]) -> str:
    if relations == ADMIN:
        return "Only an admin"
    if relations == OWNS:
        return "Only an admin or who made it"
    return "Only an admin, who made it or one who is assigned to it"
