"""Which VAT group a line, allowance or charge belongs to: its category (UNCL 5305) and rate."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from fairlead.billing.domain.document import ZERO, DocumentAmount, Line, Problem, Terms, VatGroup

# In the order of the VAT breakdown.
CATEGORIES = {
    "S": "standard rate",
    "Z": "zero rated",
    "E": "exempt from tax",
    "AE": "reverse charge",
    "K": "intra-community supply",
    "G": "export outside the EU",
    "O": "not subject to VAT",
}
# BR-Z-05, BR-E-05, BR-AE-05, BR-IC-05, BR-G-05: their rate is 0. BR-O-05: O has none.
_AT_ZERO = frozenset({"Z", "E", "AE", "K", "G"})


def groups(lines: Sequence[Line], amounts: Sequence[DocumentAmount], terms: Terms) -> list[VatGroup]:
    """The group of each line, then of each allowance and charge. The input has passed `checks.input_problems`."""
    if terms.tax_amount is not None:
        return [_untold_group(terms.tax_amount)] * (len(lines) + len(amounts))
    of_lines = line_groups(lines, terms)
    return of_lines + [_amount_group(amount, of_lines, terms) for amount in amounts]


def line_groups(lines: Sequence[Line], terms: Terms) -> list[VatGroup]:
    """The group of each line by its rate."""
    return [classify(line.vat_category, line.vat_rate, terms.tax_rate) for line in lines]


def classify(category: str | None, rate: Decimal | None, default_rate: Decimal | None) -> VatGroup:
    """No rate is O, 0 is Z, above is S, unless a category is named; one that knows no tax ignores the default rate."""
    if category in _AT_ZERO:
        return VatGroup(category, ZERO)
    rate = default_rate if rate is None else rate
    if category == "O" or (category is None and rate is None):
        return VatGroup("O", None)
    return VatGroup(category or ("S" if rate else "Z"), rate)


def breakdown_order(group: VatGroup) -> tuple[int, Decimal]:
    """Sorts by category as listed above, the highest rate first."""
    return list(CATEGORIES).index(group.category), -(group.rate or ZERO)


def line_problems(line: Line, terms: Terms) -> Iterator[Problem]:
    """What is wrong with the category, rate or exemption reason of a line: (field, what to do)."""
    if terms.tax_amount is not None:
        yield from _beside_tax_amount(line.vat_category, line.vat_rate)
        return
    yield from _problems(line.vat_category, line.vat_rate, terms)
    group = classify(line.vat_category, line.vat_rate, terms.tax_rate)
    if line.exemption_reason and group.category in ("S", "Z"):  # BR-S-10, BR-Z-10
        yield (
            "vat_exemption_reason",
            f"Category {group.category} bears none: leave it out, or give E, AE, K, G or O.",
        )


def amount_problems(amount: DocumentAmount, of_lines: Sequence[VatGroup], terms: Terms) -> Iterator[Problem]:
    """The same for an allowance or charge. An adjustment has the group it was made for."""
    if amount.is_adjustment:
        return
    if terms.tax_amount is not None:
        yield from _beside_tax_amount(amount.vat_category, amount.vat_rate)
        return
    if _follows_lines(amount, of_lines):
        return
    if amount.vat_category is None and amount.vat_rate is None and terms.tax_rate is None:
        yield (
            "vat_rate",
            "The lines are taxed in several ways: give the rate or category that this belongs to.",
        )
        return
    yield from _problems(amount.vat_category, amount.vat_rate, terms)


def _untold_group(tax_amount: Decimal) -> VatGroup:
    # An amount of tax without a rate: "standard" says that there is tax, and nothing is known of the rate.
    return VatGroup("S" if tax_amount else "O", None)


def _amount_group(amount: DocumentAmount, of_lines: Sequence[VatGroup], terms: Terms) -> VatGroup:
    if _follows_lines(amount, of_lines):
        return of_lines[0]
    return classify(amount.vat_category, amount.vat_rate, terms.tax_rate)


def _follows_lines(amount: DocumentAmount, of_lines: Sequence[VatGroup]) -> bool:
    """An allowance that names no rate goes where all lines are."""
    if amount.is_adjustment or amount.vat_rate is not None or len(set(of_lines)) != 1:
        return False
    return amount.vat_category in (None, of_lines[0].category)


def _problems(category: str | None, rate: Decimal | None, terms: Terms) -> Iterator[Problem]:
    if category is not None and category not in CATEGORIES:
        yield "vat_category", f"Unknown; give one of {', '.join(CATEGORIES)}."
        return
    if category == "S" and not classify(category, rate, terms.tax_rate).rate:  # BR-S-05
        yield "vat_rate", "Category S needs a rate above 0: give vat_rate or tax_rate, or another category."
    if category not in (None, "S") and rate:
        yield (
            "vat_rate",
            f"Category {category} ({CATEGORIES[category]}) has no tax: leave the rate out, or give S.",
        )


def _beside_tax_amount(category: str | None, rate: Decimal | None) -> Iterator[Problem]:
    if rate is not None:
        yield "vat_rate", "tax is an amount, which stands instead of any rate: leave out this rate, or tax."
    if category not in (None, "S", "O"):
        yield "vat_category", "tax is an amount for the whole invoice: leave out this category, or tax."
