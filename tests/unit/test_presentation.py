"""What stands on a printed document: the words of each language, amounts and dates, and which rows there are."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from fairlead.documents import branding, characters, localization, payment_code, presentation
from fairlead.documents.presentation import Unprintable
from tests import printed_documents as printed
from tests.printed_documents import document

NO_BREAK, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


def _leaves(labels: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(labels, dict):
        for name, value in labels.items():
            yield from _leaves(value, f"{path}.{name}")
    else:
        yield path, labels


def _placeholders(value: Any) -> set[str]:
    return set(re.findall(r"{(\w+)}", str(value)))


@pytest.mark.parametrize("language", localization.LANGUAGES)
def test_every_language_has_every_label(language: str) -> None:
    # What tax and tax ids are called depends on the country, and each language knows other countries.
    own = {
        path: value
        for path, value in _leaves(localization.of(language, "").labels)
        if not path.startswith(".tax")
    }
    english = {
        path: value
        for path, value in _leaves(localization.of("en", "").labels)
        if not path.startswith(".tax")
    }
    assert own.keys() == english.keys()
    assert all(own.values())
    for path, value in own.items():
        optional = {"tax"}
        assert _placeholders(value) | optional == _placeholders(english[path]) | optional, path
        assert isinstance(value, str) or len(value) == 2, path


@pytest.mark.parametrize("language", localization.LANGUAGES)
def test_no_language_borrows_the_words_of_another(language: str) -> None:
    if language == "en":
        return
    own, english = localization.of(language, "").labels, localization.of("en", "").labels
    same = {name for name, value in own.items() if value == english[name]}
    assert same <= {
        "iban",
        "bic",
        "bank",
        "description",
        "page",
        "notes",
        "total",
        "subtotal",
        "code",
        "logo",
    }


@pytest.mark.parametrize(
    ("language", "country", "money", "day"),
    [
        ("en", "DE", "−€1,234.50", "22 November 2026"),
        ("en", "US", "−€1,234.50", "November 22, 2026"),
        ("de", "DE", f"−1.234,50{NO_BREAK}€", "22. November 2026"),
        ("de", "AT", f"−€{NO_BREAK}1.234,50", "22. November 2026"),
        ("de", "CH", f"−EUR{NO_BREAK}1’234.50", "22. November 2026"),
        ("fr", "FR", f"−1{NARROW}234,50{NO_BREAK}€", "22 novembre 2026"),
        ("es", "ES", f"−1.234,50{NO_BREAK}€", "22 de noviembre de 2026"),
        ("pt-BR", "", "−€1,234.50", "22 November 2026"),
    ],
)
def test_amounts_and_dates(language: str, country: str, money: str, day: str) -> None:
    words = localization.of(language, country)
    assert words.money("-1234.50", "EUR") == money
    assert words.date("2026-11-22") == day


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1210", "JPY", "JP¥1,210"),
        ("6000.000", "KWD", f"KWD{NO_BREAK}6,000.000"),
        ("0.125", "EUR", "€0.125"),
        ("99.9900000000", "EUR", "€99.99"),
        ("12", "EUR", "€12.00"),
        ("999999999999999.99", "EUR", "€999,999,999,999,999.99"),
    ],
)
def test_amounts_bear_the_decimals_of_their_currency_and_lose_none(
    amount: str, currency: str, text: str
) -> None:
    assert localization.of("en", "DE").money(amount, currency) == text


@pytest.mark.parametrize(
    ("language", "quantity", "unit"),
    [
        ("en", "1", "hour"),
        ("en", "1.5", "hours"),
        ("de", "2", "Stunden"),
        ("fr", "0.5", "heure"),
        ("es", "0", "horas"),
    ],
)
def test_units_agree_with_their_quantity(language: str, quantity: str, unit: str) -> None:
    assert localization.of(language, "").unit("HUR", quantity) == unit


def test_an_unknown_unit_is_its_code_and_a_piece_is_nothing() -> None:
    words = localization.of("en", "")
    assert (words.unit("ZZ9", "1"), words.unit("C62", "1"), words.unit("KGM", "1")) == ("ZZ9", "", "kg")


def test_columns_are_only_those_that_say_something() -> None:
    plain = document(lines=[printed.line("Cleaning")])
    assert _labels(plain) == ["Description", "Qty", "Price", "Amount"]
    rates = [printed.group("S", "20", "50.00", "10.00"), printed.group("S", "7", "50.00", "3.50")]
    assert _labels(document(vat_breakdown=rates)) == ["Description", "Qty", "Unit", "Price", "VAT", "Amount"]
    assert _labels(document(prices_include_tax=True, lines=[]))[-1] == "Amount incl. VAT"


def _labels(content: dict[str, Any]) -> list[str]:
    return [column["label"] for column in presentation.present(content, None)["columns"]]


def test_what_belongs_to_a_line_stands_under_it() -> None:
    nails = printed.line(
        "Nails",
        "250",
        "4.55",
        price_base="100",
        discount_percent="5",
        discount_amount="0.57",
        charge_amount="1.25",
    )
    (row,) = presentation.present(document(lines=[nails]), None)["rows"]
    assert row["cells"][0] == {"text": "Nails", "notes": ["Discount 5% · −0.57", "Surcharge · 1.25"]}
    assert row["cells"][2] == {"text": "4.55", "notes": ["per 100"]}


def test_sums_lead_from_the_lines_to_the_total() -> None:
    content = document(
        allowances=[printed.allowance("Loyalty", "275.75", "5"), printed.allowance("Adjustment", "0.25")],
        charges=[printed.allowance("Courier", "25.00")],
        language="de",
    )
    view = presentation.present(content, None)
    assert [(row["label"], row["note"], row["amount"].replace(NO_BREAK, " ")) for row in view["sums"]] == [
        ("Zwischensumme", "", "5.515,00 €"),
        ("Loyalty", f"5{NO_BREAK}%", "−275,75 €"),
        ("Anpassung", "", "−0,25 €"),
        ("Courier", "", "25,00 €"),
        ("Netto", "", "5.515,00 €"),
        (f"USt. 20{NO_BREAK}%", f"auf 5.515,00{NO_BREAK}€", "1.103,00 €"),
    ]


def test_gross_prices_show_gross_lines_and_how_net_and_tax_divide() -> None:
    lines = [printed.line("Workshop", "2", "1185.80", gross_amount="2371.60", net_amount="1960.00")]
    content = document(
        prices_include_tax=True,
        lines=lines,
        allowances=[printed.allowance("Loyalty", "100.00")],
        net_amount="1877.36",
        vat_breakdown=[printed.group("S", "21", "1877.36", "394.24")],
        total_amount="2271.60",
    )
    view = presentation.present(content, None)
    assert view["rows"][0]["cells"][-1]["text"] == "2,371.60"
    amounts = [row["amount"] for row in view["sums"]] + [view["total"]["amount"]]
    assert amounts == ["€2,371.60", "−€100.00", "€1,877.36", "€394.24", "€2,271.60"]


def test_without_tax_there_is_only_the_total() -> None:
    untaxed = document(vat_breakdown=[printed.group("O", None, "5515.00", "0.00")])
    assert presentation.present(untaxed, None)["sums"] == []


def test_an_amount_of_tax_without_rate_is_just_called_tax() -> None:
    sums = presentation.present(document(vat_breakdown=[printed.group("S", None, "100.00", "7.00")]), None)[
        "sums"
    ]
    assert [row["label"] for row in sums] == ["Net", "VAT"]


@pytest.mark.parametrize(
    ("language", "reason", "said"),
    [
        ("de", "", "Steuerschuldnerschaft des Leistungsempfängers"),
        (
            "de",
            "Steuerschuldnerschaft des Leistungsempfängers, § 13b UStG",
            "Steuerschuldnerschaft des Leistungsempfängers, § 13b UStG",
        ),
        ("de", "Reverse charge", "Steuerschuldnerschaft des Leistungsempfängers. Reverse charge"),
        ("fr", "", "Autoliquidation"),
        ("es", "", "Inversión del sujeto pasivo"),
        ("en", "VAT reverse charge", "VAT reverse charge"),
    ],
)
def test_a_reverse_charge_is_told_in_the_words_of_the_law(language: str, reason: str, said: str) -> None:
    content = document(language=language, vat_breakdown=[printed.group("AE", "0", "10.00", "0.00", reason)])
    assert presentation.present(content, None)["tax_notes"] == [said]


def test_facts_leave_out_what_is_not_there() -> None:
    draft = document(number=None, issue_date=None, due_date=None, payment=printed.payment(terms_days=1))
    view = presentation.present(draft, "draft")
    assert view["facts"] == [{"label": "Due", "value": "Within 1 day"}]
    assert (view["title"], view["stamp"]) == ("Invoice", "Draft")
    assert presentation.present(document(payment=None, due_date=None, issue_date=None), None)["facts"] == []


def test_addresses_follow_their_country_and_name_it_only_abroad() -> None:
    home = document(buyer=printed.buyer(vat_id="", address=printed.address(street="Hof 2", city="Köln")))
    assert presentation.present(home, None)["buyer"]["lines"] == ["Linienstraße 42", "Hof 2", "10119 Köln"]
    portland = printed.address(
        address_line="1 Main St", city="Portland", state="OR", postcode="97209", country="US"
    )
    abroad = document(language="fr", buyer=printed.buyer(vat_id="93-1", address=portland))
    view = presentation.present(abroad, None)
    assert view["buyer"]["lines"] == ["1 Main St", "Portland, OR 97209", "États-Unis", "N° fiscal 93-1"]
    assert "Allemagne" in view["seller"]["lines"]


@pytest.mark.parametrize("empty", [None, {}])
def test_a_party_may_have_no_address(empty: dict[str, Any] | None) -> None:
    content = document(seller=printed.seller(address=empty), buyer=printed.buyer(address=empty, vat_id=""))
    assert presentation.present(content, None)["buyer"]["lines"] == []


@pytest.mark.parametrize("mark", ["paid", "cancelled"])
def test_nobody_is_asked_to_pay_a_settled_document(mark: Any) -> None:
    view = presentation.present(document(), mark)
    assert view["payment"] is None
    assert view["total"]["label"] == "Total"
    assert presentation.present(document(), None)["total"]["label"] == "Total due"


def test_the_payment_box_groups_the_iban() -> None:
    box = presentation.present(document(), None)["payment"]
    assert box
    assert {"label": "IBAN", "value": "DE02 1203 0000 0000 2020 51"} in box["facts"]
    assert box["request"] == "Please transfer €6,618.00 by 22 December 2026."


@pytest.mark.parametrize(
    "changes", [{"payment": None}, {"payment": printed.payment(iban="")}, {"total_amount": "0.00"}]
)
def test_there_is_no_payment_box_without_account_or_amount(changes: dict[str, Any]) -> None:
    assert presentation.present(document(**changes), None)["payment"] is None


def test_the_code_holds_a_credit_transfer_of_the_epc() -> None:
    service = ["BCD", "002", "1", "SCT"]
    transfer = ["BYLADEM1001", "Halden Works GmbH", "DE02120300000000202051", "EUR6618.00"]
    assert payment_code.content(document()).decode().split("\n") == [*service, *transfer, "", "", "INV-2047"]
    assert payment_code.svg(document()).count("<path") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"currency": "USD"},
        {"total_amount": "0.00"},
        {"total_amount": "1000000000.00"},
        {"payment": None},
        {"payment": printed.payment(iban="")},
        {"payment": printed.payment(account_holder="東" * 70, reference="京" * 140)},
    ],
)
def test_there_is_no_code_where_the_standard_has_none(changes: dict[str, Any]) -> None:
    assert payment_code.svg(document(**changes)) == ""


def test_long_names_are_cut_in_the_code_and_lines_joined() -> None:
    fields = payment_code.content(
        document(payment=printed.payment(account_holder="A" * 90, reference="x\ny"))
    ).split(b"\n")
    assert (len(fields[5]), fields[-1]) == (70, b"x y")


@pytest.mark.parametrize("colour", ["#ffd400", "#ffffff", "#2f5bd7", "#000000"])
def test_an_accent_reads_on_white(colour: str) -> None:
    found = branding.accent(colour)
    assert 1.05 / (_luminance(found) + 0.05) >= 4.5
    assert found == colour or colour in ("#ffd400", "#ffffff")


def _luminance(colour: str) -> float:
    """WCAG's relative luminance of `#rrggbb`."""
    shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


