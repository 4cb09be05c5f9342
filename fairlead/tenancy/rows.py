"""New rows, stored by one statement that is composed once for each table.

Django composes it anew for every row, which takes longer than the statement itself: of a new invoice a third.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Field

from fairlead.tenancy.models import OrganizationOwned

# The values that these have in a model are what psycopg takes.
_PLAIN = (
    models.CharField,
    models.TextField,
    models.UUIDField,
    models.DateField,
    models.BooleanField,
    models.IntegerField,
    models.DecimalField,
    models.ForeignKey,
)


def insert(*rows: OrganizationOwned) -> None:
    """Store new rows of one kind. For rows that the database gives no values of its own."""
    if rows:
        _execute([_insertion(rows)])


def change_and_insert(changed: OrganizationOwned, *rows: OrganizationOwned) -> None:
    """Store a row that was changed, and new rows of different kinds, by one statement."""
    _execute([_change(changed), *(_insertion([row]) for row in rows)])


def _change(row: OrganizationOwned) -> tuple[str, list[Any]]:
    _, _, fields = _statement(type(row))
    columns = ", ".join(f'"{field.column}" = %s' for field, _ in fields)
    sql = f'UPDATE "{row._meta.db_table}" SET {columns} WHERE org_id = %s AND id = %s'
    return sql, [*_values(row, fields), row.org_id, row.pk]


def _insertion(rows: Sequence[OrganizationOwned]) -> tuple[str, list[Any]]:
    head, marks, fields = _statement(type(rows[0]))
    values = [value for row in rows for value in _values(row, fields)]
    for row in rows:
        row._state.adding = False
    return f"{head} {', '.join([marks] * len(rows))}", values


def _execute(insertions: Sequence[tuple[str, list[Any]]]) -> None:
    *others, (last, _) = insertions
    first = ", ".join(f"part{number} AS ({sql})" for number, (sql, _) in enumerate(others))
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(f"WITH {first} {last}" if first else last, [one for _, v in insertions for one in v])


def _values(row: OrganizationOwned, fields: "list[tuple[Field[Any, Any], bool]]") -> Iterator[Any]:
    for field, is_plain in fields:
        value = getattr(row, field.attname)
        yield (
            value
            if is_plain or value is None
            else field.get_db_prep_save(value, connections[DEFAULT_DB_ALIAS])
        )


@cache
def _statement(model: type[OrganizationOwned]) -> "tuple[str, str, list[tuple[Field[Any, Any], bool]]]":
    fields: list[Field[Any, Any]] = [*model._meta.concrete_fields]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    kinds = [(field, isinstance(field, _PLAIN)) for field in fields]
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES', f"({marks})", kinds
