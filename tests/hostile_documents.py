"""Documents that mean harm, for the renderer alone: what they need is no database and no settings."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from fairlead.documents import pdf, presentation
from fairlead.documents.presentation import MOST_CHARACTERS, MOST_LINES, MOST_ROWS, Unprintable
from tests import printed_documents as printed
from tests.hostile_texts import PAYLOADS
from tests.printed_documents import AT, Json

Where = tuple[str | int, ...]
_MARKER = "Zyxw"


def full_document() -> Json:
    """A document that prints all that one can."""
    here = printed.address(street="Hinterhaus", state="Berlin")
    line = printed.line("Hours", vat_category="E", vat_rate="0", vat_exemption_reason="Small business")
    return printed.document(
        seller=printed.seller(phone="1", address=here),
        buyer=printed.buyer(address=printed.address(street="2e étage", state="IdF", country="FR")),
        purchase_order="PO",
        buyer_reference="BR",
        lines=[line, printed.line("More")],
        allowances=[printed.allowance("Loyalty", "1.00")],
        charges=[printed.allowance("Freight", "1.00")],
        vat_breakdown=[
            printed.group("E", "0", "9.00", "0.00", "Small"),
            printed.group("S", "20", "5.00", "1.00"),
        ],
        payment=printed.payment(bank_name="Bank"),
        terms="Net.",
    )


def _texts(value: Any, path: Where = ()) -> Iterator[Where]:
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(inner, (*path, step))


def _with(document: Json, path: Where, text: str) -> Json:
    changed = copy.deepcopy(document)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = text
    return changed


def _is_printed(path: Where) -> bool:
    try:
        return _MARKER in json.dumps(presentation.present(_with(full_document(), path, _MARKER), None))
    except (KeyError, ValueError, ArithmeticError, Unprintable):
        return False  # a figure, a day or a code: no text of anybody's


FIELDS = [path for path in _texts(full_document()) if _is_printed(path)]


def document_of(number: int) -> tuple[Json, list[str]]:
    """One of a hundred and fifty documents, a payload in each field; together they have each payload in each field."""
    document, written = full_document(), []
    for position, field in enumerate(FIELDS):
        payload = PAYLOADS[(number + position * 4) % len(PAYLOADS)]
        text = f"x{position}:{payload}:{position}x"
        document = _with(document, field, text)
        written.append(text)
    return document, written


# As much as is taken, in the shapes that cost most.
LARGEST = {
    "lines": {"lines": [printed.line("x" * 100)] * MOST_LINES},
    "words": {"notes": "word " * (MOST_CHARACTERS // 5 - 1_000)},
    "one word": {"notes": "x" * (MOST_CHARACTERS - 5_000)},
    "line breaks": {"notes": "\n" * (MOST_ROWS - 1_000)},
    "one line of the table": {"lines": [printed.line("word " * (MOST_CHARACTERS // 5 - 1_000))]},
    "another script": {"notes": "שלום " * (MOST_CHARACTERS // 5 - 1_000)},
}


def render(document: Json) -> bytes:
    """Its PDF, without logo or mark."""
    return pdf.render(document, logo=None, mark=None, at=AT)
