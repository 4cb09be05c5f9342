"""Opportunities in their stages: into which one comes, at which place, and what became of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Case, Q, QuerySet, When

from fairlead.crm.domain import positions
from fairlead.crm.models import Opportunity, Pipeline, Stage, StageChange
from fairlead.foundation import clock
from fairlead.foundation.errors import InvalidInput
from fairlead.records import visibility
from fairlead.tenancy.context import actor_id, current_actor, current_org_id

# The keys beside which an opportunity is put: of those named, of their neighbours, and of the last of all.
_NEIGHBOURS = """
    WITH others AS (
        SELECT r.* FROM crm_opportunity r WHERE r.org_id = %(org)s AND r.stage_id = %(stage)s AND r.id <> %(id)s
    ), named AS (SELECT r.id, r.position FROM others r WHERE r.id IN (%(before)s, %(after)s) AND {seen})
    SELECT b.position, a.position, (SELECT max(position) FROM others WHERE position < b.position),
        (SELECT min(position) FROM others WHERE position > a.position), (SELECT max(position) FROM others)
    FROM (SELECT 1) AS one LEFT JOIN named AS b ON b.id = %(before)s LEFT JOIN named AS a ON a.id = %(after)s"""
_SPREAD = """
    UPDATE crm_opportunity AS o SET position = new.position
    FROM unnest(%(ids)s::uuid[], %(keys)s::text[]) AS new (id, position)
    WHERE o.org_id = %(org)s AND o.stage_id = %(stage)s AND o.id = new.id"""


@dataclass(frozen=True, slots=True)
class Place:
    """A stage that is locked, and beside which opportunities of it; without any it is the end."""

    stage: Stage
    before: UUID | None = None
    after: UUID | None = None


def lock(opportunity: Opportunity, wanted: Q) -> Stage | None:
    """The stage wanted, if there is one, locked with the one where it stands.

    One at a time comes into a stage or leaves it, so that no place is given twice.
    """
    found = Stage.objects.select_for_update(no_key=True).filter(org_id=opportunity.org_id)
    is_wanted = Case(When(wanted, then=True), default=False)
    locked = found.annotate(is_wanted=is_wanted).filter(wanted | Q(id=opportunity.stage_id)).order_by("id")
    chosen = None
    for stage in locked:
        if stage.id == opportunity.stage_id:
            opportunity.stage = stage
        if stage.is_wanted:
            chosen = stage
    return chosen


def first(kind: str, pipeline: Pipeline | None = None, *, beside: Opportunity | None = None) -> Q:
    """The first of a kind in this pipeline, or in the one where an opportunity stands."""
    return Q(id__in=_among(pipeline, beside).filter(kind=kind).values("id")[:1], kind=kind)


def named(name: str, pipeline: Pipeline | None = None, *, beside: Opportunity | None = None) -> UUID:
    """The stage of that name there, in any case of letters, with blanks or underscores. Raises `InvalidInput`.

    Older clients call the first won or lost one CLOSED_WON or CLOSED_LOST, whatever its name is.
    """
    found = [*_among(pipeline, beside)]
    for names in ((stage.name for stage in found), (f"closed {stage.kind}" for stage in found)):
        for stage, one in zip(found, names, strict=True):
            if _plain(one) == _plain(name):
                return stage.id
    known = ", ".join(stage.name for stage in found)
    raise InvalidInput.of("stage", f"The pipeline has no such stage: give an id, or one of {known}.")


def _among(pipeline: Pipeline | None, beside: Opportunity | None) -> "QuerySet[Stage]":
    stages = Stage.objects.filter(org_id=current_org_id())
    here: Any = stages.filter(id=beside.stage_id).values("pipeline_id") if beside else [pipeline]
    return stages.filter(pipeline__in=here).order_by("position")


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())


def enter(opportunity: Opportunity, place: Place) -> None:
    """Put it there. The change of stage is kept at `opportunity.entering`, to be stored with it.

    Raises `InvalidInput` where it comes to be lost and nobody has said why.
    """
    stage = place.stage
    if stage.kind == "lost" and not opportunity.lost_reason:
        raise InvalidInput.of("lost_reason", "Say why it is lost.")
    opportunity.position = _position(opportunity, place)
    if opportunity.stage_id == stage.id:
        return
    now = clock.now()
    opportunity.entering = _change(opportunity, stage, now)
    opportunity.stage_since = now
    opportunity.stage = stage
    if opportunity.status != stage.kind or stage.kind == "open":
        opportunity.closed_at = None if stage.kind == "open" else now
    opportunity.status = stage.kind
    if stage.kind != "lost":
        opportunity.lost_reason = ""
    if stage.kind != "open":
        opportunity.probability = None


def _change(opportunity: Opportunity, stage: Stage, now: Any) -> StageChange:
    change = StageChange(
        org_id=opportunity.org_id,
        opportunity_id=opportunity.id,
        changed_by_id=actor_id(),
        created_on=now,
        to_stage=stage.id,
        to_name=stage.name,
    )
    if opportunity.stage_id:
        left = opportunity.stage
        change.from_stage, change.from_name = left.id, left.name
        change.seconds = max(int((now - opportunity.stage_since).total_seconds()), 0)
    return change


def _position(opportunity: Opportunity, place: Place) -> str:
    key = positions.between(*_neighbours(opportunity, place))
    if len(key) <= positions.LONGEST:
        return key
    _spread(place.stage)
    return positions.between(*_neighbours(opportunity, place))


def _neighbours(opportunity: Opportunity, place: Place) -> tuple[str | None, str | None]:
    """The keys between which it is put."""
    before, after, ahead, behind, last = _read(opportunity, place)
    for path, given, found in (("before", place.before, before), ("after", place.after, after)):
        if given and found is None:
            raise InvalidInput.of(
                path, "In this stage is no other opportunity with this id that you may see."
            )
    if before and after:
        if before <= after:
            raise InvalidInput.of(
                "after", "This one stands behind the one named in before: give one of them."
            )
        return after, before
    if before:
        return ahead, before
    return (after, behind) if after else (last, None)


def _read(opportunity: Opportunity, place: Place) -> tuple[str | None, ...]:
    seen, who = visibility.condition(current_actor()) if place.before or place.after else ("true", [])
    for number, _ in enumerate(who):
        seen = seen.replace("%s", f"%(who{number})s", 1)
    values = {
        "org": opportunity.org_id,
        "stage": place.stage.id,
        "id": opportunity.id,
        "before": place.before,
        "after": place.after,
        **{f"who{number}": value for number, value in enumerate(who)},
    }
    with connection.cursor() as cursor:
        cursor.execute(_NEIGHBOURS.format(seen=seen), values)
        row: tuple[str | None, ...] = cursor.fetchone()
    return row


def _spread(stage: Stage) -> None:
    """Number the opportunities of a stage anew, once keys have become long."""
    mine = Opportunity.objects.filter(org_id=stage.org_id, stage=stage)
    ids = list(mine.order_by("position").values_list("id", flat=True))
    for keys in ([f"~{key}" for key in positions.spread(len(ids))], positions.spread(len(ids))):
        with connection.cursor() as cursor:
            cursor.execute(_SPREAD, {"ids": ids, "keys": keys, "org": stage.org_id, "stage": stage.id})
