"""What stands on the paper: a frozen document's canonical JSON turned into finished, localized strings.

The template only lays out. The shape is that of `View`; every text of it can be set as it is (`characters.printable`).
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from fairlead.billing.domain import adjustment
from fairlead.documents import addresses, branding, characters, localization
from fairlead.documents.localization import Localization
from fairlead.documents.view import Cell, Column, Fact, Mark, Party, Payment, Row, Sum, View
from fairlead.foundation.errors import InvalidInput

Document = Mapping[str, Any]

MOST_LINES = 2_000
MOST_CHARACTERS = 400_000
MOST_ROWS = 50_000

# Lines of more rows of text than this may break across pages; shorter ones stay whole.
_TALL, _NARROWEST = 20, 20
# What stays together at the end, so that the total is never alone on a page, and how tall it may be at most.
_KEPT_LINES, _KEPT_SUMS = 2, 7
_TALL_SUMS, _NARROWEST_SUM = 12, 10
# Characters that fit side by side in the narrow columns of the facts.
_FACT_WIDTH = 18


class Unprintable(InvalidInput):
    """The document can't be printed"""

    slug = "unprintable"


def present(document: Document, mark: Mark | None) -> View:
    """The finished texts of a document. Raises `Unprintable` beyond what `refuse_too_large` takes."""
    refuse_too_large(document)
    words = localization.of(document["language"], _country(document["seller"]))
    heading, number = words.label(document["kind"]), document["number"] or ""
    sums = list(_sums(document, words))
    early = len(sums) - _kept_sums(sums)
    finished = View(
        language=words.locale.language,
        region=words.locale.territory or "",
        paper="us-letter" if document["brand"]["paper"] == "us-letter" else "a4",
        accent=branding.accent(document["brand"]["accent"]),
        title=f"{heading} {number}".strip(),
        heading=heading,
        number=number,
        subject=_subject(document),
        mark=mark or "",
        stamp=words.label(mark) if mark else "",
        logo=words.label("logo", name=document["seller"]["name"]),
        page=words.label("page", page="{page}", pages="{pages}"),
        seller=_party(document["seller"], document, words),
        buyer=_party(document["buyer"], document, words),
        billed_to=words.label("billed_to"),
        facts=_facts(document, words),
        columns=[column for column, _ in _columns(document, words)],
        rows=_rows(document, 0 if early else _kept_lines(document["lines"]), words),
        early_sums=sums[:early],
        sums=sums[early:],
        total=_total(document, mark, words),
        tax_notes=_tax_notes(document, words),
        notes=document["notes"],
        terms_heading=words.label("terms"),
        terms=document["terms"],
        payment=_payment(document, mark, words),
        imprint=_imprint(document["seller"]),
    )
    printable: View = _printable(finished)
    return printable


def refuse_too_large(document: Document) -> None:
    """Raise `Unprintable` beyond what a template can set in good time and memory."""
    if len(document["lines"]) > MOST_LINES:
        raise Unprintable(f"lines: A document of more than {MOST_LINES} lines can't be printed.")
    if sum(map(len, _texts(document))) > MOST_CHARACTERS:
        raise Unprintable(f"A document of more than {MOST_CHARACTERS} characters can't be printed.")
    if sum(len(text.splitlines()) for text in _texts(document)) > MOST_ROWS:
        raise Unprintable(f"A document of more than {MOST_ROWS} rows of text can't be printed.")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return characters.printable(value)
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    return [_printable(item) for item in value] if isinstance(value, list) else value


def _subject(document: Document) -> str:
    """The title, unless it only repeats the one line there is."""
    lines, title = document["lines"], str(document["title"])
    return "" if len(lines) == 1 and lines[0]["description"].strip() == title.strip() else title


def _country(party: Document) -> str:
    return str((party["address"] or {}).get("country", ""))


def _party(party: Document, document: Document, words: Localization) -> Party:
    own = _country(party)
    countries = {_country(document["seller"]), _country(document["buyer"])} - {""}
    country_name = words.territory(own) if len(countries) > 1 else ""
    tax_id = [words.label_of("tax_id", own, id=party["vat_id"])] if party["vat_id"] else []
    return Party(name=party["name"], lines=addresses.lines(party["address"], country_name) + tax_id)


