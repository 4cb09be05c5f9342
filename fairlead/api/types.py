"""The kinds of value that a body or a query may hold, each stricter than pydantic's own."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, TypeVar
from uuid import UUID

from annotated_types import Ge, GroupedMetadata, Le, MaxLen
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from fairlead.api.parsing import JsonNumber
from fairlead.foundation.money import CURRENCIES
from fairlead.foundation.text import EMAIL, LONGEST_EMAIL, complaint, email_complaint

_DECIMAL = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,12}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


# The kind of error that is a rule broken, in a body that is well-formed; see `problems`.
RULE = "rule"


class Body(BaseModel):
    """A request's body: a name that the schema does not have is refused.

    None of ninja's `Schema`, which looks for every field of a Django object, and reads twice what forbids other names.
    """

    model_config = ConfigDict(extra="forbid")


def refuse(message: str) -> PydanticCustomError:
    """The error to raise in a validator, in words for the caller."""
    return PydanticCustomError("fairlead", "{message}", {"message": message})


def refuse_rule(message: str) -> PydanticCustomError:
    """Likewise for a value of the right form that breaks a rule: 422 where nothing else is wrong."""
    return PydanticCustomError(RULE, "{message}", {"message": message})


def _decimal(value: Any) -> Decimal:
    text = _written(value)
    if text is None or not _DECIMAL.fullmatch(text):
        raise refuse(
            'Give a decimal number such as "125.00": digits and one point, no exponent, no thousands marks.'
        )
    whole, _, fraction = text.lstrip("-").partition(".")
    if len(fraction) > 10:
        raise refuse("Give at most 10 decimals.")
    if len(whole.lstrip("0")) + len(fraction) > 15:
        raise refuse_rule("Give at most 15 digits.")
    return Decimal(text) or Decimal(text.lstrip("-"))  # no negative zero


def _written(value: Any) -> str | None:
    if isinstance(value, JsonNumber):
        return value.text
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    return str(value) if not isinstance(value, Decimal) else format(value, "f")


def _whole(value: Any) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise refuse("Give a whole number, in digits only.")


def _json_whole(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise refuse("Give a whole number, not as a text.")


def _day(value: Any) -> date:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise refuse("Give a date as YYYY-MM-DD.")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise refuse("There is no such day in the calendar.") from None
    if not 1900 <= day.year <= 2999:
        raise refuse_rule("Give a year between 1900 and 2999.")
    return day


def _flag(value: Any) -> bool:
    if value in ("true", "false"):
        return bool(value == "true")
    raise refuse("Give true or false.")


def _id(value: Any) -> UUID:
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise refuse("Give an id: a UUID such as 01980000-0000-7000-8000-000000000000.")
    return UUID(value)


def _clean(one_line: bool) -> Callable[[str], str]:
    def check(text: str) -> str:
        wrong = complaint(text, one_line=one_line)
        if wrong:
            raise refuse(wrong)
        return text

    return check


def _filled(text: str) -> str:
    if not text.strip():
        raise refuse("Give a text that is not blank.")
    return text


def _email(text: str) -> str:
    if text and (wrong := email_complaint(text)):
        raise refuse(wrong)
    return text


def _currency(text: str) -> str:
    if text not in CURRENCIES:
        raise refuse_rule(_CURRENCY_WORDS)
    return text


_CURRENCY_WORDS = "Give a currency by its three letters of ISO 4217, such as EUR."
_DECIMAL_TEXT = {"type": "string", "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,10})?$"}
_DECIMAL_SCHEMA = {
    "anyOf": [_DECIMAL_TEXT, {"type": "number"}],
    "examples": ["125.00"],
}

DecimalText = Annotated[Decimal, BeforeValidator(_decimal), WithJsonSchema(_DECIMAL_SCHEMA)]
QueryDecimal = Annotated[Decimal, BeforeValidator(_decimal), WithJsonSchema(_DECIMAL_TEXT)]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "string", "enum": ["true", "false"]})]
Truth = Annotated[bool, Field(strict=True)]
Id = Annotated[UUID, BeforeValidator(_id)]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


@dataclass(frozen=True, slots=True)
class Between(GroupedMetadata):
    """In `Annotated[int, Between(1, 500)]`: a whole number within these bounds; `in_query`: written as a text."""

    least: int
    most: int
    in_query: bool = False

    def __iter__(self) -> Iterator[Any]:
        yield Ge(self.least)
        yield Le(self.most)
        yield BeforeValidator(_whole if self.in_query else _json_whole)


@dataclass(frozen=True, slots=True)
class _Told:
    """Something that the JSON schema says and a validator of ours sees to, in better words than pydantic has."""

    more: dict[str, Any]

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(core) | self.more


def _pattern(one_line: bool, filled: bool) -> str:
    """What `foundation.text` takes, as a pattern that every regular expression engine reads."""
    bad = (
        r"\u0000-\u001f\u007f-\u009f\u2028\u2029" if one_line else r"\u0000-\u0008\u000b-\u001f\u007f-\u009f"
    )
    bad += r"\ufffe\uffff"
    return rf"^[^{bad}]*[^\s{bad}][^{bad}]*$" if filled else rf"^[^{bad}]*$"


@dataclass(frozen=True, slots=True)
class Line(GroupedMetadata):
    """In `Annotated[str, Line(200)]`: a text of one line, at most so many characters; `filled`: not blank."""

    most: int
    filled: bool = False
    one_line: ClassVar[bool] = True

    def __iter__(self) -> Iterator[Any]:
        yield MaxLen(self.most)
        if self.filled:
            yield _Told({"minLength": 1})
        yield _Told({"pattern": _pattern(self.one_line, self.filled)})
        yield AfterValidator(_clean(self.one_line))
        if self.filled:
            yield AfterValidator(_filled)


@dataclass(frozen=True, slots=True)
class Prose(Line):
    """Likewise a text that may have line breaks and tabs."""

    one_line: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Form(GroupedMetadata):
    """In `Annotated[str, Form("[A-Z]{3}", "Give …")]`: a text of this form. `words` ask for it, for people do not read
    expressions; `tidy` makes one spelling of those that the form takes.
    """

    form: str
    words: str
    tidy: Callable[[str], str] = str

    def __iter__(self) -> Iterator[Any]:
        yield AfterValidator(self._check)
        yield _Told({"pattern": f"^{self.form}$"})

    def _check(self, text: str) -> str:
        if not re.fullmatch(self.form, text):
            raise refuse(self.words)
        return self.tidy(text)


Email = Annotated[
    str,
    Line(LONGEST_EMAIL),
    AfterValidator(_email),
    _Told({"pattern": f"^({EMAIL.pattern})?$", "examples": ["a@example.com"]}),
]
EmailAddress = Annotated[
    str,
    Line(LONGEST_EMAIL, filled=True),
    AfterValidator(_email),
    _Told({"pattern": f"^{EMAIL.pattern}$", "examples": ["a@example.com"]}),
]
Currency = Annotated[
    str, Form("[A-Z]{3}", _CURRENCY_WORDS), Field(examples=["EUR"]), AfterValidator(_currency)
]
# Where there may be none: the empty text.
AnyCurrency = Annotated[
    str,
    Form("([A-Z]{3})?", _CURRENCY_WORDS),
    Field(examples=["EUR"]),
    AfterValidator(lambda text: text and _currency(text)),
]
Color = Annotated[
    str,
    Form("(#[0-9A-Fa-f]{6})?", "Give a colour as # and six hexadecimal digits, such as #2f5bd7.", str.lower),
    Field(examples=["#2f5bd7"]),
]


class _NullClears:
    """Takes null for the empty text, and says so in the JSON schema."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: "" if value is None else value, handler(source)
        )

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [handler(core), {"type": "null"}]}


