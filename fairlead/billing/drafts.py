"""An invoice with all its parts in hand, as it is read and written. `editing` changes it, `pricing` computes it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fairlead.billing.models import Invoice, InvoiceAmount, InvoiceLine
from fairlead.foundation import money
from fairlead.records import links
from fairlead.records.links import Links
from fairlead.tenancy import rows

KIND = "invoice"
# Fields of the request that are columns of the invoice under another name, or under their own.
COLUMNS = {
    "invoice_title": "title",
    **{
        name: name
        for name in (
            "name email phone vat_id currency prices_include_tax tax_rate issue_date due_date payment_terms "
            "grace_until language from_address to_address notes terms internal_notes purchase_order "
            "buyer_reference"
        ).split()
    },
    "account": "account_id",
    "contact": "contact_id",
    "opportunity": "opportunity_id",
}
# What lines, allowances and charges depend on, by its name in a snapshot.
_PRICED = frozenset("lines allowances charges tax_rate prices_include_tax currency total_amount tax".split())


@dataclass
class Draft:
    """The working copy."""

    invoice: Invoice
    lines: list[InvoiceLine] = field(default_factory=list)
    amounts: list[InvoiceAmount] = field(default_factory=list)
    links: Links = field(default_factory=links.none)

    @property
    def places(self) -> int:
        """The decimals of the invoice's currency."""
        return money.digits(self.invoice.currency)


def read(invoice: Invoice) -> Draft:
    """The working copy of a stored invoice."""
    mine = {"org_id": invoice.org_id, "invoice_id": invoice.id}
    return Draft(
        invoice,
        list(InvoiceLine.objects.filter(**mine).order_by("position")),
        list(InvoiceAmount.objects.filter(**mine).order_by("position")),
        links.read(invoice.id),
    )


def insert(draft: Draft) -> None:
    """Store a new invoice with all its parts."""
    rows.insert(draft.invoice)
    _insert_parts(draft)
    links.insert(KIND, draft.invoice.id, draft.links)


def update(draft: Draft, changed: Iterable[str]) -> None:
    """Store what changed of an invoice. `changed` names fields of the snapshot."""
    names = set(changed)
    mine = {"org_id": draft.invoice.org_id, "invoice_id": draft.invoice.id}
    draft.invoice.save(force_update=True)
    if names & _PRICED:
        InvoiceLine.objects.filter(**mine).delete()
        InvoiceAmount.objects.filter(**mine).delete()
        _insert_parts(draft)
    links.replace(KIND, draft.invoice.id, draft.links, names)


def _insert_parts(draft: Draft) -> None:
    for parts in (draft.lines, draft.amounts):
        for position, part in enumerate(parts, 1):
            part.invoice_id, part.position = draft.invoice.id, position
    rows.insert(*draft.lines)
    rows.insert(*draft.amounts)
