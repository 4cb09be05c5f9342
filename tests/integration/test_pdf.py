"""The PDF itself: standards, the same bytes again, whatever text is in it, pages, marks, limits."""

import hashlib
import io
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from PIL import Image
from pypdf import PageObject, PdfReader
from structlog.testing import capture_logs

from fairlead.documents import characters, localization, pdf
from fairlead.documents.presentation import Unprintable
from fairlead.documents.view import Mark
from tests import printed_documents as printed
from tests.printed_documents import AT, document


def _render(content: dict[str, Any], mark: Mark | None = None, logo: bytes | None = None) -> bytes:
    """The PDF, which must have come out at the first try."""
    with capture_logs() as logs:
        made = pdf.render(content, logo=logo, mark=mark, at=AT)
    assert not logs
    return made


def _pages(made: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]


def _text(made: bytes) -> str:
    """The text without its spaces and places to break, as those depend on the layout."""
    text = "".join(_pages(made))
    return "".join(text.replace("\u200b", "").split())


def _bare(text: str) -> str:
    return "".join(text.split())


def _lines(count: int) -> list[dict[str, Any]]:
    return [printed.line(f"Line number {number}", "2", "40.00") for number in range(1, count + 1)]


def test_the_page_says_what_the_document_says() -> None:
    text = _text(
        _render(document(purchase_order="PO-7781", buyer_reference="04011000-12345-06", terms="Net."))
    )
    for said in (
        "Invoice", "INV-2047", "Halden Works GmbH", "Linienstraße 42", "10119 Berlin", "VAT DE314159265",
        "Eirene Health", "75011 Paris", "France", "22 November 2026", "22 December 2026", "PO-7781", "04011000-12345",
        "Brand and web design", "Design system and page templates", "hours", "3,420.00", "VAT 20% of €5,515.00",
        "€1,103.00", "€6,618.00", "DE02 1203 0000 0000 2020 51", "BYLADEM1001", "Thank you.", "HRB 123456 B",
        "Page 1 of 1", "Net.",
    ):  # fmt: skip
        assert _bare(said) in text, said


def test_it_is_an_archive_file_and_accessible() -> None:
    with pikepdf.open(io.BytesIO(_render(document(), logo=_logo()))) as file:
        metadata = file.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"], metadata["pdfuaid:part"]) == (
            "3",
            "A",
            "1",
        )
        assert metadata["dc:title"] == "Invoice INV-2047"
        assert file.Root.Lang == "en-GB"
        assert file.Root.MarkInfo.Marked
        tags = _tags(file.Root.StructTreeRoot)
    assert {"H1", "H2", "Table", "THead", "TH", "TD", "Figure"} <= tags


def _tags(node: Any) -> set[str]:
    if not isinstance(node, pikepdf.Dictionary):
        return set()
    children: Any = node.get("/K", [])
    below = list(children) if isinstance(children, pikepdf.Array) else [children]
    own = {str(node["/S"])[1:]} if "/S" in node else set()
    return own.union(*(_tags(child) for child in below))


def test_the_same_document_has_the_same_bytes_in_every_process() -> None:
    made = _render(document(), logo=_logo())
    assert _render(document(), logo=_logo()) == made
    script = (
        "import hashlib, sys; from fairlead.documents import pdf; from tests.integration import test_pdf as t;"
        "made = pdf.render(t.document(), logo=t._logo(), mark=None, at=t.AT);"
        "print(hashlib.sha256(made).hexdigest())"
    )
    elsewhere = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert elsewhere.stdout.strip() == hashlib.sha256(made).hexdigest()
    assert pdf.render(document(), logo=_logo(), mark=None, at=AT + timedelta(seconds=1)) != made


@pytest.mark.promise(36)
@pytest.mark.parametrize(
    "text",
    [
        '#panic("x")',
        '#read("/etc/passwd")',
        "$x^2$",
        "*bold* _it_ `raw`",
        "= Heading",
        "<label> @ref",
        "\\u{41}",
        "// comment /* more */",
        "#let x = 1; #x",
        "${jndi} {{7*7}} {page} %s",
        "</svg>",
        '"quoted" \\',
    ],
)
def test_what_people_write_is_never_code(text: str) -> None:
    content = document(title=text, notes=text, terms=text, lines=[printed.line(f"1 {text}")], number=text)
    content["buyer"]["name"] = content["seller"]["name"] = content["payment"]["reference"] = text
    assert _text(_render(content)).count(_bare(text)) >= 6