T = TypeVar("T", bound=str)
# A kind of text that null clears; absent text is the empty one.
Clearable = Annotated[T, _NullClears()]


def _referenced(value: Any) -> Any:
    return value["id"] if isinstance(value, dict) and "id" in value else value


def _id_or_name(value: Any) -> UUID | str:
    value = _referenced(value)
    if not isinstance(value, str) or _UUID.fullmatch(value):
        return _id(value)
    if len(value) > _LONGEST_NAME:
        raise refuse(f"Give an id, or a name of at most {_LONGEST_NAME} characters.")
    return _filled(_clean(one_line=True)(value))


# The id of a record, or the object with an `id` that a detail answer gave for it.
Reference = Annotated[
    Id,
    BeforeValidator(_referenced),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "uuid"},
                {
                    "type": "object",
                    "properties": {"id": {"type": "string", "format": "uuid"}},
                    "required": ["id"],
                },
            ]
        }
    ),
]
# The same, or the name of the record.
_LONGEST_NAME = 100
NameOrReference = Annotated[
    UUID | str,
    BeforeValidator(_id_or_name),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "uuid"},
                {
                    "type": "string",
                    "maxLength": _LONGEST_NAME,
                    "pattern": _pattern(one_line=True, filled=True),
                },
                {
                    "type": "object",
                    "properties": {"id": {"type": "string", "format": "uuid"}},
                    "required": ["id"],
                },
            ]
        }
    ),
]
