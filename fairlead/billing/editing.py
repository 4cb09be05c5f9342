"""Editing a working copy by the fields that a request gives.

The same editing serves a new invoice, a change of a draft and the echo of an issued one: what differs afterwards is
what the request changed, and an issued invoice refuses it by name.
"""

from decimal import Decimal
from typing import Any
from uuid import UUID

from fairlead.billing import about
from fairlead.billing.domain.document import Kind
from fairlead.billing.drafts import COLUMNS, Draft
from fairlead.billing.models import Invoice, InvoiceAmount, InvoiceLine
from fairlead.billing.pricing import price
from fairlead.foundation import clock
from fairlead.foundation.errors import InvalidInput, MalformedRequest
from fairlead.foundation.ids import new_id
from fairlead.records import links

_SHORTHAND = ("quantity", "rate")
_KINDS: tuple[Kind, Kind] = ("allowance", "charge")
_LINE_FIELDS = (
    "description quantity unit rate price_base discount_percent discount_amount charge_amount "
    "vat_exemption_reason"
).split()
# What an entry bears in answers and cannot be told, with its value in an entry that is new.
_COMPUTED = {"net_amount": None, "is_adjustment": False}


def edit(draft: Draft, given: dict[str, Any]) -> None:
    """Put the given fields into the working copy, and price it. Raises `InvalidInput` naming each field."""
    invoice = draft.invoice
    old_title, old_dates = invoice.title, (invoice.issue_date, invoice.due_date)
    about.refer(invoice, given)
    for name in COLUMNS.keys() & given.keys():
        setattr(invoice, COLUMNS[name], given[name])
    if (invoice.issue_date, invoice.due_date) != old_dates:
        _check_dates(invoice)
    if "lines" in given:
        lines = _lines(draft, given["lines"])
        _check_beside_lines(given, draft.lines, lines)
        draft.lines = lines
    else:
        _edit_shorthand(draft, given, old_title)
    for kind in _KINDS:
        if f"{kind}s" in given:
            _replace_amounts(draft, kind, given[f"{kind}s"])
    _edit_tax(invoice, given)
    draft.links = links.edited(draft.links, given)
    price(draft, given)


def copy(source: Draft, onto: Invoice) -> Draft:
    """The parts of another invoice, which is not used any more, on a new one; its dates are not copied."""
    for column in {*COLUMNS.values(), "fixed_tax"} - {"issue_date", "due_date", "grace_until"}:
        setattr(onto, column, getattr(source.invoice, column))
    for part in (*source.lines, *source.amounts):
        part.id, part.created_on = new_id(), clock.now()
    draft = Draft(onto, source.lines, source.amounts, links.known(source.links))
    price(draft)
    return draft


def _check_dates(invoice: Invoice) -> None:
    if invoice.issue_date and invoice.due_date and invoice.due_date < invoice.issue_date:
        raise InvalidInput.of("due_date", "Give a day that is not before the issue_date.")


def _check_beside_lines(given: dict[str, Any], before: list[InvoiceLine], after: list[InvoiceLine]) -> None:
    """Beside `lines` the shorthand may only repeat what it was, or what they say; else it would be lost unseen."""
    for name in _SHORTHAND:
        said = [getattr(lines[0], name) for lines in (before, after) if len(lines) == 1]
        if given.get(name) is not None and given[name] not in said:
            message = "Give either this or lines."
            raise MalformedRequest(f"{name}: {message}", errors={name: [message]})


def _edit_shorthand(draft: Draft, given: dict[str, Any], old_title: str) -> None:
    """`quantity` × `rate` is an invoice of one line, named by the title."""
    fields = {name: given[name] for name in _SHORTHAND if name in given}
    if len(draft.lines) > 1:
        _refuse(
            [name for name in fields if fields[name] is not None],
            "The invoice has several lines: change them in `lines`.",
        )
        return
    _refuse(
        [name for name in fields if fields[name] is None],
        "This cannot be empty: give a value, or leave it out.",
    )
    if not draft.lines:
        draft.lines = [InvoiceLine(org_id=draft.invoice.org_id, description=old_title)]
    line = draft.lines[0]
    if line.description == old_title:
        line.description = draft.invoice.title
    for name, value in fields.items():
        setattr(line, name, value)


