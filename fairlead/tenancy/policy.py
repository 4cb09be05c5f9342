"""Who may do what: one table. Every operation of every door names the action that it is.

What a caller may not see does not exist for them (404, decided where the record is looked for); what they see but may
not do is refused here (403).
"""

from collections.abc import Mapping
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
    "api_settings.read": EVERYONE,
    "api_settings.change": ADMIN,
    "search.read": EVERYONE,
    "dashboard.read": EVERYONE,
    "pipelines.read": EVERYONE,
    "pipelines.change": ADMIN,
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

# Closed to a USER who lacks the flag, whatever the record is to them.
_OPENED_BY = {
    "leads": "has_sales_access",
    "opportunities": "has_sales_access",
    "api_settings": "has_marketing_access",
}

# What members keep, and what of it is somebody's own: an upper floor adds its kinds.
RECORDS = ["invoices"]
_OF_RECORDS = {
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
_OTHERS = (
    "api_settings",
    "dashboard",
    "pipelines",
    "search",
    "tags",
    "organization",
    "users",
    "teams",
    "profile",
)
# A token is for one organization, so it founds no other.
_NOT_BY_TOKEN = frozenset({"organization.create"})


def add_records(plural: str, verbs: Mapping[str, frozenset[Relation]]) -> None:
    """Add the rows of a kind of record: what can be done with any, and what more (or otherwise) with this."""
    RECORDS.append(plural)
    MAY.update({f"{plural}.{verb}": relations for verb, relations in {**_OF_RECORDS, **verbs}.items()})


def scopes() -> tuple[str, ...]:
    """All that an API token may be made for."""
    return tuple(f"{resource}:{access}" for resource in _resources() for access in ("read", "write"))


def reads(action: str) -> bool:
    """Whether it only reads: a token whose scope says `resource:read` may do that."""
    return action.split(".")[1] in {"list", "read", "download"}


def _resources() -> tuple[str, ...]:
    return (*RECORDS, *_OTHERS)


def is_about_record(action: str) -> bool:
    """Whether the action can only be judged with the record in hand: whoever does not see that gets 404, not 403."""
    return action.split(".", maxsplit=1)[0] in RECORDS and Relation.MEMBER not in MAY[action]


def require(action: str, actor: Actor, relation: Relation | None = None) -> None:
    """Raise `NotPermitted` unless the table lets this actor, standing so to the record, do the action."""
    require_opened(action, actor)
    stands = Relation.ADMIN if actor.is_admin else relation or Relation.MEMBER
    if stands not in MAY[action]:
        raise NotPermitted(f"{_who(MAY[action])} may do this ({action}).")


def require_opened(action: str, actor: Actor) -> None:
    """Raise `NotPermitted` where a flag of the membership closes the resource to this actor."""
    resource = action.split(".", maxsplit=1)[0]
    if not is_open(resource, actor):
        raise NotPermitted(f"This is closed to you: ask an admin for {_OPENED_BY[resource]}.")


def is_open(resource: str, actor: Actor) -> bool:
    """Whether the flags of the membership let this actor to a resource at all."""
    flag = _OPENED_BY.get(resource)
    return actor.is_admin or flag is None or bool(getattr(actor, flag))


def may_look(resource: str, actor: Actor) -> bool:
    """Whether answers about many kinds of record may tell this actor of this one: their flags and token open it."""
    scopes = {f"{resource}:read", f"{resource}:write"}
    return is_open(resource, actor) and (actor.scopes is None or bool(scopes & actor.scopes))


def require_scope(action: str, actor: Actor) -> None:
    """Raise `NotPermitted` where the caller's API token is not made for this action. `write` includes `read`."""
    if actor.scopes is None:
        return
    resource = action.split(".", maxsplit=1)[0]
    if resource not in _resources() or action in _NOT_BY_TOKEN:
        raise NotPermitted("No API token may do this: sign in with e-mail and password.")
    enough = {f"{resource}:write"} | ({f"{resource}:read"} if reads(action) else set())
    if not enough & actor.scopes:
        raise NotPermitted(f"The token lacks the scope {' or '.join(sorted(enough))}: make one that has it.")


def _who(relations: frozenset[Relation]) -> str:
    if relations == ADMIN:
        return "Only an admin"
    if relations == OWNS:
        return "Only an admin or who made it"
    return "Only an admin, who made it or one who is assigned to it"