@pytest.mark.promise(36)
@pytest.mark.parametrize(
    "text",
    [
        "Rocket 🚀 Ltd 👨‍👩‍👧‍👦 🇩🇪 👍🏽",
        "private \ue000 \uf8ff \U0010fffd",
        "control \x00 \x01 \x1b \x7f \x9f \ufeff \ufffe",
        "half a pair \ud83d",
        "marks a\u05b0 日\u0301 \u0301\u0301 \u0e31",
        "unknown \U0001fbff \u0378 \U000e0041",
        "עברית ไทย தமிழ் ⠓ 𝕏 ꧁",
    ],
)
def test_no_character_blocks_a_document(text: str) -> None:
    content = document(title=text, notes=text, lines=[printed.line(text)], number=text)
    content["buyer"]["name"] = content["seller"]["name"] = content["payment"]["account_holder"] = text
    assert _text(_render(content)).count(characters.REPLACEMENT) >= 6 or "marks" in text


@pytest.mark.parametrize(
    ("text", "font"),
    [
        ("Αλεξάνδρα Παπαδοπούλου", "Inter"),
        ("ООО «Северный ветер»", "Inter"),
        ("شركة الأمل للتجارة (المحدودة).", "NotoSansArabic"),
        ("हाल्डेन वर्क्स के लिए", "NotoSans"),
        ("株式会社ハルデンワークス", "NotoSansCJKjp"),
        ("上海贸易有限公司 臺灣鑄造廠", "NotoSansCJKjp"),
        ("주식회사 할덴웍스", "NotoSansCJKjp"),
    ],
)
def test_scripts_are_set_in_a_font_that_has_them(text: str, font: str) -> None:
    made = _render(document(title=text, notes=text, buyer=printed.buyer(name=text)))
    assert characters.REPLACEMENT not in _text(made)
    with pikepdf.open(io.BytesIO(made)) as file:
        fonts = {str(face.BaseFont) for face in file.pages[0].Resources.Font.values()}
    assert any(font in name for name in fonts)