def _facts(document: Document, words: Localization) -> list[Fact]:
    values = {
        "issued": words.date(document["issue_date"]) if document["issue_date"] else "",
        "due": _due(document, words),
        "purchase_order": document["purchase_order"],
        "buyer_reference": document["buyer_reference"],
    }
    return [
        Fact(label=words.label(name), value=characters.breakable(characters.drawable(value), _FACT_WIDTH))
        for name, value in values.items()
        if value
    ]


def _due(document: Document, words: Localization) -> str:
    if document["due_date"]:
        return words.date(document["due_date"])
    days = (document["payment"] or {}).get("terms_days")
    if days is None:
        return ""
    return words.counted("within_days", str(days)).format(days=days) if days else words.label("on_receipt")


def _columns(document: Document, words: Localization) -> list[tuple[Column, Callable[[Document], Cell]]]:
    """The columns that this document needs, each with what it says of a line."""
    currency, gross = document["currency"], document["prices_include_tax"]
    net_or_gross = "gross_amount" if gross else "net_amount"
    quantity = Column(label=words.label("quantity"), align="right")
    unit = Column(label=words.label("unit"), align="left")
    price = Column(label=words.label("price"), align="right")
    tax = Column(label=words.tax, align="right")
    amount = Column(label=words.label("amount_with_tax" if gross else "amount", tax=words.tax), align="right")
    chosen: list[tuple[Column, Callable[[Document], Cell]]] = [
        (
            Column(label=words.label("description"), align="left"),
            lambda line: _description(line, currency, words),
        ),
        (quantity, lambda line: _cell(words.number(line["quantity"]))),
    ]
    if any(words.unit(line["unit"], "1") for line in document["lines"]):
        chosen.append((unit, lambda line: _cell(words.unit(line["unit"], line["quantity"]))))
    chosen.append((price, lambda line: _price(line, currency, words)))
    if len(document["vat_breakdown"]) > 1:
        chosen.append((tax, lambda line: _cell(_rate(line, words))))
    return [*chosen, (amount, lambda line: _cell(words.amount(line[net_or_gross], currency)))]


def _rows(document: Document, kept: int, words: Localization) -> list[Row]:
    columns, lines = _columns(document, words), document["lines"]
    first_kept = len(lines) - kept
    return [
        Row(cells=[say(line) for _, say in columns], tall=_height(line) > _TALL, kept=position >= first_kept)
        for position, line in enumerate(lines)
    ]


def _kept_lines(lines: list[Document]) -> int:
    """How many of the last lines may stay with the total: a page must hold both."""
    heights = [_height(line) for line in reversed(lines[-_KEPT_LINES:])]
    return sum(1 for upto in range(len(heights)) if sum(heights[: upto + 1]) <= _TALL)


