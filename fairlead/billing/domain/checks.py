"""What the totals refuse, each with the path of the field and what to do about it."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Context, Decimal

from fairlead.billing.domain import tax
from fairlead.billing.domain.document import (
    DocumentAmount,
    Line,
    LineResult,
    Problem,
    Terms,
    Totals,
    TotalsError,
    VatGroup,
    paths,
)
from fairlead.foundation.money import plain

MAX_DIGITS = 15
MAX_DECIMALS = 10
MAX_PERCENT = 100

_Finding = tuple[str, str | None]  # a field, and what is wrong with it, if anything


def refuse(findings: Iterable[_Finding]) -> None:
    """Raise a `TotalsError` of what is wrong, if anything is."""
    problems = list(_under("", findings))
    if problems:
        raise TotalsError(problems)


def input_problems(lines: Sequence[Line], amounts: Sequence[DocumentAmount], terms: Terms) -> list[Problem]:
    """What can be said before anything is computed: figures first, and only of sound figures the tax."""
    figures = [*_under("", _of_terms(terms)), *_of_lines(lines, terms), *_of_amounts(amounts, terms)]
    return figures or list(_of_tax(lines, amounts, terms))


def result_problems(
    lines: Sequence[Line], amounts: Sequence[DocumentAmount], totals: Totals
) -> Iterator[Problem]:
    """What shows only in the result: an allowance above its base, a negative total, an amount too long."""
    for position, (line, result) in enumerate(zip(lines, totals.lines, strict=True)):
        yield from _under(f"lines.{position}", _of_result(line, result))
    yield from _above_base(amounts, totals)
    if totals.total_amount < 0:
        yield "lines", f"The total would be {totals.total_amount}: lower the returns, or credit them instead."
    sums = (totals.line_total, totals.allowance_total, totals.charge_total, totals.net_amount)
    if _are_long(*sums, totals.tax_amount, totals.total_amount):
        yield "lines", f"A sum of it has more than {MAX_DIGITS} digits: split the invoice."


def money_problem(value: Decimal | None, digits: int) -> str | None:
    """Of an amount that is not below zero and has no more decimals than its currency."""
    if value is None:
        return None
    if problem := _figure_problem(value):
        return problem
    if value < 0:
        return "Give 0 or more."
    if _decimals(value) > digits:
        return f"Give at most {digits} decimals, as its currency has."
    return None


def _of_terms(terms: Terms) -> Iterator[_Finding]:
    yield "tax_rate", _percent_problem(terms.tax_rate)
    yield "tax", money_problem(terms.tax_amount, terms.currency_digits)
    if terms.tax_amount is None:
        return
    if terms.tax_rate is not None:
        yield "tax", "Give either tax (an amount) or tax_rate (in percent)."
    if terms.prices_include_tax:
        yield "tax", "Prices that include tax need its rate: give tax_rate instead of tax."


def _of_lines(lines: Sequence[Line], terms: Terms) -> Iterator[Problem]:
    if not lines:  # BR-16
        yield "lines", "Give at least one line."
    for position, line in enumerate(lines):
        yield from _under(f"lines.{position}", _of_line(line, terms.currency_digits))


def _of_line(line: Line, digits: int) -> Iterator[_Finding]:
    yield "quantity", _figure_problem(line.quantity)
    yield "rate", _rate_problem(line.rate)
    yield "price_base", _base_problem(line.price_base)
    yield "discount_percent", _percent_problem(line.discount_percent)
    yield "discount_amount", money_problem(line.discount_amount, digits)
    yield "charge_amount", money_problem(line.charge_amount, digits)
    yield "vat_rate", _percent_problem(line.vat_rate)
    if line.discount_percent is not None and line.discount_amount is not None:
        yield "discount_amount", "Give either discount_percent or discount_amount."


def _of_amounts(amounts: Sequence[DocumentAmount], terms: Terms) -> Iterator[Problem]:
    for path, amount in zip(paths(amounts), amounts, strict=True):
        yield from _under(path, _of_amount(amount, terms.currency_digits))


def _of_amount(amount: DocumentAmount, digits: int) -> Iterator[_Finding]:
    yield "amount", money_problem(amount.amount, digits)
    yield "percent", _percent_problem(amount.percent)
    yield "vat_rate", _percent_problem(amount.vat_rate)
    yield "tax_amount", money_problem(amount.tax_amount, digits)
    if (amount.amount is None) == (amount.percent is None):
        yield "amount", "Give either amount or percent."


def _of_tax(lines: Sequence[Line], amounts: Sequence[DocumentAmount], terms: Terms) -> Iterator[Problem]:
    for position, line in enumerate(lines):
        yield from _under(f"lines.{position}", tax.line_problems(line, terms))
    of_lines = tax.line_groups(lines, terms)
    for path, amount in zip(paths(amounts), amounts, strict=True):
        yield from _under(path, tax.amount_problems(amount, of_lines, terms))


def _of_result(line: Line, result: LineResult) -> Iterator[_Finding]:
    if line.discount_amount and line.discount_amount > result.amount:
        yield (
            "discount_amount",
            f"Lower it to the amount of the line ({result.amount}), or give a percentage.",
        )
    if _are_long(result.amount, result.amount - result.discount + result.charge):
        yield "rate", f"The line comes to more than {MAX_DIGITS} digits: lower quantity or rate."


def _above_base(amounts: Sequence[DocumentAmount], totals: Totals) -> Iterator[Problem]:
    """An allowance lowers what its VAT group has, to nothing at most: else it gave back tax that nobody owed."""
    line_groups = {line.group for line in totals.lines}
    for path, amount, result in zip(paths(amounts), amounts, totals.amounts, strict=True):
        named = _named(result.group)
        if amount.is_adjustment and result.group not in line_groups:
            yield (
                "total_amount",
                f"The adjustment is {named}, and no line is any more: give it again, or null.",
            )
        elif amount.kind == "allowance" and result.amount and (excess := _excess(result.group, totals)):
            yield (
                "total_amount"
                if amount.is_adjustment
                else f"{path}.{'amount' if amount.percent is None else 'percent'}",
                f"The allowances {named} are {excess} above what there is {named}: lower them.",
            )


def _excess(group: VatGroup, totals: Totals) -> Decimal | None:
    row = next(
        row for row in totals.vat_breakdown if (row.category, row.rate) == (group.category, group.rate)
    )
    return -row.taxable_amount if row.taxable_amount < 0 else None


def _named(group: VatGroup) -> str:
    return f"of VAT category {group.category}" + ("" if group.rate is None else f" at {plain(group.rate)} %")


def _rate_problem(value: Decimal) -> str | None:
    if problem := _figure_problem(value):
        return problem
    below = "Give 0 or more: a return has a negative quantity, a reduction is an allowance."  # BR-27
    return below if value < 0 else None


def _base_problem(value: Decimal) -> str | None:
    if problem := _figure_problem(value):
        return problem
    return None if value > 0 else "Give a number above 0: how many pieces the rate is for."


def _percent_problem(value: Decimal | None) -> str | None:
    if value is None:
        return None
    if problem := _figure_problem(value):
        return problem
    return None if 0 <= value <= MAX_PERCENT else f"Give a percentage from 0 to {MAX_PERCENT}."


def _figure_problem(value: Decimal) -> str | None:
    if not value.is_finite():
        return "Give a number."
    if _are_long(value) or _decimals(value) > MAX_DECIMALS:
        return f"Give at most {MAX_DIGITS} digits, {MAX_DECIMALS} of them decimals."
    return None


def _are_long(*values: Decimal) -> bool:
    """Whether the plain text of one has too many digits; zeros at the end of decimals don't count."""
    return any(max(value.adjusted() + 1, 0) + _decimals(value) > MAX_DIGITS for value in values if value)


def _decimals(value: Decimal) -> int:
    shortest = Context(prec=len(value.as_tuple().digits)).normalize(value)  # exact, however long the value is
    return max(-int(shortest.as_tuple().exponent), 0) if value else 0


def _under(path: str, findings: Iterable[_Finding]) -> Iterator[Problem]:
    prefix = f"{path}." if path else ""
    return ((prefix + field, problem) for field, problem in findings if problem)
