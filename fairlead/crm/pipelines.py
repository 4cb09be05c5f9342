"""Pipelines of the organization: made, changed, removed; the default one is made when it is first needed."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count

from fairlead.crm.models import Opportunity, Pipeline, Stage
from fairlead.crm.models.pipeline import KINDS
from fairlead.foundation import clock, versions
from fairlead.foundation.errors import Conflict, InvalidInput, NotFound
from fairlead.foundation.versions import Expected
from fairlead.tenancy import rows
from fairlead.tenancy.context import current_org_id
from fairlead.tenancy.models import Organization

DEFAULT_NAME = "Sales"
DEFAULT_STAGES: Sequence[Mapping[str, Any]] = (
    {"name": "Qualification", "probability": 10, "color": "#64748b", "rotting_days": 14},
    {"name": "Needs analysis", "probability": 25, "color": "#2f5bd7", "rotting_days": 14},
    {"name": "Proposal", "probability": 50, "color": "#7c3aed", "rotting_days": 21},
    {"name": "Negotiation", "probability": 75, "color": "#b45309", "rotting_days": 14},
    {"name": "Won", "kind": "won", "color": "#15803d"},
    {"name": "Lost", "kind": "lost", "color": "#b91c1c"},
)
# The probability of a stage that decides.
_DECIDED = {"won": 100, "lost": 0}


def create(given: Mapping[str, Any]) -> Pipeline:
    """A new pipeline; without stages it gets the usual ones. The first one is the default.

    Raises `InvalidInput`, `Conflict` where there is one of this name.
    """
    _lock_organization()
    is_default = given.get("is_default") or not _all().filter(is_default=True).exists()
    return _create(given["name"], given.get("stages") or DEFAULT_STAGES, is_default=is_default)


def change(pipeline_id: UUID, given: Mapping[str, Any], expected: Expected = None) -> Pipeline:
    """Change name, default or stages; stages are those given, in their order, and known by their id.

    Raises `NotFound`, `StaleVersion`, `InvalidInput`, `Conflict`.
    """
    _lock_organization()
    pipeline = _lock(pipeline_id, expected)
    changed = given.get("name", pipeline.name) != pipeline.name
    pipeline.name = given.get("name", pipeline.name)
    if "is_default" in given and given["is_default"] != pipeline.is_default:
        _make_default(pipeline, given["is_default"])
        changed = True
    if "stages" in given:
        changed |= _replace_stages(pipeline, given["stages"])
    if changed:
        pipeline.version += 1
        pipeline.updated_on = clock.now()
        _once(lambda: pipeline.save(force_update=True))
    return pipeline


def remove(pipeline_id: UUID, expected: Expected = None) -> None:
    """Remove a pipeline that is not the default and has no opportunities. Raises as `change`."""
    _lock_organization()
    pipeline = _lock(pipeline_id, expected)
    if pipeline.is_default:
        raise InvalidInput("This is the default pipeline: make another one the default first.")
    _refuse_used("", [stage.id for stage in _lock_stages(pipeline)])
    Stage.objects.filter(org_id=pipeline.org_id, pipeline=pipeline).delete()
    _all().filter(id=pipeline.id).delete()


def find(pipeline_id: UUID) -> Pipeline:
    """The pipeline of this id. Raises `NotFound`."""
    pipeline: Pipeline | None = _all().filter(id=pipeline_id).first()
    if pipeline is None:
        raise NotFound
    return pipeline


def stages(pipeline_id: UUID) -> list[Stage]:
    """Its stages in their order."""
    return list(Stage.objects.filter(org_id=current_org_id(), pipeline_id=pipeline_id).order_by("position"))


def default() -> Pipeline:
    """The default pipeline of the organization; made now if there is none, once."""
    found = _all().filter(is_default=True).first()
    if found is None:
        _lock_organization()
        found = _all().filter(is_default=True).first()
    return found or _create(DEFAULT_NAME, DEFAULT_STAGES, is_default=True)


def _all() -> Any:
    return Pipeline.objects.filter(org_id=current_org_id())


def _lock_organization() -> None:
    """Which of its pipelines is the default is decided by one at a time."""
    Organization.objects.select_for_update(no_key=True).only("id").get(id=current_org_id())


def _lock(pipeline_id: UUID, expected: Expected) -> Pipeline:
    pipeline: Pipeline | None = _all().select_for_update(no_key=True).filter(id=pipeline_id).first()
    if pipeline is None:
        raise NotFound
    versions.require(pipeline.version, expected)
    return pipeline


def _lock_stages(pipeline: Pipeline) -> list[Stage]:
    """Its stages: no opportunity comes into one meanwhile, for that takes the same lock."""
    return list(
        Stage.objects.select_for_update(no_key=True)
        .filter(org_id=pipeline.org_id, pipeline_id=pipeline.id)
        .order_by("position")
    )


def _create(name: str, given: Sequence[Mapping[str, Any]], *, is_default: bool) -> Pipeline:
    pipeline = Pipeline(org_id=current_org_id(), name=name)
    new = _stages(pipeline, {}, given)
    _once(lambda: rows.insert(pipeline))
    rows.insert(*new)
    if is_default:
        _make_default(pipeline, True)
        pipeline.save(force_update=True)
    return pipeline


def _make_default(pipeline: Pipeline, wanted: bool) -> None:
    if not wanted:
        raise InvalidInput.of("is_default", "Make another pipeline the default instead: there is always one.")
    _all().filter(is_default=True).exclude(id=pipeline.id).update(is_default=False)
    pipeline.is_default = True


def _replace_stages(pipeline: Pipeline, given: Sequence[Mapping[str, Any]]) -> bool:
    """Store these stages in place of those before; tells whether that made a difference."""
    present = {stage.id: stage for stage in _lock_stages(pipeline)}
    before = {stage_id: _values(stage) for stage_id, stage in present.items()}
    after = _stages(pipeline, dict(present), given)
    gone = [*(present.keys() - {stage.id for stage in after})]
    _refuse_used("stages", gone)
    Stage.objects.filter(org_id=pipeline.org_id, id__in=gone).delete()
    rows.insert(*(stage for stage in after if stage.id not in before))
    changed = [stage for stage in after if before.get(stage.id, ()) not in ((), _values(stage))]
    for stage in changed:
        stage.save(force_update=True)
    return bool(gone or changed or len(after) > len(before))


def _stages(
    pipeline: Pipeline, present: dict[UUID, Stage], given: Sequence[Mapping[str, Any]]
) -> list[Stage]:
    after = [_stage(pipeline, present, one, f"stages.{index}", index) for index, one in enumerate(given)]
    kinds = Counter(stage.kind for stage in after)
    missing = [kind for kind in KINDS if not kinds[kind]]
    if missing:
        raise InvalidInput.of("stages", f"Give at least one stage of the kind {' and one '.join(missing)}.")
    names = [stage.name.lower() for stage in after]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise InvalidInput.of(f"stages.{index}.name", "Another stage of the pipeline has this name.")
    return after


def _stage(
    pipeline: Pipeline, present: dict[UUID, Stage], given: Mapping[str, Any], path: str, index: int
) -> Stage:
    stage = _known(present, given.get("id"), path) or Stage(org_id=pipeline.org_id, pipeline_id=pipeline.id)
    kind = given.get("kind") or "open"
    if not stage._state.adding and stage.kind != kind:
        _refuse_used(f"{path}.kind", [stage.id])
    stage.position, stage.name, stage.kind = index + 1, given["name"], kind
    stage.color, stage.rotting_days = given.get("color") or "", given.get("rotting_days")
    stage.probability = _probability(kind, given.get("probability"), path)
    return stage


def _known(present: dict[UUID, Stage], stage_id: UUID | None, path: str) -> Stage | None:
    """The stage that an entry with an id stands for; each may stand once."""
    if stage_id is None:
        return None
    found = present.pop(stage_id, None)
    if found is None:
        message = "The pipeline has no such stage (any more): leave the id out to add a new one."
        raise InvalidInput.of(f"{path}.id", message)
    return found


def _probability(kind: str, given: int | None, path: str) -> int:
    fixed = _DECIDED.get(kind)
    if fixed is None and given is None:
        raise InvalidInput.of(f"{path}.probability", "Say how probable it is here, in percent from 0 to 100.")
    if fixed is not None and given not in (None, fixed):
        raise InvalidInput.of(f"{path}.probability", f"In a stage that is {kind} it is {fixed}.")
    return given if fixed is None and given is not None else fixed or 0


def _values(stage: Stage) -> tuple[Any, ...]:
    return (stage.position, stage.name, stage.probability, stage.color, stage.kind, stage.rotting_days)


def _refuse_used(path: str, stage_ids: Sequence[UUID]) -> None:
    """Raise `InvalidInput` that says how many opportunities stand in these stages, if any do."""
    used = (
        Opportunity.objects.filter(org_id=current_org_id(), stage_id__in=stage_ids)
        .values("stage__name")
        .annotate(count=Count("id"))
        .order_by("stage__position")
    )
    told = [f"{row['count']} in {row['stage__name']}" for row in used] if stage_ids else []
    if told:
        message = f"Opportunities stand there, archived ones included ({', '.join(told)}): move them first."
        raise InvalidInput.of(path, message) if path else InvalidInput(message)


def _once[T](make: Callable[[], T]) -> T:
    try:
        with transaction.atomic():
            return make()
    except IntegrityError:
        message = "The organization has a pipeline of this name already: give another name."
        raise Conflict(f"name: {message}", errors={"name": [message]}) from None
