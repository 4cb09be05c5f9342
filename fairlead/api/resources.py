"""A kind of record over the API: list, make, read, change, archive, restore, its history, comments and files.

What a resource has of its own are its columns, its schemas and its commands; all else is made here, the same for each.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from fairlead.api import changes, outputs, pages
from fairlead.api import record_reading as reading
from fairlead.api.access import may
from fairlead.api.changes import Change
from fairlead.api.naming import named_after
from fairlead.api.outputs import instant_sql
from fairlead.api.pages import Listed, Listing, Page
from fairlead.api.record_inputs import Forced, RecordConditions, RecordFilter
from fairlead.api.record_outputs import RecordHistoryOut, RecordOut, RecordRow
from fairlead.api.seam import if_match
from fairlead.crm import merging
from fairlead.foundation.errors import MalformedRequest, NotFound
from fairlead.foundation.pages import Key
from fairlead.records import keeping, links, search, visibility
from fairlead.records.keeping import ManagedKind
from fairlead.records.kinds import Kind
from fairlead.tenancy.context import Actor, current_actor, current_org_id

_TIE = Key("r.id", "uuid")
_KEYS = {
    "created_on": Key("r.created_on", "timestamptz"),
    "updated_on": Key("r.updated_on", "timestamptz"),
}
_ARCHIVED_ON = f"{instant_sql('r.archived_at')} AS archived_on"

View = Callable[..., HttpResponse]
Condition = tuple[str, Sequence[Any]]


def _everything(_: Any) -> str:
    """Most lists leave nothing out."""
    return "true"


@dataclass(frozen=True)
class Resource:
    """`columns` and `details` are SQL on the record's row `r`: what a list shows, and what the detail has beyond that.

    A detail's column takes the place of a list's of the same name; in all SQL `visibility.seen` marks where rows of
    other tables are narrowed to what the caller sees. `filters` derives from `RecordFilter`; a field of
    its own compares the column of its name (`min_x`, `max_x`, `x_before`, `x_after` its bounds) unless `conditions`
    has SQL for it, with one mark for the value.
    """

    kind: ManagedKind
    row: type[RecordRow]
    out: type[RecordOut]
    new: type[Change]
    change: type[Change]
    filters: type[RecordFilter]
    columns: Mapping[str, str]
    details: Mapping[str, str]
    commands: Any
    keys: Mapping[str, Key] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)
    # What a list leaves out unless its filters ask for it.
    usually: Callable[[Any], str] = _everything
    never_null: frozenset[str] = frozenset({"name"})

    @cached_property
    def row_sql(self) -> str:
        """A row of a list, as JSON."""
        columns = [
            "r.id",
            *_selected(self.columns),
            reading.link_ids("r"),
            "r.created_by_id AS created_by",
            f"{instant_sql('r.created_on')} AS created_on",
            f"{instant_sql('r.updated_on')} AS updated_on",
            _ARCHIVED_ON,
        ]
        return reading.json_object(columns)

    @cached_property
    def detail_sql(self) -> str:
        """The whole record, as JSON."""
        lists = {name: reading.newest(one) for name, one in reading.sub_lists(self.kind, "r").items()}
        columns = [
            "r.id",
            *_selected({**self.columns, **self.details}),
            "r.description",
            reading.links("r"),
            reading.owned("r"),
            _ARCHIVED_ON,
            *_selected(lists),
        ]
        return reading.json_object(columns)

    def detail(self, actor: Actor, record_id: UUID, *, written: bool = False) -> tuple[int, str]:
        """The version of a record and its full JSON. Raises `NotFound` where the actor may not see it.

        Who has just `written` it is told what that has become, even if they have given it out of their sight.
        """
        seen = "true" if written else visibility.seen("r")
        sql = f"""SELECT r.version, ({self.detail_sql})::text FROM {self.kind.table} r
            WHERE r.org_id = %s AND r.id = %s AND {self.kind.stands} AND {seen}"""
        return reading.one(*visibility.for_actor(sql, [actor.org_id, record_id], actor))

    def answer(self, record_id: UUID, *, status: int = 200, written: bool = False) -> HttpResponse:
        """The full record, as every write answers it."""
        version, text = self.detail(current_actor(), record_id, written=written)
        return outputs.json_text(text, status=status, version=version)

    def given(self, data: Change, record_id: UUID | None = None) -> dict[str, Any]:
        """What a request sets. Raises `InvalidInput` for a read-only field that is told otherwise than it is."""
        present: dict[str, Any] = {}
        if record_id and changes.repeats(data):
            visibility.require(self.kind, "change", record_id)
            present = json.loads(self.detail(current_actor(), record_id)[1])
        given = changes.given(data, present)
        nulls = [name for name in given if given[name] is None and name in self.never_null]
        if nulls:
            message = "This cannot be empty: give a value, or leave it out."
            raise MalformedRequest(f"{nulls[0]}: {message}", errors={name: [message] for name in nulls})
        return given | {name: given[name] or [] for name in links.NAMES if name in given}

    def listing(self, filters: RecordFilter) -> Listing:
        """The list that a request asks for, of what the caller sees."""
        row, row_values = visibility.for_actor(self.row_sql, [], current_actor())
        where, values = self.narrowed(filters)
        return Listing(
            source=f"{self.kind.table} r",
            row=row,
            row_values=row_values,
            keys={**_KEYS, **self.keys},
            tie=_TIE,
            where="r.org_id = %s",
            values=[current_org_id()],
            narrowed=where,
            narrowed_values=values,
        )

    def narrowed(self, filters: RecordConditions) -> tuple[str, list[Any]]:
        """The condition for what the caller sees of what the filters mean, and its values."""
        conditions = [(visibility.seen("r"), []), *self._narrowing(filters)]
        sql = " AND ".join(sql for sql, _ in conditions)
        return visibility.for_actor(
            sql, [one for _, several in conditions for one in several], current_actor()
        )

    def _narrowing(self, filters: RecordConditions) -> Iterator[Condition]:
        yield f"r.archived_at IS {'NOT ' * bool(filters.archived)}NULL AND {self.kind.stands}", []
        yield self.usually(filters), []
        if filters.search:
            yield (
                f"r.id IN (SELECT {search.function(self.kind)}(ARRAY[%s], %s, NULL, NULL))",
                [filters.search] * 2,
            )
        common = {
            reading.assigned_to("r"): filters.assigned_to,
            reading.of_team("r"): filters.team,
            reading.tagged("r"): filters.tag,
            "r.created_by_id = %s": filters.created_by,
        }
        yield from ((sql, [value]) for sql, value in common.items() if value is not None)
        for name in type(filters).model_fields.keys() - RecordFilter.model_fields.keys():
            value = getattr(filters, name)
            sql = self.conditions.get(name) or _comparison(self.kind, name)
            if value is not None and sql != "":
                yield sql, [value] * sql.count("%s")


def router(resource: Resource) -> Router:
    """The operations at `/<resource>/`."""
    made, kind = Router(), resource.kind
    place = named_after(kind.plural)
    an = kind.article

    def listed(request: HttpRequest, filters: Any) -> HttpResponse:
        return pages.answer(request, filters, resource.listing(filters))

    def update(request: HttpRequest, record_id: UUID, data: Any) -> HttpResponse:
        """Change the fields given; a list replaces the list. Sending back what was read changes nothing."""
        given = resource.given(data, record_id)
        resource.commands.change(record_id, given, version=if_match(request))
        return resource.answer(record_id, written=True)

    def patch(request: HttpRequest, record_id: UUID, data: Any) -> HttpResponse:
        """The same as PUT: only the fields given change."""
        return update(request, record_id, data)

    def archive(request: HttpRequest, record_id: UUID) -> HttpResponse:
        """It leaves the lists and can be restored. Refused, with the reason, where issued documents depend on it."""
        keeping.archive(kind, record_id, version=if_match(request))
        return outputs.done(f"The {kind.name} is archived.", record_id)

    def restore(request: HttpRequest, record_id: UUID) -> HttpResponse:
        """Take an archived record back into the lists."""
        keeping.restore(kind, record_id, version=if_match(request))
        return resource.answer(record_id)

    def history(request: HttpRequest, record_id: UUID, page: Query[Page]) -> HttpResponse:
        """Every change with its values before and after, newest first. Order by created_on."""
        visibility.require(kind, "read", record_id)
        return pages.answer(request, page, _sub_listing(kind, "history", record_id))

    orders = ", ".join({**_KEYS, **resource.keys})
    listed.__doc__ = f"The {kind.plural} that you see, newest first. Order by {orders}."
    create, refusals = _creating(resource)
    read, led_on = _reading(resource)
    listed.__annotations__["filters"] = Query[resource.filters]  # type: ignore[misc, name-defined]
    create.__annotations__["data"] = resource.new
    update.__annotations__["data"] = patch.__annotations__["data"] = resource.change
    for view in (listed, create, read, update, patch, archive, restore, history):
        place(view)
    out = resource.out
    many: Any = Listed[resource.row]  # type: ignore[name-defined]
    made.get("", response=many, summary=f"List {kind.plural}")(may(kind.action("list"))(listed))
    made.post("", response={201: out, **refusals}, summary=f"Make {an}")(may(kind.action("create"))(create))
    one = "{uuid:record_id}/"
    made.get(one, response={200: out, **led_on}, summary=f"Read {an}")(may(kind.action("read"))(read))
    made.put(one, response=out, summary=f"Change {an}")(may(kind.action("change"))(update))
    made.patch(one, response=out, summary=f"Change {an}")(may(kind.action("change"))(patch))
    made.delete(one, response=outputs.Done, summary=f"Archive {an}")(may(kind.action("archive"))(archive))
    made.post(f"{one}restore/", response=out, summary=f"Restore {an}")(may(kind.action("restore"))(restore))
    made.get(f"{one}history/", response=Listed[RecordHistoryOut], summary="Read the history")(
        may(kind.action("read"))(history)
    )
    return made


def _creating(resource: Resource) -> tuple[View, dict[int, Any]]:
    """The operation, and what it answers beside the new record."""
    kind = resource.kind

    def create(request: HttpRequest, data: Any) -> HttpResponse:
        return resource.answer(resource.commands.create(resource.given(data)), status=201)

    def create_once(request: HttpRequest, data: Any, forced: Query[Forced]) -> HttpResponse:
        made = resource.commands.create(resource.given(data), force=bool(forced.force))
        return resource.answer(made, status=201)

    words = f"Make {kind.article} of the fields given."
    if kind.require_new is None:
        create.__doc__ = words
        return create, {}
    create_once.__doc__ = f"{words} 409 with the `candidates` where there may be such {kind.article} already."
    create_once.__name__ = "create"
    return create_once, {409: outputs.Duplicate}


def _reading(resource: Resource) -> tuple[View, dict[int, Any]]:
    """The operation, and what it answers beside the record."""

    def read(request: HttpRequest, record_id: UUID) -> HttpResponse:
        """The record with all its parts, and the newest of its history, comments and files."""
        return resource.answer(record_id)

    def read_or_lead_on(request: HttpRequest, record_id: UUID) -> HttpResponse:
        """The record with all its parts. 308 for one that was merged into another: `Location` is that one's address."""
        try:
            return resource.answer(record_id)
        except NotFound:
            return _lead_on(resource.kind, record_id)

    if not resource.kind.merges:
        return read, {}
    read_or_lead_on.__name__ = "read"
    return read_or_lead_on, {308: outputs.Done}


