"""How each amount of a document came about, for a reader and for a machine.

    explain(lines, amounts, terms, compute(lines, amounts, terms))[0]
    # {"step": "line_amount", "of": "lines.0", "formula": "round(quantity × rate ÷ price_base)",
    #  "values": {"quantity": "80", "rate": "125.00", "price_base": "1"}, "result": "10000.00",
    #  "text": "round(80 × 125.00 ÷ 1) = 10000.00"}

`round` is half away from zero to the currency's digits, `sum` is of a list. A value is one that was given or the
result of a step above, so the whole can be computed again. (`left_over` alone is neither: see `totals._split_gross`.)
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext
from typing import TypedDict

from fairlead.billing.domain.document import (
    ZERO,
    AmountResult,
    DocumentAmount,
    Kind,
    Line,
    LineResult,
    Terms,
    Totals,
    VatGroup,
    VatRow,
    paths,
)
from fairlead.billing.domain.totals import EXACT
from fairlead.foundation.money import round_money

_MEMBERS = "sum(lines) − sum(allowances) + sum(charges)"
_NET_OF_GROSS = "round({} × 100 ÷ (100 + vat_rate))"


class Step(TypedDict):
    """One amount: which (`step`) of what (`of`: a path, or "invoice"), and how. Numbers are decimal text."""

    step: str
    of: str
    formula: str
    values: dict[str, str | list[str]]
    result: str
    text: str


def explain(
    lines: Sequence[Line], amounts: Sequence[DocumentAmount], terms: Terms, totals: Totals
) -> list[Step]:
    """The steps in the order in which they are taken. `totals` is what `compute` gave for the same input."""
    with localcontext(EXACT):
        steps = [
            step
            for position, (line, result) in enumerate(zip(lines, totals.lines, strict=True))
            for step in _line_steps(f"lines.{position}", line, result)
        ]
        if terms.prices_include_tax:
            steps += _gross_steps(amounts, totals)
        else:
            steps += _net_steps(amounts, terms, totals)
        return [*steps, *_total_steps(totals)]


def _net_steps(amounts: Sequence[DocumentAmount], terms: Terms, totals: Totals) -> Iterator[Step]:
    yield _line_total_step(totals)
    yield from _amount_steps(amounts, totals, "line_total", totals.line_total)
    yield from _net_total_steps(totals)
    for position, row in enumerate(totals.vat_breakdown):
        yield from _row_steps(f"vat_breakdown.{position}", row, amounts, terms, totals)


def _gross_steps(amounts: Sequence[DocumentAmount], totals: Totals) -> Iterator[Step]:
    grosses = [_price(line) for line in totals.lines]
    gross_total = sum(grosses, ZERO)
    yield _step("gross_line_total", "invoice", "sum(lines)", gross_total, lines=grosses)
    yield from _amount_steps(amounts, totals, "gross_line_total", gross_total)
    for position, row in enumerate(totals.vat_breakdown):
        yield from _gross_row_steps(f"vat_breakdown.{position}", row, totals)
    for position, line in enumerate(totals.lines):
        yield _share_step(f"lines.{position}", "gross_amount", _price(line), line)
    for path, one in zip(paths(amounts), totals.amounts, strict=True):
        yield _share_step(path, "amount", one.amount, one)
    yield _line_total_step(totals)
    yield from _net_total_steps(totals)


def _line_steps(path: str, line: Line, result: LineResult) -> Iterator[Step]:
    yield _step(
        "line_amount",
        path,
        "round(quantity × rate ÷ price_base)",
        result.amount,
        quantity=line.quantity,
        rate=line.rate,
        price_base=line.price_base,
    )
    if line.discount_percent is not None:
        yield _step(
            "discount_amount",
            path,
            "round(line_amount × discount_percent ÷ 100)",
            result.discount,
            line_amount=result.amount,
            discount_percent=line.discount_percent,
        )
    yield _step(
        "net_amount" if result.gross_amount is None else "gross_amount",
        path,
        "line_amount − discount_amount + charge_amount",
        _price(result),
        line_amount=result.amount,
        discount_amount=result.discount,
        charge_amount=result.charge,
    )


def _amount_steps(
    amounts: Sequence[DocumentAmount], totals: Totals, base_name: str, base: Decimal
) -> Iterator[Step]:
    for path, amount, result in zip(paths(amounts), amounts, totals.amounts, strict=True):
        given = amount.amount or ZERO
        if amount.percent is not None:
            formula = f"round({base_name} × percent ÷ 100)"
            yield _step(
                "amount", path, formula, result.amount, **{base_name: base, "percent": amount.percent}
            )
        elif given != result.amount:  # an adjustment made while prices were net
            tax = amount.tax_amount or ZERO
            yield _step("amount", path, "amount + tax_amount", result.amount, amount=given, tax_amount=tax)
        else:
            yield _step("amount", path, "amount", result.amount, amount=given)


def _row_steps(
    path: str, row: VatRow, amounts: Sequence[DocumentAmount], terms: Terms, totals: Totals
) -> Iterator[Step]:
    yield _step("taxable_amount", path, _MEMBERS, row.taxable_amount, **_members(row, totals))
    fixed = [
        (amount.sign * result.net_amount, amount.sign * amount.tax_amount)
        for amount, result in zip(amounts, totals.amounts, strict=True)
        if amount.tax_amount is not None and _is_of(result.group, row)
    ]
    if terms.tax_amount is not None:
        yield _step("tax_amount", path, "tax", row.tax_amount, tax=row.tax_amount)
    elif row.rate is None:
        yield _step("tax_amount", path, "0", row.tax_amount)
    elif fixed:
        yield _step(
            "tax_amount",
            path,
            "round((taxable_amount − sum(adjustments)) × vat_rate ÷ 100) + sum(adjustment_taxes)",
            row.tax_amount,
            taxable_amount=row.taxable_amount,
            adjustments=[net for net, _ in fixed],
            vat_rate=row.rate,
            adjustment_taxes=[tax for _, tax in fixed],
        )
    else:
        given = {"taxable_amount": row.taxable_amount, "vat_rate": row.rate}
        yield _step("tax_amount", path, "round(taxable_amount × vat_rate ÷ 100)", row.tax_amount, **given)


def _gross_row_steps(path: str, row: VatRow, totals: Totals) -> Iterator[Step]:
    gross = row.taxable_amount + row.tax_amount
    rate = row.rate or ZERO
    yield _step("gross_amount", path, _MEMBERS, gross, **_members(row, totals))
    formula = _NET_OF_GROSS.format("gross_amount")
    yield _step("taxable_amount", path, formula, row.taxable_amount, gross_amount=gross, vat_rate=rate)
    given = {"gross_amount": gross, "taxable_amount": row.taxable_amount}
    yield _step("tax_amount", path, "gross_amount − taxable_amount", row.tax_amount, **given)


def _share_step(path: str, name: str, gross: Decimal, result: LineResult | AmountResult) -> Step:
    rate = result.group.rate or ZERO
    share = round_money(gross * 100 / (100 + rate), -int(result.net_amount.as_tuple().exponent))
    left_over = result.net_amount - share
    formula = _NET_OF_GROSS.format(name) + " + left_over"
    return _step(
        "net_amount",
        path,
        formula,
        result.net_amount,
        **{name: gross, "vat_rate": rate, "left_over": left_over},
    )


def _line_total_step(totals: Totals) -> Step:
    nets = [line.net_amount for line in totals.lines]
    return _step("line_total", "invoice", "sum(lines)", totals.line_total, lines=nets)


def _net_total_steps(totals: Totals) -> Iterator[Step]:
    allowances, charges = (
        [one.net_amount for one in totals.amounts if one.kind == kind] for kind in ("allowance", "charge")
    )
    yield _step(
        "allowance_total", "invoice", "sum(allowances)", totals.allowance_total, allowances=allowances
    )
    yield _step("charge_total", "invoice", "sum(charges)", totals.charge_total, charges=charges)
    yield _step(
        "net_amount",
        "invoice",
        "line_total − allowance_total + charge_total",
        totals.net_amount,
        line_total=totals.line_total,
        allowance_total=totals.allowance_total,
        charge_total=totals.charge_total,
    )


def _total_steps(totals: Totals) -> Iterator[Step]:
    taxes = [row.tax_amount for row in totals.vat_breakdown]
    yield _step("tax_amount", "invoice", "sum(vat_breakdown)", totals.tax_amount, vat_breakdown=taxes)
    given = {"net_amount": totals.net_amount, "tax_amount": totals.tax_amount}
    yield _step("total_amount", "invoice", "net_amount + tax_amount", totals.total_amount, **given)


def _members(row: VatRow, totals: Totals) -> dict[str, list[Decimal]]:
    def of(kind: Kind) -> list[Decimal]:
        return [one.amount for one in totals.amounts if one.kind == kind and _is_of(one.group, row)]

    lines = [_price(line) for line in totals.lines if _is_of(line.group, row)]
    return {"lines": lines, "allowances": of("allowance"), "charges": of("charge")}


def _is_of(group: VatGroup, row: VatRow) -> bool:
    return (group.category, group.rate) == (row.category, row.rate)


def _price(line: LineResult) -> Decimal:
    return line.net_amount if line.gross_amount is None else line.gross_amount


def _step(step: str, of: str, formula: str, result: Decimal, **values: Decimal | Sequence[Decimal]) -> Step:
    told = {name: _text(value) for name, value in values.items()}
    text = f"{_filled(formula, told)} = {_number(result)}"
    return Step(step=step, of=of, formula=formula, values=told, result=_number(result), text=text)


def _filled(formula: str, values: dict[str, str | list[str]]) -> str:
    """The formula with its names replaced by their values; a sum is written out."""

    def fill(match: re.Match[str]) -> str:
        value = values[match["list"] or match["one"]]
        return f"({' + '.join(value) or '0'})" if isinstance(value, list) else value

    return re.sub(r"sum\((?P<list>\w+)\)|\b(?!round\()(?P<one>[a-z_]+)\b", fill, formula)


def _text(value: Decimal | Sequence[Decimal]) -> str | list[str]:
    return _number(value) if isinstance(value, Decimal) else [_number(one) for one in value]


def _number(value: Decimal) -> str:
    return format(value, "f")
