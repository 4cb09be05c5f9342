"""Pipelines: how the organization sells, stage by stage."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from fairlead.api import changes, outputs, pages
from fairlead.api.access import may
from fairlead.api.changes import NOT_GIVEN, Change, ReadOnly
from fairlead.api.outputs import instant_sql
from fairlead.api.pages import Listed, Listing, Page
from fairlead.api.record_reading import array, json_object, one
from fairlead.api.seam import if_match
from fairlead.api.types import Between, Body, Clearable, Color, Id, Line, Truth
from fairlead.crm import pipelines
from fairlead.foundation.errors import MalformedRequest
from fairlead.foundation.pages import Key
from fairlead.tenancy.context import current_org_id

router = Router()

StageKind = Literal["open", "won", "lost"]
MOST_STAGES = 50


class StageIn(Body):
    """A stage. One that bears the `id` of a present stage takes its place; `probability` is in percent."""

    id: Id | None = None
    name: Annotated[str, Line(100, filled=True)]
    probability: Annotated[
        Annotated[int, Between(0, 100)] | None,
        Field(description="Of an open stage. In a won one it is 100, in a lost one 0."),
    ] = None
    color: Clearable[Color] = ""
    kind: StageKind = "open"
    rotting_days: Annotated[
        Annotated[int, Between(1, 3650)] | None,
        Field(description="After how many days in this stage an opportunity rots; null: it does not."),
    ] = None


Stages = Annotated[list[StageIn], Field(min_length=3, max_length=MOST_STAGES)]


class PipelineIn(Body):
    """A new pipeline. Without stages it gets the usual ones."""

    name: Annotated[str, Line(100, filled=True)]
    is_default: Truth = False
    stages: Stages | None = None


class PipelineChange(Change):
    """Another name, another order of stages. `stages` replaces them all; null is not taken."""

    name: Annotated[str, Line(100, filled=True)] = NOT_GIVEN
    is_default: Truth = NOT_GIVEN
    stages: Stages = NOT_GIVEN
    id: ReadOnly
    created_on: ReadOnly
    updated_on: ReadOnly


class StageOut(Schema):
    """A stage of a pipeline."""

    id: UUID
    name: str
    probability: int
    color: str
    kind: StageKind
    rotting_days: int | None


class PipelineOut(Schema):
    """A pipeline with its stages in their order."""

    id: UUID
    name: str
    is_default: bool
    stages: list[StageOut]
    created_on: datetime
    updated_on: datetime


_STAGES = """SELECT s.id, s.name, s.probability, s.color, s.kind, s.rotting_days FROM crm_stage s
    WHERE s.org_id = p.org_id AND s.pipeline_id = p.id ORDER BY s.position"""
_ROW = json_object(
    [
        "p.id",
        "p.name",
        "p.is_default",
        f"{array(_STAGES)} AS stages",
        f"{instant_sql('p.created_on')} AS created_on",
        f"{instant_sql('p.updated_on')} AS updated_on",
    ]
)


@router.get("", response=Listed[PipelineOut], summary="List pipelines")
@may("pipelines.read")
def list_pipelines(request: HttpRequest, page: Query[Page]) -> HttpResponse:
    """With their stages, in the order of their making. Order by created_on or name."""
    listing = Listing(
        source="crm_pipeline p",
        row=_ROW,
        keys={"created_on": Key("p.created_on", "timestamptz"), "name": Key("lower(p.name)", "text")},
        tie=Key("p.id", "uuid"),
        default="created_on",
        where="p.org_id = %s",
        values=[current_org_id()],
    )
    return pages.answer(request, page, listing)


@router.post("", response={201: PipelineOut}, summary="Make a pipeline")
@may("pipelines.change")
def create(request: HttpRequest, data: PipelineIn) -> HttpResponse:
    """At least one of its stages is open, one won and one lost. 409 where there is one of this name."""
    return _answer(pipelines.create(data.model_dump()).id, 201)


@router.get("{uuid:pipeline_id}/", response=PipelineOut, summary="Read a pipeline")
@may("pipelines.read")
def read(request: HttpRequest, pipeline_id: UUID) -> HttpResponse:
    """A pipeline with its stages in their order."""
    return _answer(pipeline_id)


@router.put("{uuid:pipeline_id}/", response=PipelineOut, summary="Change a pipeline")
@may("pipelines.change")
def change(request: HttpRequest, pipeline_id: UUID, data: PipelineChange) -> HttpResponse:
    """A stage in which opportunities stand cannot be left out. There is always one default pipeline."""
    return _change(request, pipeline_id, data)


@router.patch("{uuid:pipeline_id}/", response=PipelineOut, summary="Change a pipeline")
@may("pipelines.change")
def patch(request: HttpRequest, pipeline_id: UUID, data: PipelineChange) -> HttpResponse:
    """The same as PUT: only the fields given change."""
    return _change(request, pipeline_id, data)


@router.delete("{uuid:pipeline_id}/", response=outputs.Done, summary="Delete a pipeline")
@may("pipelines.change")
def delete(request: HttpRequest, pipeline_id: UUID) -> HttpResponse:
    """One without opportunities, that is not the default."""
    pipelines.remove(pipeline_id, if_match(request))
    return outputs.done("The pipeline is deleted.", pipeline_id)


def _change(request: HttpRequest, pipeline_id: UUID, data: PipelineChange) -> HttpResponse:
    pipeline = pipelines.find(pipeline_id)
    present = {
        "id": pipeline.id,
        "created_on": pipeline.created_on,
        "updated_on": pipeline.updated_on,
    }
    given = changes.given(data, present)
    pipelines.change(pipeline_id, _whole(data, given), if_match(request))
    return _answer(pipeline_id)


def _whole(data: PipelineChange, given: dict[str, Any]) -> dict[str, Any]:
    """With every field of each stage: what is left out of one is as it is by default."""
    nulls = [name for name, value in given.items() if value is None]
    if nulls:
        message = "This cannot be empty: give a value, or leave it out."
        raise MalformedRequest(f"{nulls[0]}: {message}", errors={name: [message] for name in nulls})
    return given | data.model_dump(include=given.keys() & {"stages"})


def _answer(pipeline_id: UUID, status: int = 200) -> HttpResponse:
    sql = f"SELECT p.version, ({_ROW})::text FROM crm_pipeline p WHERE p.org_id = %s AND p.id = %s"
    version, text = one(sql, [current_org_id(), pipeline_id])
    return outputs.json_text(text, status=status, version=version)