def test_a_document_that_misses_its_standard_is_still_an_archive_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Should a character ever slip through, PDF/A-3b is the net below, and a clear error the ground."""
    monkeypatch.setattr(characters, "printable", lambda text: text)
    with capture_logs() as logs:
        made = pdf.render(document(notes="Secret \ue000"), logo=None, mark=None, at=AT)
    with pikepdf.open(io.BytesIO(made)) as file:
        assert file.open_metadata()["pdfaid:conformance"] == "B"
    assert [entry["event"] for entry in logs] == ["pdf_refused"]
    assert "\ue000" not in json.dumps(logs)
    with pytest.raises(Unprintable):
        pdf.render(document(notes="🚀"), logo=None, mark=None, at=AT)
    monkeypatch.undo()
    assert "Thank" in _text(_render(document()))


@pytest.mark.parametrize("language", localization.LANGUAGES)
@pytest.mark.parametrize("mark", [None, "draft", "paid", "cancelled"])
def test_every_language_and_mark(language: str, mark: Mark | None) -> None:
    words = localization.of(language, "DE")
    text = _text(_render(document(language=language, lines=_lines(30)), mark=mark))
    assert _bare(words.label("invoice")) in text
    if mark:
        # The pill, the running head of the second page, and the wash behind each page if there is one.
        assert text.count(_bare(words.label(mark))) == (2 if mark == "paid" else 4)
    assert ("BYLADEM1001" in text) == (mark in (None, "draft"))


def test_forty_lines_repeat_their_header_and_end_with_the_total() -> None:
    pages = _pages(_render(document(lines=_lines(40))))
    assert len(pages) == 2
    for number, page in enumerate(pages, start=1):
        assert page.count("Description") == 1
        assert f"Page {number} of 2" in page
    assert "Halden Works GmbH" in pages[1]
    printed_lines = [row for page in pages for row in page.splitlines() if row.startswith("Line number")]
    assert printed_lines == [f"Line number {number} 2 40.00 80.00" for number in range(1, 41)]
    assert printed_lines[-1] in pages[1]


@pytest.mark.parametrize("count", range(10, 22))
def test_the_total_never_stands_alone(count: int) -> None:
    last = next(page for page in _pages(_render(document(lines=_lines(count)))) if "Total due" in page)
    assert f"Line number {count} " in last
    assert f"Line number {count - 1} " in last


def test_hundreds_of_lines() -> None:
    pages = _pages(_render(document(lines=_lines(400))))
    assert len(pages) < 20
    assert all(page.count("Description") == 1 for page in pages)
    assert "Line number 400" in pages[-1]


def test_a_description_longer_than_a_page_goes_on_over_the_pages() -> None:
    words = [f"w{number}." for number in range(2_000)]
    made = _render(
        document(lines=[printed.line("First"), printed.line(" ".join(words)), printed.line("Last")])
    )
    text = _text(made)
    assert len(_pages(made)) > 2
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("allowances", [1, 4, 20])
def test_nothing_leaves_the_page_however_crowded(allowances: int) -> None:
    huge = printed.line(
        "w " * 19 + "\n" * 17, "123456789012.5", "99999999.1234567891", net_amount="9999999999999.99"
    )
    many = [
        printed.allowance(f"{number} " + "reasonlong" * 19, "9999999999950.00", "5")
        for number in range(allowances)
    ]
    made = _render(document(lines=[printed.line("a"), huge, huge], allowances=many))
    places = [place for page in PdfReader(io.BytesIO(made)).pages for place in _places(page)]
    assert min(y for _, y in places) > 20
    assert min(x for x, _ in places) >= 55
    assert max(x for x, _ in places) < 540
    assert "€6,618.00" in _text(made)


def _places(page: PageObject) -> list[tuple[float, float]]:
    """Where each piece of text starts, in points from the bottom left."""
    places: list[tuple[float, float]] = []

    def visit(text: str, cm: list[float], tm: list[float], *_: Any) -> None:
        if text.strip():
            x, y = tm[4], tm[5]
            places.append((x * cm[0] + y * cm[2] + cm[4], x * cm[1] + y * cm[3] + cm[5]))

    page.extract_text(visitor_text=visit)
    return places


def test_paper() -> None:
    letter = document(brand={"accent": "#ffd400", "logo_sha256": None, "paper": "us-letter"})
    sizes = [PdfReader(io.BytesIO(_render(content))).pages[0].mediabox for content in (letter, document())]
    assert [(round(size.width), round(size.height)) for size in sizes] == [(612, 792), (595, 842)]


def _logo(mode: str = "RGBA", picture: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (400, 120), "#1b2a4a").save(file, picture)
    return file.getvalue()


@pytest.mark.parametrize(
    ("mode", "picture"),
    [("RGBA", "PNG"), ("P", "PNG"), ("CMYK", "JPEG"), ("L", "JPEG"), ("RGB", "WEBP"), ("P", "GIF")],
)
def test_a_logo_of_any_kind(mode: str, picture: str) -> None:
    made = _render(document(), logo=_logo(mode, picture))
    assert list(PdfReader(io.BytesIO(made)).pages[0].images)
    assert not list(PdfReader(io.BytesIO(_render(document()))).pages[0].images)


@pytest.mark.promise(36)
@pytest.mark.parametrize(
    "broken",
    [
        b"nothing",
        _logo()[:-60],
        b'<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/></svg>',
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_a_broken_logo_does_not_block_a_document(broken: bytes) -> None:
    with capture_logs() as logs:
        made = pdf.render(document(), logo=broken, mark=None, at=AT)
    assert [entry["event"] for entry in logs] == ["logo_unreadable"]
    assert not list(PdfReader(io.BytesIO(made)).pages[0].images)


def test_four_threads_at_once() -> None:
    contents = [document(number=f"INV-{number}", lines=_lines(1 + number % 9)) for number in range(12)]
    alone = [_render(content) for content in contents]
    with ThreadPoolExecutor(4) as threads:
        together = list(
            threads.map(lambda content: pdf.render(content, logo=None, mark=None, at=AT), contents)
        )
    assert together == alone
    assert len(set(alone)) == 12


def test_warming_up_compiles() -> None:
    pdf.warm_up()


@pytest.mark.promise(36)
@pytest.mark.parametrize("template", ["../1", "invoice/2", "", None, "invoice/1.typ"])
def test_an_unknown_template_is_refused(template: Any) -> None:
    with pytest.raises(Unprintable, match="template"):
        pdf.render(document(template=template), logo=None, mark=None, at=AT)


def test_a_document_that_is_none_is_refused() -> None:
    for changes in ({"total_amount": "much"}, {"seller": None}, {"currency": "XXX"}, {"issue_date": "soon"}):
        with pytest.raises(Unprintable, match="form"):
            pdf.render(document(**changes), logo=None, mark=None, at=AT)
