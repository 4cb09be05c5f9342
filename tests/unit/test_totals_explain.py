"""The explanation, computed again from its own formulas and values, gives the result of the engine."""

import ast
import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from fairlead.billing.domain.adjustment import adjust
from fairlead.billing.domain.document import DocumentAmount
from fairlead.billing.domain.explain import Step, explain
from fairlead.billing.domain.totals import Line, Terms, Totals, TotalsError, compute
from tests.unit.test_totals import computed
from tests.unit.totals_cases import cents, documents, line, terms

_OPERATORS: dict[type, Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def value_of(formula: str, values: dict[str, str | list[str]], digits: int) -> Fraction:
    """Evaluate a formula: names, whole numbers, + − × ÷, round and sum."""

    def walk(node: ast.expr) -> Fraction:
        match node:
            case ast.BinOp(left, op, right):
                return _OPERATORS[type(op)](walk(left), walk(right))
            case ast.Call(ast.Name("round"), [one]):
                return Fraction(cents(walk(one) * 10**digits), 10**digits)
            case ast.Call(ast.Name("sum"), [ast.Name(name)]):
                return sum(map(Fraction, values[name]), Fraction(0))
            case ast.Name(name):
                single = values[name]
                assert isinstance(single, str)
                return Fraction(single)
            case ast.Constant(int(number)):
                return Fraction(number)
        raise AssertionError(ast.dump(node))

    python = formula.translate(str.maketrans("×÷−", "*/-"))
    return walk(ast.parse(python, mode="eval").body)


def named(steps: list[Step]) -> dict[tuple[str, str], Decimal]:
    return {(step["of"], step["step"]): Decimal(step["result"]) for step in steps}


def expected(totals: Totals) -> dict[tuple[str, str], Decimal]:
    result = {
        ("invoice", name): getattr(totals, name)
        for name in (
            "line_total",
            "allowance_total",
            "charge_total",
            "net_amount",
            "tax_amount",
            "total_amount",
        )
    }
    for position, one in enumerate(totals.lines):
        result[f"lines.{position}", "net_amount"] = one.net_amount
    for position, row in enumerate(totals.vat_breakdown):
        result[f"vat_breakdown.{position}", "taxable_amount"] = row.taxable_amount
        result[f"vat_breakdown.{position}", "tax_amount"] = row.tax_amount
    return result


def check(lines: list[Line], amounts: list[DocumentAmount], how: Terms, totals: Totals) -> None:
    steps = explain(lines, amounts, how, totals)
    for step in steps:
        assert value_of(step["formula"], step["values"], how.currency_digits) == Fraction(step["result"]), (
            step
        )
    results = named(steps)
    assert len(results) == len(steps)
    assert expected(totals).items() <= results.items()
    assert steps[-1]["step"] == "total_amount"
    check_values_are_known(steps, lines, amounts, how)


def check_values_are_known(
    steps: list[Step], lines: list[Line], amounts: list[DocumentAmount], how: Terms
) -> None:
    """Every value is zero, was given, or is the result of an earlier step (an allowance may count below zero)."""
    given_values = [getattr(one, name) for one in lines for name in Line.__slots__]
    given_values += [
        getattr(one, name) for one in amounts for name in ("amount", "percent", "vat_rate", "tax_amount")
    ]
    given_values += [how.tax_rate, how.tax_amount, Decimal(0)]
    known = {abs(value) for value in given_values if isinstance(value, Decimal)}
    for step in steps:
        for name, value in step["values"].items():
            if name != "left_over":
                assert {
                    abs(Decimal(one)) for one in ([value] if isinstance(value, str) else value)
                } <= known, step
        known.add(abs(Decimal(step["result"])))


@given(documents())
def test_explain_agrees(document: tuple[list[Line], list[DocumentAmount], Terms]) -> None:
    check(*document, computed(document))


@given(documents(one_group=True), st.integers(0, 10**6))
def test_explain_agrees_with_an_adjustment(
    document: tuple[list[Line], list[DocumentAmount], Terms], wanted: int
) -> None:
    lines, amounts, how = document
    computed(document)
    try:
        adjustment = adjust(lines, amounts, how, Decimal(wanted).scaleb(-how.currency_digits))
    except TotalsError:
        return
    amounts = [*amounts, *([adjustment] if adjustment else [])]
    check(lines, amounts, how, compute(lines, amounts, how))


def test_a_step_reads_well() -> None:
    lines = [line(80, "125.00", discount_percent=10)]
    steps = explain(lines, [], terms(), compute(lines, [], terms()))
    assert [(step["of"], step["text"]) for step in steps] == [
        ("lines.0", "round(80 × 125.00 ÷ 1) = 10000.00"),
        ("lines.0", "round(10000.00 × 10 ÷ 100) = 1000.00"),
        ("lines.0", "10000.00 − 1000.00 + 0.00 = 9000.00"),
        ("invoice", "(9000.00) = 9000.00"),
        ("invoice", "(0) = 0.00"),
        ("invoice", "(0) = 0.00"),
        ("invoice", "9000.00 − 0.00 + 0.00 = 9000.00"),
        ("vat_breakdown.0", "(9000.00) − (0) + (0) = 9000.00"),
        ("vat_breakdown.0", "round(9000.00 × 19 ÷ 100) = 1710.00"),
        ("invoice", "(1710.00) = 1710.00"),
        ("invoice", "9000.00 + 1710.00 = 10710.00"),
    ]
