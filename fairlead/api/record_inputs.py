"""What goes into any record's operations."""

from typing import Annotated, Self

from ninja import Schema
from pydantic import AfterValidator, Field, model_validator

from fairlead.api.changes import NOT_GIVEN, Change, ReadOnly
from fairlead.api.pages import Page
from fairlead.api.types import (
    Between,
    Body,
    Clearable,
    Flag,
    Form,
    Id,
    Line,
    Prose,
    Reference,
    refuse_rule,
)
from fairlead.foundation.codes import LANGUAGES, country_complaint


def _country(code: str) -> str:
    wrong = code and country_complaint(code)
    if wrong:
        raise refuse_rule(wrong)
    return code


Country = Annotated[str, Field(max_length=2, examples=["DE"]), AfterValidator(_country)]
Days = Annotated[int, Between(0, 3650)]
References = Annotated[list[Reference], Field(max_length=200)] | None
LanguageCode = Annotated[
    str,
    Form(f"({'|'.join(LANGUAGES)})?", f"Give one of {', '.join(LANGUAGES)}, or nothing."),
    Field(examples=["en"]),
]


class Address(Body):
    """A postal address, always a whole one: what is left out is empty. `country` by its two letters."""

    address_line: Annotated[str, Line(200)] = ""
    street: Annotated[str, Line(200)] = ""
    city: Annotated[str, Line(100)] = ""
    state: Annotated[str, Line(100)] = ""
    postcode: Annotated[str, Line(20)] = ""
    country: Country = ""

    @model_validator(mode="after")
    def _be_whole(self) -> Self:
        self.model_fields_set.update(type(self).model_fields)
        return self


class CommentIn(Body):
    comment: Annotated[str, Prose(10_000, filled=True)]


class RecordChange(Change):
    """What can be changed of every record. Null empties what may be empty; a list replaces the list."""

    description: Clearable[Annotated[str, Prose(10_000)]] = NOT_GIVEN
    assigned_to: References = NOT_GIVEN
    teams: References = NOT_GIVEN
    tags: References = NOT_GIVEN

    id: ReadOnly
    created_by: ReadOnly
    org: ReadOnly
    created_on: ReadOnly
    updated_on: ReadOnly
    archived_on: ReadOnly
    history: ReadOnly
    comments: ReadOnly
    attachments: ReadOnly


class RecordConditions(Schema):
    """Which records are meant: by what every kind has. A kind adds its own fields."""

    search: Annotated[
        Annotated[str, Line(200)] | None, Field(description="Part of what names the record, in any case.")
    ] = None
    assigned_to: Id | None = None
    team: Id | None = None
    tag: Id | None = None
    created_by: Id | None = None
    archived: Annotated[Flag | None, Field(description="true: those that are archived, instead.")] = None


class RecordFilter(RecordConditions, Page):
    """Which records to list, and which page of them."""


class Forced(Schema):
    """Whether to make what seems to be there already."""

    force: Annotated[
        Flag | None, Field(description="true: make it although there may be such a record already.")
    ] = None