def _edit_tax(invoice: Invoice, given: dict[str, Any]) -> None:
    """`tax` is an amount instead of any rate. One that only repeats the present amount asks for nothing."""
    is_news = "tax" in given and (invoice._state.adding or given["tax"] != invoice.tax_amount)
    if is_news and given["tax"] is not None and given.get("tax_rate") is not None:
        _refuse(["tax", "tax_rate"], "Give either an amount of tax or a tax_rate, not both.")
    if is_news:
        invoice.fixed_tax = given["tax"]
        invoice.tax_rate = invoice.tax_rate if given["tax"] is None else None
    elif given.get("tax_rate") is not None:
        invoice.fixed_tax = None


def _lines(draft: Draft, given: list[dict[str, Any]]) -> list[InvoiceLine]:
    present = {line.id: line for line in draft.lines}
    return [_line(draft, present, one, f"lines.{index}") for index, one in enumerate(given)]


def _line(draft: Draft, present: dict[UUID, InvoiceLine], given: dict[str, Any], path: str) -> InvoiceLine:
    before = _known(present, given, path)
    line = InvoiceLine(org_id=draft.invoice.org_id, invoice_id=draft.invoice.id)
    for name in _LINE_FIELDS:
        if given.get(name) is not None:
            setattr(line, name, given[name])
    _take_tax(line, given, before)
    if before:
        line.id, line.created_on = before.id, before.created_on
    return line


def _replace_amounts(draft: Draft, kind: Kind, given: list[dict[str, Any]]) -> None:
    present = {amount.id: amount for amount in draft.amounts if amount.kind == kind}
    others = [amount for amount in draft.amounts if amount.kind != kind]
    new = [_amount(draft, kind, present, one, f"{kind}s.{index}") for index, one in enumerate(given)]
    allowances, charges = (new, others) if kind == "allowance" else (others, new)
    draft.amounts = [*allowances, *charges]


def _amount(
    draft: Draft, kind: Kind, present: dict[UUID, InvoiceAmount], given: dict[str, Any], path: str
) -> InvoiceAmount:
    before = _known(present, given, path)
    percent, value = given.get("percent"), given.get("amount")
    if (percent is None) == (value is None) and not (before and value == before.amount):
        message = "Give either an amount or a percent."
        raise InvalidInput.of(path, message)
    amount = InvoiceAmount(
        org_id=draft.invoice.org_id,
        invoice_id=draft.invoice.id,
        kind=kind,
        reason=given["reason"],
        percent=percent,
        amount=value or Decimal(0),
    )
    _take_tax(amount, given, before)
    if before:
        amount.id, amount.created_on = before.id, before.created_on
        if before.is_adjustment and value == before.amount:
            amount.is_adjustment, amount.fixed_tax = True, before.fixed_tax
    return amount


def _take_tax(
    part: InvoiceLine | InvoiceAmount, given: dict[str, Any], before: InvoiceLine | InvoiceAmount | None
) -> None:
    """A part that is sent back as it was read keeps following the invoice's own rate, if it did."""
    part.given_vat_category, part.given_vat_rate = given.get("vat_category"), given.get("vat_rate")
    if before and (given.get("vat_category"), given.get("vat_rate")) == (
        before.vat_category,
        before.vat_rate,
    ):
        part.given_vat_category, part.given_vat_rate = before.given_vat_category, before.given_vat_rate


def _known[Part: (InvoiceLine, InvoiceAmount)](
    present: dict[UUID, Part], given: dict[str, Any], path: str
) -> Part | None:
    """The part that an entry with an id stands for; each may stand once."""
    before = present.pop(given["id"], None) if given.get("id") else None
    if given.get("id") and before is None:
        message = "The invoice has no such entry (any more): leave the id out to add a new one."
        raise InvalidInput.of(f"{path}.id", message)
    for name, of_new in _COMPUTED.items():
        if given.get(name) is not None and given[name] != getattr(before, name, of_new):
            raise InvalidInput.of(f"{path}.{name}", "This is computed: leave it out.")
    return before


def _refuse(names: list[str], message: str) -> None:
    if names:
        raise InvalidInput(f"{names[0]}: {message}", errors={name: [message] for name in names})