def _kept_sums(sums: list[Sum]) -> int:
    heights = [1 + len(row["label"]) // _NARROWEST_SUM for row in reversed(sums[-_KEPT_SUMS:])]
    return sum(1 for upto in range(len(heights)) if sum(heights[: upto + 1]) <= _TALL_SUMS)


def _height(line: Document) -> int:
    """The most rows of text that a description takes, in a column left narrow by long figures beside it."""
    description: str = line["description"]
    return sum(1 + len(paragraph) // _NARROWEST for paragraph in description.split("\n"))


def _cell(text: str, *notes: str) -> Cell:
    return Cell(text=text, notes=list(notes))


def _description(line: Document, currency: str, words: Localization) -> Cell:
    return _cell(line["description"], *_line_allowances(line, currency, words))


def _line_allowances(line: Document, currency: str, words: Localization) -> Iterator[str]:
    percent, discount, charge = map(
        _given, (line["discount_percent"], line["discount_amount"], line["charge_amount"])
    )
    if percent or discount:
        what = [words.label("discount"), words.percent(percent) if percent else ""]
        yield _noted(
            " ".join(filter(None, what)), words.amount(_minus(discount), currency) if discount else ""
        )
    if charge:
        yield _noted(words.label("charge"), words.amount(charge, currency))


def _given(figure: str | None) -> str:
    return figure if figure and Decimal(figure) else ""


def _noted(label: str, amount: str) -> str:
    return f"{label} · {amount}" if amount else label


def _minus(amount: str) -> str:
    return amount[1:] if amount.startswith("-") else f"-{amount}"


def _price(line: Document, currency: str, words: Localization) -> Cell:
    base = line["price_base"] or "1"
    notes = [] if Decimal(base) == 1 else [words.label("per", quantity=words.number(base))]
    return _cell(words.amount(line["rate"], currency), *notes)


def _rate(line: Document, words: Localization) -> str:
    return "–" if line["vat_rate"] is None else words.percent(line["vat_rate"])


def _sums(document: Document, words: Localization) -> Iterator[Sum]:
    """What leads from the lines to the total: allowances, charges, the net amount and each tax group."""
    currency, groups = document["currency"], _told_groups(document)
    adjustments = [*_adjustments(document, words)]
    if adjustments:
        yield Sum(
            label=words.label("subtotal"), note="", amount=words.money(_lines_total(document), currency)
        )
        yield from adjustments
    if groups:
        yield Sum(label=words.label("net"), note="", amount=words.money(document["net_amount"], currency))
    for group in groups:
        note = words.label("tax_of", amount=words.money(group["taxable_amount"], currency))
        yield Sum(label=_category(group, words), note=note, amount=words.money(group["tax_amount"], currency))


def _adjustments(document: Document, words: Localization) -> Iterator[Sum]:
    for sign, name in ((_minus, "allowances"), (str, "charges")):
        for item in document[name]:
            own = words.label("discount" if name == "allowances" else "charge")
            yield Sum(
                label=words.label("adjustment")
                if item["reason"] == adjustment.REASON
                else item["reason"] or own,
                note=words.percent(item["percent"]) if item["percent"] else "",
                amount=words.money(sign(item["amount"]), document["currency"]),
            )


def _lines_total(document: Document) -> str:
    if not document["prices_include_tax"]:
        return str(document["line_total"])
    return str(sum((Decimal(line["gross_amount"]) for line in document["lines"]), start=Decimal()))


def _told_groups(document: Document) -> list[Document]:
    """The tax groups, but none where the whole document has no tax and no reason for it: nothing is to be said."""
    groups: list[Document] = document["vat_breakdown"]
    untold = len(groups) == 1 and groups[0]["vat_category"] == "O" and not groups[0]["exemption_reason"]
    return [] if untold else groups


def _category(group: Document, words: Localization) -> str:
    rate = "" if group["vat_rate"] is None else words.percent(group["vat_rate"])
    return words.label(f"categories.{group['vat_category']}", tax=words.tax, rate=rate).strip()


def _total(document: Document, mark: Mark | None, words: Localization) -> Sum:
    label = "total" if mark in ("paid", "cancelled") else "total_due"
    return Sum(
        label=words.label(label), note="", amount=words.money(document["total_amount"], document["currency"])
    )


def _tax_notes(document: Document, words: Localization) -> list[str]:
    """Why a group bears no tax: the words that the law wants in the document's language, then the reason given."""
    notes: dict[str, None] = {}
    for group in document["vat_breakdown"]:
        mention = words.labels["mentions"].get(group["vat_category"], "")
        reason = group["exemption_reason"].strip()
        said = reason if mention.casefold() in reason.casefold() else f"{mention}. {reason}".strip(". ")
        notes[said] = None
    return [note for note in notes if note]


def _payment(document: Document, mark: Mark | None, words: Localization) -> Payment | None:
    payment = document["payment"]
    is_settled = mark in ("paid", "cancelled") or Decimal(document["total_amount"]) <= 0
    if is_settled or not payment or not payment["iban"]:
        return None
    amount = words.money(document["total_amount"], document["currency"])
    return Payment(
        heading=words.label("bank_transfer"),
        request=_request(document, amount, words),
        facts=_account(payment, document["seller"]["name"], words),
        scan=words.label("scan"),
        code=words.label("code", amount=amount),
    )


def _request(document: Document, amount: str, words: Localization) -> str:
    if not document["due_date"]:
        return words.label("pay", amount=amount)
    return words.label("pay_by", amount=amount, date=words.date(document["due_date"]))


def _account(payment: Document, seller: str, words: Localization) -> list[Fact]:
    values = {
        "account_holder": payment["account_holder"] or seller,
        "iban": _in_fours(payment["iban"]),
        "reference": payment["reference"],
        "bic": payment["bic"],
        "bank": payment["bank_name"],
    }
    return [Fact(label=words.label(name), value=value) for name, value in values.items() if value]


def _in_fours(iban: str) -> str:
    compact = "".join(iban.split())
    return " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))


def _imprint(seller: Document) -> list[str]:
    names = ("name", "registration_id", "email", "phone", "website")
    return [seller[name] for name in names if seller[name]]
