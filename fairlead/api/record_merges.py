"""Two records of a kind that are one: merged, and taken apart again."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from fairlead.api import outputs
from fairlead.api.access import may
from fairlead.api.naming import named_after
from fairlead.api.record_outputs import RecordOut
from fairlead.api.resources import Resource
from fairlead.api.seam import if_match
from fairlead.api.types import Body, Id, Reference
from fairlead.crm import merging
from fairlead.tenancy.context import current_actor


class MergeIn(Body):
    """Which record is the same as this one, and whose value a field keeps: by default this one's where it has one."""

    other: Reference
    winners: Annotated[dict[str, Literal["this", "other"]], Field(max_length=100)] = {}


class UnmergeIn(Body):
    """Which merge to undo."""

    merge_id: Id


@dataclass(frozen=True)
class Merged:
    """A resource whose records can be merged; `out` is its detail with a `merge_id`."""

    resource: Resource
    out: type[RecordOut]


def router(merged: Merged) -> Router:
    """The operations at `/<resource>/<id>/merge/` and `/unmerge/`."""
    made, resource, kind = Router(), merged.resource, merged.resource.kind
    place = named_after(kind.plural)

    @made.post("{uuid:record_id}/merge/", response=merged.out, summary=f"Merge two {kind.plural}")
    @may(kind.action("merge"))
    @place
    def merge(request: HttpRequest, record_id: UUID, data: MergeIn) -> HttpResponse:
        """This one stays, and gets all that refers to the other: links, comments, files, whom it is given to.

        The other's address leads here. It can be undone at any time, by `merge_id`.
        """
        merge_id = merging.merge(kind, record_id, data.other, data.winners, version=if_match(request))
        version, text = resource.detail(current_actor(), record_id)
        return outputs.json_text(f'{text[:-1]},"merge_id":"{merge_id}"}}', version=version)

    @made.post("{uuid:record_id}/unmerge/", response=resource.out, summary=f"Undo a merge of {kind.plural}")
    @may(kind.action("merge"))
    @place
    def unmerge(request: HttpRequest, record_id: UUID, data: UnmergeIn) -> HttpResponse:
        """The other one comes back, and is answered, with what was its own.

        What has changed since stays as it is now: fields that were edited, and what was added or moved elsewhere.
        """
        return resource.answer(merging.undo(kind, record_id, data.merge_id, version=if_match(request)))

    return made
