"""The allowance or charge named "Adjustment" by which a document reaches a total that its writer wants."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, localcontext

from fairlead.billing.domain import checks
from fairlead.billing.domain.document import DocumentAmount, Line, Terms, Totals, TotalsError, VatRow
from fairlead.billing.domain.totals import EXACT, compute
from fairlead.foundation.money import plain, round_money

REASON = "Adjustment"


def adjust(
    lines: Sequence[Line], amounts: Sequence[DocumentAmount], terms: Terms, wanted_total: Decimal
) -> DocumentAmount | None:
    """The adjustment with which `compute` gives exactly `wanted_total`; None if nothing is missing.

    It takes the place of an adjustment among `amounts`. Net of it is round(difference ÷ (1 + rate)), its tax the rest
    of the difference. Raises `TotalsError` at `total_amount` where lines are taxed in several ways.
    """
    checks.refuse([("total_amount", checks.money_problem(wanted_total, terms.currency_digits))])
    others = [amount for amount in amounts if not amount.is_adjustment]
    with localcontext(EXACT):
        computed = compute(lines, others, terms)
        difference = round_money(wanted_total - computed.total_amount, terms.currency_digits)
        if not difference:
            return None
        checks.refuse([("total_amount", _below_tax(wanted_total, terms))])
        adjustment = _of(difference, _only_row(computed), terms)
        compute(lines, [*others, adjustment], terms)
    return adjustment


def _below_tax(wanted_total: Decimal, terms: Terms) -> str | None:
    if terms.tax_amount is not None and wanted_total < terms.tax_amount:
        return f"Give at least {terms.tax_amount}, which is the tax alone, or lower tax."
    return None


def _of(difference: Decimal, row: VatRow, terms: Terms) -> DocumentAmount:
    amount = DocumentAmount(
        kind="charge" if difference > 0 else "allowance",
        reason=REASON,
        amount=abs(difference),
        vat_category=row.category,
        vat_rate=row.rate,
        is_adjustment=True,
    )
    if terms.prices_include_tax or row.rate is None:
        return amount
    net = round_money(abs(difference) * 100 / (100 + row.rate), terms.currency_digits)
    return replace(amount, amount=net, tax_amount=abs(difference) - net)


def _only_row(totals: Totals) -> VatRow:
    if len(totals.vat_breakdown) == 1:
        return totals.vat_breakdown[0]
    rates = ", ".join(
        row.category if row.rate is None else f"{plain(row.rate)} %" for row in totals.vat_breakdown
    )
    message = f"The lines are taxed in several ways ({rates}): give an allowance or a charge with its vat_rate instead."
    raise TotalsError([("total_amount", message)])
