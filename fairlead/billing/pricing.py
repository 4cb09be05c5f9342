"""The sums of a working copy: the totals engine asked, and its result put where it is stored."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from fairlead.billing.domain.adjustment import adjust
from fairlead.billing.domain.document import ONE, DocumentAmount, Kind, Line, Terms, Totals, TotalsError
from fairlead.billing.domain.totals import compute
from fairlead.billing.drafts import Draft
from fairlead.billing.models import InvoiceAmount
from fairlead.foundation import money
from fairlead.foundation.errors import InvalidInput


def price(draft: Draft, given: dict[str, Any] | None = None) -> Totals:
    """Compute the totals, and the adjustment if the request wants a certain total. Raises `InvalidInput`."""
    given = given or {}
    for line in draft.lines:
        line.rate = money.pad(line.rate, draft.places)
    try:
        if "total_amount" in given:
            _adjust(draft, given["total_amount"])
        totals = compute(priced_lines(draft), priced_amounts(draft), terms(draft))
    except TotalsError as error:
        raise _refusal(error, shorthand="lines" not in given and len(draft.lines) == 1) from None
    _store_totals(draft, totals)
    return totals


def price_lines(lines: Sequence[Mapping[str, Any]], digits: int) -> tuple[list[Decimal], Decimal]:
    """The net amount of each line as an invoice would have it, and their sum; lines by the names of a request.

    Raises `InvalidInput` by path, such as `lines.0.rate`.
    """
    try:
        totals = compute([_given_line(line) for line in lines], [], Terms(digits))
    except TotalsError as error:
        raise _refusal(error, shorthand=False) from None
    return [line.net_amount for line in totals.lines], totals.net_amount


def _given_line(given: Mapping[str, Any]) -> Line:
    figures = "price_base discount_percent discount_amount charge_amount vat_category vat_rate".split()
    told = {name: given[name] for name in figures if given.get(name) is not None}
    reason = given.get("vat_exemption_reason") or ""
    return Line(given.get("quantity", ONE), given["rate"], **told, exemption_reason=reason)


def priced_lines(draft: Draft) -> list[Line]:
    """The lines as the totals engine takes them."""
    return [
        Line(
            line.quantity,
            line.rate,
            line.price_base,
            line.discount_percent,
            line.discount_amount,
            line.charge_amount,
            line.given_vat_category,
            line.given_vat_rate,
            line.vat_exemption_reason,
        )
        for line in draft.lines
    ]


def priced_amounts(draft: Draft) -> list[DocumentAmount]:
    """The allowances and charges as the totals engine takes them."""
    return [
        DocumentAmount(
            _kind(amount),
            amount.reason,
            amount.amount if amount.percent is None else None,
            amount.percent,
            amount.given_vat_category,
            amount.given_vat_rate,
            amount.fixed_tax,
            amount.is_adjustment,
        )
        for amount in draft.amounts
    ]


def terms(draft: Draft) -> Terms:
    """How the document is computed."""
    invoice = draft.invoice
    return Terms(draft.places, invoice.prices_include_tax, invoice.tax_rate, invoice.fixed_tax)


def _adjust(draft: Draft, wanted: Decimal | None) -> None:
    """Set the adjustment that makes the total the wanted one; null takes it away."""
    if wanted is not None and wanted == draft.invoice.total_amount and not draft.invoice._state.adding:
        return
    draft.amounts = [amount for amount in draft.amounts if not amount.is_adjustment]
    if wanted is None:
        return
    found = adjust(priced_lines(draft), priced_amounts(draft), terms(draft), wanted)
    if found:
        draft.amounts.append(
            InvoiceAmount(
                org_id=draft.invoice.org_id,
                invoice_id=draft.invoice.id,
                kind=found.kind,
                reason=found.reason,
                amount=found.amount or Decimal(0),
                given_vat_category=found.vat_category,
                given_vat_rate=found.vat_rate,
                fixed_tax=found.tax_amount,
                is_adjustment=True,
            )
        )


def _store_totals(draft: Draft, totals: Totals) -> None:
    invoice = draft.invoice
    for line, of_line in zip(draft.lines, totals.lines, strict=True):
        line.net_amount, line.gross_amount = of_line.net_amount, of_line.gross_amount
        line.vat_category, line.vat_rate = of_line.group.category, of_line.group.rate
        line.discount_amount = _rounded(line.discount_amount, draft.places)
        line.charge_amount = _rounded(line.charge_amount, draft.places)
    for amount, of_amount in zip(draft.amounts, totals.amounts, strict=True):
        amount.amount, amount.net_amount = of_amount.amount, of_amount.net_amount
        amount.vat_category, amount.vat_rate = of_amount.group.category, of_amount.group.rate
    invoice.net_amount, invoice.tax_amount = totals.net_amount, totals.tax_amount
    invoice.total_amount = totals.total_amount
    invoice.amount_paid = money.round_money(invoice.amount_paid, draft.places)
    invoice.vat_breakdown = [
        {
            "vat_category": row.category,
            "vat_rate": None if row.rate is None else money.plain(row.rate),
            "taxable_amount": str(row.taxable_amount),
            "tax_amount": str(row.tax_amount),
            "exemption_reason": row.exemption_reason,
        }
        for row in totals.vat_breakdown
    ]


def _rounded(amount: Decimal | None, places: int) -> Decimal | None:
    return None if amount is None else money.round_money(amount, places)


def _refusal(error: TotalsError, *, shorthand: bool) -> InvalidInput:
    """The engine's paths in the words of the request: on an invoice of one line `lines.0.rate` is `rate`."""
    errors: dict[str, list[str]] = {}
    for path, message in error.problems:
        name = path.removeprefix("lines.0.").replace("lines", "quantity") if shorthand else path
        errors.setdefault({"tax_amount": "tax"}.get(name, name), []).append(message)
    path, messages = next(iter(errors.items()))
    return InvalidInput(f"{path}: {messages[0]}", errors=errors)


def _kind(amount: InvoiceAmount) -> Kind:
    return "allowance" if amount.kind == "allowance" else "charge"
