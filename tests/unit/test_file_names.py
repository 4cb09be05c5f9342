"""No name of an uploaded file can do harm, wherever the file is saved."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fairlead.records.file_names import LONGEST, clean

pytestmark = pytest.mark.promise(34)


@pytest.mark.parametrize(
    ("given_name", "cleaned"),
    [
        ("report.pdf", "report.pdf"),
        ("Rechnung März 2026.pdf", "Rechnung März 2026.pdf"),
        ("請求書.pdf", "請求書.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/etc/passwd", "passwd"),
        ("C:\\secret.txt", "secret.txt"),
        ("C:secret.txt", "C_secret.txt"),
        ("a\0b.pdf", "ab.pdf"),
        ("line\r\nbreak.pdf", "linebreak.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u2066b\u2069.txt", "ab.txt"),
        ("bad\ud800.txt", "bad.txt"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("COM¹.log", "_COM¹.log"),
        ("\u202eaux.pdf", "_aux.pdf"),
        ("console.log", "console.log"),
        (".htaccess", "htaccess"),
        ("trailing. . ", "trailing"),
        ("shell.aspx::$DATA", "shell.aspx__$DATA"),
        ('"quoted"<b>.pdf', "_quoted__b_.pdf"),
        ("", "file"),
        ("..", "file"),
        ("/", "file"),
        ("\u202e", "file"),
    ],
)
def test_a_name_is_made_harmless(given_name: str, cleaned: str) -> None:
    assert clean(given_name) == cleaned


def test_a_long_name_keeps_its_extension() -> None:
    assert clean("a" * 300 + ".pdf") == "a" * (LONGEST - 4) + ".pdf"
    assert clean("x." + "y" * 300) == "x." + "y" * (LONGEST - 2)


def test_a_long_name_is_not_cut_within_a_character() -> None:
    cut = clean("語" * 100 + ".pdf")
    assert len(cut.encode()) <= LONGEST
    assert cut == "語" * 48 + ".pdf"


@given(st.text())
@example("語" * 100)
@example("con" + " " * 200 + ".pdf")
@example("a" * 147 + "..pdf")
def test_whatever_the_name_the_result_is_safe_and_stays(name: str) -> None:
    cleaned = clean(name)
    assert 1 <= len(cleaned.encode()) <= LONGEST
    assert not set('/\\<>:"|?*\0\n\r\u202e') & set(cleaned)
    assert cleaned == cleaned.strip(" .")
    assert clean(cleaned) == cleaned
