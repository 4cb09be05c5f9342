"""The floor under each figure: a bare Django view that gives the same JSON from one statement, for the same caller."""

from typing import Any
from uuid import UUID

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from fairlead.api import invoice_reading as reading
from fairlead.api.api import RESOURCES
from fairlead.api.seam import bearer
from fairlead.records import visibility
from fairlead.tenancy import authentication
from fairlead.tenancy.context import Actor

_LIST = f"""
    WITH page AS (SELECT id FROM billing_invoice WHERE org_id = %s ORDER BY created_on DESC, id DESC LIMIT %s)
    SELECT json_build_object('count', (SELECT count(*) FROM billing_invoice WHERE org_id = %s), 'next', null,
        'previous', null, 'results', (SELECT json_agg({reading.ROW} ORDER BY i.created_on DESC, i.id DESC)
            FROM page JOIN billing_invoice AS i ON i.org_id = %s AND i.id = page.id))::text"""

_RECORDS = """
    WITH page AS (SELECT id FROM {table} AS r WHERE org_id = %s AND archived_at IS NULL AND {listed}
        ORDER BY created_on DESC, id DESC LIMIT %s)
    SELECT json_build_object('count', (
            SELECT count(*) FROM {table} AS r WHERE org_id = %s AND archived_at IS NULL AND {listed}), 'next', null,
        'previous', null, 'results', (SELECT json_agg({row} ORDER BY r.created_on DESC, r.id DESC)
            FROM page JOIN {table} AS r ON r.org_id = %s AND r.id = page.id))::text"""
_LISTED = {
    "accounts": "merged_into_id IS NULL",
    "contacts": "merged_into_id IS NULL",
    "leads": "status <> 'converted'",
}


def invoices(request: HttpRequest) -> HttpResponse:
    """The first page of an admin's list."""
    org_id = UUID(request.headers["organization-id"])
    return _answer(request, org_id, _LIST, [org_id, int(request.GET["limit"]), org_id, org_id])


def invoice(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """One invoice in full."""
    org_id = UUID(request.headers["organization-id"])
    sql, values = _for_admin(
        f"SELECT ({reading.DETAIL})::text FROM billing_invoice i WHERE i.org_id = %s AND i.id = %s",
        [org_id, invoice_id],
    )
    return _answer(request, org_id, sql, values)


def records(request: HttpRequest, plural: str) -> HttpResponse:
    """The first page of an admin's list of records of a kind."""
    org_id, limit = UUID(request.headers["organization-id"]), int(request.GET["limit"])
    resource = next(one for one in RESOURCES if one.kind.plural == plural)
    sql, values = _for_admin(
        _RECORDS.format(table=resource.kind.table, row=resource.row_sql, listed=_LISTED.get(plural, "true")),
        [org_id, limit, org_id, org_id],
    )
    return _answer(request, org_id, sql, values)


def _for_admin(sql: str, values: list[Any]) -> tuple[str, list[Any]]:
    org_id = values[0]
    return visibility.for_actor(sql, values, Actor(org_id, org_id, is_admin=True))


def _answer(request: HttpRequest, org_id: UUID, sql: str, values: list[Any]) -> HttpResponse:
    authentication.identify(bearer(request), org_id)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.org_id', %s, true)", [str(org_id)])
        cursor.execute(sql, values)
        text = cursor.fetchone()[0]
    return HttpResponse(text.encode(), content_type="application/json")


urlpatterns = [
    path("invoices/", invoices),
    path("invoices/<uuid:invoice_id>/", invoice),
    path("records/<plural>/", records),
]


class Request(WSGIRequest):
    """A request that these views answer, and no middleware sees."""

    urlconf = __name__


def handler() -> WSGIHandler:
    """Django with nothing but these views."""
    with override_settings(MIDDLEWARE=[]):
        bare = WSGIHandler()
    bare.request_class = Request
    return bare
