"""Tags: words of the organization's own, on records of every kind."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from fairlead.api import changes, outputs, pages
from fairlead.api.access import may
from fairlead.api.changes import NOT_GIVEN, Change, ReadOnly
from fairlead.api.pages import Listed, Listing, Page, contains
from fairlead.api.seam import if_match
from fairlead.api.types import Body, Clearable, Color, Line, Reference
from fairlead.foundation.pages import Key
from fairlead.records import tags
from fairlead.records.models import Tag
from fairlead.tenancy.context import current_org_id

router = Router()


class TagFilter(Page):
    """Which tags to list."""

    search: Annotated[str, Line(60)] | None = None


class TagIn(Body):
    """A new tag."""

    name: Annotated[str, Line(60, filled=True)]
    color: Clearable[Color] = ""


class TagChange(Change):
    """Another name or colour."""

    name: Annotated[str, Line(60, filled=True)] = NOT_GIVEN
    color: Clearable[Color] = NOT_GIVEN
    id: ReadOnly
    records: ReadOnly


class MergeTagIn(Body):
    """Which tag the records get instead."""

    into: Reference


class TagRow(Schema):
    """A tag, and on how many records it is."""

    id: UUID
    name: str
    color: str
    records: int


_RECORDS = "(SELECT count(*) FROM records_tagging g WHERE g.org_id = t.org_id AND g.tag_id = t.id)"


@router.get("", response=Listed[TagRow], summary="List tags")
@may("tags.read")
def list_tags(request: HttpRequest, filters: Query[TagFilter]) -> HttpResponse:
    """By name. `search` looks in the name. Order by name or created_on."""
    search = contains("t.name")
    listing = Listing(
        source="records_tag t",
        row=f"json_build_object('id', t.id, 'name', t.name, 'color', t.color, 'records', {_RECORDS})",
        keys={"name": Key("lower(t.name)", "text"), "created_on": Key("t.created_on", "timestamptz")},
        tie=Key("t.id", "uuid"),
        default="name",
        where="t.org_id = %s",
        values=[current_org_id()],
        narrowed=search if filters.search else "true",
        narrowed_values=[filters.search] if filters.search else [],
    )
    return pages.answer(request, filters, listing)


@router.post("", response={201: TagRow}, summary="Make a tag")
@may("tags.change")
def create(request: HttpRequest, data: TagIn) -> HttpResponse:
    """409 where there is one of this name in any case of letters."""
    return _answer(tags.create(data.name, data.color), 201)


@router.get("{uuid:tag_id}/", response=TagRow, summary="Read a tag")
@may("tags.read")
def read(request: HttpRequest, tag_id: UUID) -> HttpResponse:
    """A tag, and on how many records it is."""
    return _answer(tags.find(tag_id))


@router.put("{uuid:tag_id}/", response=TagRow, summary="Change a tag")
@may("tags.change")
def change(request: HttpRequest, tag_id: UUID, data: TagChange) -> HttpResponse:
    """The records that bear it bear its new name."""
    given = changes.given(data, _show(tags.find(tag_id)))
    return _answer(tags.change(tag_id, given, if_match(request)))


@router.delete("{uuid:tag_id}/", response=outputs.Done, summary="Delete a tag")
@may("tags.change")
def delete(request: HttpRequest, tag_id: UUID) -> HttpResponse:
    """It is taken off every record; the records stay."""
    tags.remove(tag_id, if_match(request))
    return outputs.done("The tag is deleted.", tag_id)


@router.post("{uuid:tag_id}/merge/", response=TagRow, summary="Merge a tag into another")
@may("tags.change")
def merge(request: HttpRequest, tag_id: UUID, data: MergeTagIn) -> HttpResponse:
    """Every record of this tag gets the other one, which is answered; this one is gone."""
    return _answer(tags.merge(tag_id, data.into, if_match(request)))


def _answer(tag: Tag, status: int = 200) -> HttpResponse:
    return outputs.record(_show(tag), status=status, version=tag.version)


def _show(tag: Tag) -> dict[str, object]:
    return {"id": tag.id, "name": tag.name, "color": tag.color, "records": tags.count(tag)}
