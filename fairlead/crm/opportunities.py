"""Opportunities: what may be sold, on its way through a pipeline."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q

from fairlead.crm import opportunity_contacts, opportunity_lines, pipelines, stages
from fairlead.crm.models import Opportunity, Stage, StageChange
from fairlead.crm.stages import Place
from fairlead.foundation import money
from fairlead.foundation.errors import InvalidInput
from fairlead.foundation.versions import Expected
from fairlead.records import history, keeping, values
from fairlead.records.keeping import ManagedKind
from fairlead.tenancy import rows
from fairlead.tenancy.context import current_org_id
from fairlead.tenancy.models import Organization
from fairlead.tenancy.policy import WORKS

# What a step from stage to stage may change, as history tells it.
_MOVING = ("stage_id", "status", "lost_reason", "probability")


def _settle(opportunity: Opportunity, given: Mapping[str, Any]) -> None:
    if "currency" in given or not opportunity.currency:
        opportunity.currency = given.get("currency") or _home_currency()
    _price(opportunity, given)
    usual = _usual_probability(opportunity) if given.get("probability") is not None else None
    if "stage" in given or opportunity._state.adding:
        _choose_stage(opportunity, given)
    if given.get("probability") is not None:
        _weigh(opportunity, given["probability"], usual)
    if opportunity.status != "lost" and given.get("lost_reason"):
        raise InvalidInput.of(
            "lost_reason", "Only what is lost has a reason for that: lose it, or leave this out."
        )
    if opportunity.status == "lost" and not opportunity.lost_reason:
        raise InvalidInput.of("lost_reason", "Say why it is lost.")


def _keep_change(opportunity: Opportunity) -> None:
    if opportunity.entering:
        rows.insert(opportunity.entering)
        opportunity.entering = None


OPPORTUNITY = ManagedKind(
    "opportunity",
    "opportunities",
    Opportunity,
    verbs=dict.fromkeys(("move", "win", "lose", "reopen", "invoice"), WORKS),
    fields=(
        "name",
        "account",
        "amount",
        "currency",
        "probability",
        "expected_close_date",
        "lead_source",
        "type",
        "lost_reason",
        "description",
    ),
    shown=("stage", "status"),
    parts={"contacts": opportunity_contacts.Contacts(), "lines": opportunity_lines.Lines()},
    settle=_settle,
    stored=_keep_change,
)


def create(given: Mapping[str, Any]) -> UUID:
    """A new opportunity, at the end of its stage: the first of the default pipeline if none is given.

    Raises `InvalidInput`. Returns its id.
    """
    return keeping.create(OPPORTUNITY, given)


def change(opportunity_id: UUID, given: Mapping[str, Any], *, version: Expected = None) -> None:
    """Change the fields given. Raises `NotFound`, `NotPermitted`, `StaleVersion`, `InvalidInput`."""
    opportunity = keeping.lock(OPPORTUNITY, "change", opportunity_id, version=version)
    if given.keys() & {"amount", "currency"} and "lines" not in given:
        given = {**given, **opportunity_lines.again(opportunity)}
    keeping.edit(OPPORTUNITY, opportunity, given)


def move(
    opportunity_id: UUID,
    stage: UUID | str,
    *,
    before: UUID | None = None,
    after: UUID | None = None,
    version: Expected = None,
) -> None:
    """Put it into a stage, by id or name, beside another there, or at the end. Raises as `change`."""
    opportunity = keeping.lock(OPPORTUNITY, "move", opportunity_id, version=version)
    there = _there(stages.lock(opportunity, Q(id=_stage_id(opportunity, stage))))
    if there.kind == "lost" and opportunity.status != "lost":
        raise InvalidInput.of("stage", "Say why it is lost: lose it with a reason.")
    _step(opportunity, Place(there, before, after), "moved")


def win(opportunity_id: UUID, *, version: Expected = None) -> None:
    """Take it to the won stage of its pipeline. One that is won stays as it is. Raises as `change`."""
    opportunity = keeping.lock(OPPORTUNITY, "win", opportunity_id, version=version)
    if opportunity.status != "won":
        _decide(opportunity, "won")


def lose(opportunity_id: UUID, reason: str, *, version: Expected = None) -> None:
    """Take it to the lost stage of its pipeline; of one that is lost the reason changes. Raises as `change`."""
    opportunity = keeping.lock(OPPORTUNITY, "lose", opportunity_id, version=version)
    if opportunity.status == "lost":
        keeping.edit(OPPORTUNITY, opportunity, {"lost_reason": reason})
        return
    _decide(opportunity, "lost", reason)


def reopen(opportunity_id: UUID, *, version: Expected = None) -> None:
    """Take it back to the stage that it was decided in, or else to the first of its pipeline. Raises as `change`."""
    opportunity = keeping.lock(OPPORTUNITY, "reopen", opportunity_id, version=version)
    if opportunity.status == "open":
        return
    stage = stages.lock(opportunity, Q(id__in=_left(opportunity), kind="open")) or stages.lock(
        opportunity, stages.first("open", beside=opportunity)
    )
    _step(opportunity, Place(_there(stage)), "reopened")


def _decide(opportunity: Opportunity, kind: str, reason: str = "") -> None:
    stage = stages.lock(opportunity, stages.first(kind, beside=opportunity))
    _step(opportunity, Place(_there(stage)), kind, reason)


def _step(opportunity: Opportunity, place: Place, action: str, reason: str | None = None) -> None:
    """Enter a stage, and tell of it. Another place in the same stage is no change that history has."""
    before = _moving(opportunity)
    opportunity.lost_reason = opportunity.lost_reason if reason is None else reason
    stages.enter(opportunity, place)
    changes = values.differences(before, _moving(opportunity))
    if not changes:
        opportunity.save(update_fields=["position"])
        return
    keeping.stamp(opportunity)
    was, now = changes.get("status", (None, None))
    entry = history.entry(
        OPPORTUNITY.name, opportunity.id, action, changes, status=(was, now) if was and now else None
    )
    rows.change_and_insert(opportunity, *filter(None, [opportunity.entering]), entry)


def _moving(opportunity: Opportunity) -> dict[str, Any]:
    return {name.removesuffix("_id"): values.plain(getattr(opportunity, name)) for name in _MOVING}


def _left(opportunity: Opportunity) -> list[UUID]:
    """Where it came from when it last changed its stage."""
    changes = StageChange.objects.filter(org_id=opportunity.org_id, opportunity=opportunity).order_by("-id")
    return [one for one in changes.values_list("from_stage", flat=True)[:1] if one]


def _choose_stage(opportunity: Opportunity, given: Mapping[str, Any]) -> None:
    wanted = given.get("stage") and _stage_id(opportunity, given["stage"])
    if wanted is not None and wanted == opportunity.stage_id:
        return
    chosen = stages.first("open", pipelines.default()) if wanted is None else Q(id=wanted)
    stages.enter(opportunity, Place(_there(stages.lock(opportunity, chosen))))


def _stage_id(opportunity: Opportunity, wanted: UUID | str) -> UUID:
    """The id of a stage that is given by that or by its name in the pipeline, the default one for a new opportunity."""
    if isinstance(wanted, UUID):
        return wanted
    if opportunity.stage_id:
        return stages.named(wanted, beside=opportunity)
    return stages.named(wanted, pipelines.default())


def _usual_probability(opportunity: Opportunity) -> int | None:
    return opportunity.stage.probability if opportunity.stage_id else None


def _weigh(opportunity: Opportunity, given: int, before: int | None) -> None:
    """What says as much as the stage does, or did, follows the stage: so it stays when a record is sent back."""
    usual = _usual_probability(opportunity)
    opportunity.probability = None if given in (before, usual) else given
    if opportunity.status != "open" and opportunity.probability is not None:
        raise InvalidInput.of("probability", f"What is {opportunity.status} has {usual}: leave this out.")


def _price(opportunity: Opportunity, given: Mapping[str, Any]) -> None:
    """With lines the amount is their net total; an amount without lines has the digits of its currency."""
    digits = money.digits(opportunity.currency)
    if given.get("lines"):
        _, total = opportunity_lines.priced(given["lines"], digits)
        if given.get("amount") not in (None, total):
            raise InvalidInput.of("amount", f"The lines come to {total}: leave this out, or change them.")
        opportunity.amount = total
    amount = opportunity.amount
    if amount is not None and amount < 0:
        raise InvalidInput.of("amount", "Give an amount that is not negative.")
    if amount is not None and (rounded := money.round_money(amount, digits)) != amount:
        raise InvalidInput.of(
            "amount", f"Give at most {digits} decimals: {opportunity.currency} has no more."
        )
    opportunity.amount = None if amount is None else rounded


def _there(stage: Stage | None) -> Stage:
    if stage is None:
        raise InvalidInput.of("stage", "The organization has no stage with this id (any more).")
    return stage


def _home_currency() -> str:
    return Organization.objects.values_list("currency", flat=True).get(id=current_org_id())
