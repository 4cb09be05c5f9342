"""The lists that belong to one invoice, at their own paths."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from fairlead.api import invoice_reading as reading
from fairlead.api import pages
from fairlead.api.access import may
from fairlead.api.invoice_outputs import EmailOut, HistoryOut
from fairlead.api.pages import Listed, Listing, Page
from fairlead.billing import visibility
from fairlead.foundation.pages import Key
from fairlead.tenancy.context import current_org_id

router = Router()


@router.get("{uuid:invoice_id}/history/", response=Listed[HistoryOut], summary="Read the history")
@may("invoices.read")
def list_history(request: HttpRequest, invoice_id: UUID, page: Query[Page]) -> HttpResponse:
    """Every change with its values before and after, newest first. Order by created_on."""
    return answer(request, invoice_id, "history", page)


@router.get("{uuid:invoice_id}/emails/", response=Listed[EmailOut], summary="List mails")
@may("invoices.read")
def list_emails(request: HttpRequest, invoice_id: UUID, page: Query[Page]) -> HttpResponse:
    """The mails sent with this invoice and what became of them, newest first. Order by created_on."""
    return answer(request, invoice_id, "emails", page)


def answer(request: HttpRequest, invoice_id: UUID, name: str, page: Page) -> HttpResponse:
    """One page of a sub-list. Raises `NotFound` where the invoice is not seen."""
    visibility.require("read", invoice_id)
    table, row, where = reading.SUB_LISTS[name]
    # Ids are made in the order of time.
    key = Key(f"{table.split()[1]}.id", "uuid")
    listing = Listing(
        source=f"{table} JOIN billing_invoice i ON i.org_id = %s AND i.id = %s",
        row=row,
        keys={"created_on": key},
        tie=key,
        where=where,
        values=[current_org_id(), invoice_id],
    )
    return pages.answer(request, page, listing)
