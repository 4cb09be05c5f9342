"""Numbers without gaps: each is taken last in its transaction, and the register says what became of it."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from fairlead.billing.domain import numbers
from fairlead.billing.domain.numbers import PatternError, Restart
from fairlead.billing.models import Invoice, NumberSeries, RegisteredNumber
from fairlead.foundation import clock
from fairlead.foundation.errors import Conflict, InvalidInput
from fairlead.foundation.ids import new_id
from fairlead.tenancy.context import actor_id, current_org_id

INVOICES = "invoice"

# Django would take longer to compose this than PostgreSQL to answer it.
_SERIES = """
    SELECT s.org_id, s.id, s.pattern, s.restart, s.number_on, o.time_zone, o.currency, o.language, o.payment_terms,
        o.address::text
    FROM billing_numberseries s JOIN tenancy_organization o ON o.id = s.org_id WHERE s.org_id = %s AND s.code = %s"""
_COUNT = """
    INSERT INTO billing_numbercounter AS c (org_id, series_id, period, value) VALUES (%s, %s, %s, 1)
    ON CONFLICT (org_id, series_id, period) DO UPDATE SET value = c.value + 1 RETURNING value"""
_REGISTER = """
    WITH taken AS (
        INSERT INTO billing_registerednumber
            (id, created_on, org_id, series_id, period, value, previous, number, document_id, state, reason,
             created_by_id)
        VALUES (%(id)s, %(at)s, %(org)s, %(series)s, %(period)s, %(value)s, nullif(%(value)s - 1, 0), %(number)s,
            %(document)s, 'used', '', %(who)s)
        ON CONFLICT (org_id, series_id, number) WHERE NOT state = 'skipped' DO NOTHING RETURNING document_id)
    UPDATE billing_invoice SET number = %(number)s FROM taken WHERE org_id = %(org)s AND id = taken.document_id"""


@dataclass(frozen=True, slots=True)
class SeriesSettings:
    """How a kind of document is numbered: see `billing.domain.numbers`; `number_on` is `create` or `issue`."""

    pattern: str
    restart: str
    number_on: str


@dataclass(frozen=True, slots=True)
class Series:
    """A series as it numbers, and what its organization gives to a new document."""

    org_id: UUID
    id: UUID
    pattern: str
    restart: str
    number_on: str
    time_zone: str
    currency: str
    language: str
    payment_terms: int | None
    address: dict[str, Any]


def series_of_invoices() -> Series:
    """The organization's series for invoices, made when it is first asked for."""
    org_id = current_org_id()
    series = _find(org_id)
    if series:
        return series
    NumberSeries.objects.bulk_create([NumberSeries(org_id=org_id, code=INVOICES)], ignore_conflicts=True)
    return series_of_invoices()


def settings_of_invoices() -> SeriesSettings:
    """How the bound organization numbers its invoices."""
    series = NumberSeries.objects.filter(org_id=current_org_id(), code=INVOICES).first() or NumberSeries()
    return SeriesSettings(series.pattern, series.restart, series.number_on)


def change_settings(given: dict[str, Any]) -> SeriesSettings:
    """Change pattern, restart or number_on from now on; numbers given stay. Raises `InvalidInput`."""
    series_of_invoices()
    series = NumberSeries.objects.select_for_update().get(org_id=current_org_id(), code=INVOICES)
    for name in ("pattern", "restart", "number_on"):
        setattr(series, name, given.get(name, getattr(series, name)))
    try:
        numbers.check_series(series.pattern, Restart(series.restart))
    except PatternError as error:
        raise InvalidInput.of("number_series.pattern", str(error)) from None
    series.save(update_fields=["pattern", "restart", "number_on"])
    return SeriesSettings(series.pattern, series.restart, series.number_on)


def take(invoice: Invoice, series: Series, on: date) -> str:
    """Give an invoice that is stored the next number of the series. Call it last: the counter stays locked.

    A value whose text was given before, by hand say, is registered as skipped, and the next one is taken.
    """
    period = numbers.period(Restart(series.restart), on)
    while True:
        value = _count(series, period)
        number = numbers.format(series.pattern, value, on)
        if _register(invoice, series, period, value, number):
            invoice.number = number
            return number
        _skip(series, period, value, number)


def choose(invoice: Invoice, series: Series, number: str) -> None:
    """Register a number that the caller chose. Raises `Conflict` where it is taken."""
    entry = RegisteredNumber(
        org_id=invoice.org_id,
        series_id=series.id,
        period=0,
        number=number,
        document_id=invoice.id,
        state="manual",
        created_by_id=actor_id(),
    )
    RegisteredNumber.objects.bulk_create([entry], ignore_conflicts=True)
    if not RegisteredNumber.objects.filter(org_id=invoice.org_id, id=entry.id).exists():
        message = "This number is taken: choose another, or leave it out to get the next one."
        raise Conflict(f"invoice_number: {message}", errors={"invoice_number": [message]})
    invoice.number = number


def void(invoice: Invoice, reason: str) -> None:
    """Keep an invoice's number in the register as void: it is accounted for and never given again."""
    RegisteredNumber.objects.filter(
        org_id=invoice.org_id, document_id=invoice.id, state__in=["used", "manual"]
    ).update(state="void", reason=reason, changed_by_id=actor_id(), changed_at=clock.now())


def _find(org_id: UUID) -> Series | None:
    with connection.cursor() as cursor:
        cursor.execute(_SERIES, [org_id, INVOICES])
        row = cursor.fetchone()
    if row is None:
        return None
    columns = [*row[:-1], json.loads(row[-1])]
    return Series(*columns)


def _count(series: Series, period: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [series.org_id, series.id, period])
        return int(cursor.fetchone()[0])


def _register(invoice: Invoice, series: Series, period: int, value: int, number: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            _REGISTER,
            {
                "id": new_id(),
                "at": clock.now(),
                "org": invoice.org_id,
                "series": series.id,
                "period": period,
                "value": value,
                "number": number,
                "document": invoice.id,
                "who": actor_id(),
            },
        )
        return bool(cursor.rowcount == 1)


def _skip(series: Series, period: int, value: int, number: str) -> UUID:
    entry = RegisteredNumber.objects.create(
        org_id=series.org_id,
        series_id=series.id,
        period=period,
        value=value,
        previous=value - 1 or None,
        number=number,
        state="skipped",
        reason="This number was given before.",
        created_by_id=actor_id(),
    )
    return entry.id
