"""What a record's fields hold, as JSON has it: what two versions are compared by, and what history keeps."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from fairlead.foundation.money import plain as plain_figure


def plain(value: Any) -> Any:
    """A value of a column."""
    match value:
        case Decimal():
            return plain_figure(value)
        case datetime():
            return value.isoformat()
        case date() | UUID():
            return str(value)
        case _:
            return value


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """{field: [before, after]} for each that is not the same."""
    return {name: [before[name], value] for name, value in after.items() if before[name] != value}
