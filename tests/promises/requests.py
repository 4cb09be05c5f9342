"""Requests about invoices for the machine of row 6: most of them are taken, and many come near to what is refused."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.invoicing import STATUSES
from tests.promises.reference_totals import Given


def figures(low: int, high: int, places: int) -> st.SearchStrategy[str]:
    """Plain decimals as a text, without zeros at the end."""
    whole = st.integers(low * 10**places, high * 10**places)
    return whole.map(lambda n: format(Decimal(n).scaleb(-places).normalize(), "f"))


WHO = st.sampled_from(["owner", "owner", "clerk", "clerk", "colleague"])
AT = st.integers(0, 5)
RATES = st.sampled_from(["0", "5.5", "7", "19"])
AMOUNTS = st.one_of(figures(0, 9, 0), figures(0, 20, 2))
Fields = dict[str, st.SearchStrategy[Any]]
SHORTHAND: Fields = {
    "quantity": st.one_of(figures(1, 20, 0), figures(1, 20, 2), st.sampled_from(["-1", "-0.5", "0"])),
    "rate": st.one_of(figures(1, 200, 3), figures(0, 9, 3), st.sampled_from(["0.005", "0.125", "0.1"])),
}
LINE = st.fixed_dictionaries(
    {"description": st.just("Work"), **SHORTHAND},
    optional={
        "vat_rate": st.sampled_from([None, None, None, "0", "5.5", "7", "19"]),
        "price_base": st.sampled_from(["3", "100"]),
        "charge_amount": AMOUNTS,
    },
)
DISCOUNTS: list[Fields] = [{}, {}, {}, {"discount_amount": AMOUNTS}, {"discount_percent": figures(0, 100, 1)}]
DISCOUNT = st.sampled_from(DISCOUNTS).flatmap(st.fixed_dictionaries)
LINES = st.lists(st.tuples(LINE, DISCOUNT).map(lambda parts: parts[0] | parts[1]), min_size=2, max_size=6)
EXTRA = st.tuples(
    st.one_of(
        st.fixed_dictionaries({"amount": AMOUNTS}), st.fixed_dictionaries({"percent": figures(0, 20, 1)})
    ),
    st.fixed_dictionaries({"reason": st.just("Loyalty")}, optional={"vat_rate": RATES}),
).map(lambda parts: parts[0] | parts[1])
EXTRAS: Fields = {"allowances": st.lists(EXTRA, max_size=2), "charges": st.lists(EXTRA, max_size=2)}
TEXTS: Fields = {
    "notes": st.sampled_from(["", "Thank you."]),
    "internal_notes": st.sampled_from(["", "Called them."]),
    "issue_date": st.sampled_from([None, "2026-01-15", "2026-03-01"]),
    "due_date": st.sampled_from([None, "2026-02-01", "2026-03-15"]),
    "invoice_number": st.sampled_from(["A-1", "INV-003", "INV-006"]),
    "assigned_to": st.sampled_from([[], ["clerk"], ["colleague"]]),
    "teams": st.sampled_from([[], ["dev"]]),
}
# What decides into which VAT groups the lines fall.
TAXES: Fields = {
    "currency": st.sampled_from(["EUR", "EUR", "JPY", "KWD"]),
    "prices_include_tax": st.sampled_from([False, False, True]),
    "tax_rate": st.sampled_from([None, "0", "5.5", "7", "19", "19"]),
}
TAX: Fields = {"tax": st.one_of(st.none(), AMOUNTS)}
TAX_ALONE: Fields = {"tax": AMOUNTS, "tax_rate": st.none(), "prices_include_tax": st.just(False)}
TOTAL: Fields = {"total_amount": figures(0, 900, 2)}
STEP = st.sampled_from(STATUSES)


@st.composite
def new_invoices(draw: st.DrawFn) -> Given:
    """A few of the optional fields, so that most are taken."""
    figured = draw(st.sampled_from([{"lines": LINES}, {"lines": LINES}, SHORTHAND]))
    texts = draw(st.sampled_from([{}, TEXTS]))
    more = draw(st.sampled_from([{}, {}, EXTRAS, TAX, TAX_ALONE, TOTAL]))
    given: Given = draw(st.fixed_dictionaries({**figured, **TAXES, **more}, optional=texts))
    return given | {"status": draw(st.sampled_from(["Draft", "Draft", "Sent", "Pending", "Paid"]))}


@st.composite
def changes(draw: st.DrawFn) -> Given:
    """One thing or another, and sometimes a step with it."""
    fields = draw(st.sampled_from([{"lines": LINES}, SHORTHAND, TEXTS, EXTRAS, TAXES, TAX]))
    given: Given = draw(st.fixed_dictionaries({}, optional=fields))
    return given | draw(st.sampled_from([{}, {}, *({"status": status} for status in STATUSES)]))