def _lead_on(kind: ManagedKind, record_id: UUID) -> HttpResponse:
    survivor = merging.survivor(kind, record_id)
    if survivor is None:
        raise NotFound
    body = {"message": f"It was merged into another {kind.name}.", "id": str(survivor)}
    response = outputs.record(body, status=308)
    response["Location"] = f"/api/{kind.plural}/{survivor}/"
    return response


def _sub_listing(kind: Kind, name: str, record_id: UUID) -> Listing:
    table, row, where = reading.sub_lists(kind, "r")[name]
    # Ids are made in the order of time.
    key = Key(f"{table.split()[1]}.id", "uuid")
    return Listing(
        source=f"{table} JOIN {kind.table} r ON r.org_id = %s AND r.id = %s",
        row=row,
        keys={"created_on": key},
        tie=key,
        where=where,
        values=[current_org_id(), record_id],
    )


def _selected(columns: Mapping[str, str]) -> list[str]:
    return [f"{sql} AS {name}" for name, sql in columns.items()]


def _comparison(kind: Kind, name: str) -> str:
    """The condition that a filter's name tells: `due_before` compares `due` or `due_date`, whichever there is."""
    for mark, sign in (("_before", "<="), ("_after", ">=")):
        if name.endswith(mark):
            return f"{_column(kind, name.removesuffix(mark))} {sign} %s"
    for mark, sign in (("min_", ">="), ("max_", "<=")):
        if name.startswith(mark):
            return f"{_column(kind, name.removeprefix(mark))} {sign} %s"
    return f"{_column(kind, name)} = %s"


def _column(kind: Kind, name: str) -> str:
    fields = {one.name: one for one in kind.model._meta.concrete_fields}
    found = fields.get(name) or fields[f"{name}_date"]
    return f"r.{found.column}"