@pytest.mark.parametrize("colour", ["", "red", "#fff", "#12345g", 'rgb("#123456")', "#123456\n"])
def test_what_is_no_colour_is_none(colour: str) -> None:
    assert branding.accent(colour) == ""


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("Grüße – “ok” … 12,50 €", "Grüße – “ok” … 12,50 €"),
        ("Ελληνικά Кириллица 株式会社 हाल्डेन वर्क्स", "Ελληνικά Кириллица 株式会社 हाल्डेन वर्क्स"),
        ("Rocket 🚀!", "Rocket □!"),
        ("👨‍👩‍👧‍👦 🇩🇪 👍🏽 ☎️", "□ □ □ ☎"),
        ("\ue000 \uf8ff \U000f0000", "□ □ □"),
        ("a\x00b\x07c", "a□b□c"),
        ("e\u0301", "é"),
        ("a\u05b0", "a"),
        ("pay \u202e001\u202c \u2066x\u2069", "pay 001 x"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("\ud800", "□"),
        ("क्\u200dष", "क्\u200dष"),
    ],
)
def test_what_cannot_be_drawn_is_replaced(written: str, drawn: str) -> None:
    assert characters.drawable(written) == drawn


def test_long_words_can_break_and_short_ones_stay() -> None:
    address = "https://halden.example/a/very/long/path/that/never/ends"
    assert characters.breakable(address).split("\u200b") == [
        "https://", "halden.", "example/", "a/", "very/", "long/", "path/", "that/", "never/", "ends",
    ]  # fmt: skip
    assert characters.breakable("x" * 50) == "\u200b".join("x" * 50)
    assert characters.breakable("Softwareentwicklungsdienstleistung") == "Softwareentwicklungsdienstleistung"
    assert characters.breakable("日本" * 60) == "日本" * 60


def test_lines_from_right_to_left_are_isolated() -> None:
    assert characters.printable("شركة\nLtd") == "\u2068شركة\u2069\n\u2068Ltd\u2069"


def test_too_much_is_refused() -> None:
    with pytest.raises(Unprintable, match="2000 lines"):
        presentation.present(document(lines=[printed.line("x")] * 5_000), None)
    with pytest.raises(Unprintable, match="400000 characters"):
        presentation.present(document(notes="x" * 2**20), None)
    with pytest.raises(Unprintable, match="50000 rows"):
        presentation.present(document(lines=[printed.line("x" + "\n" * 1_999)] * 190), None)
