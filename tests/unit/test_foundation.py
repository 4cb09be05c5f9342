"""Ids, texts, codes, versions: what every floor stands on."""

import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.foundation import codes, text, versions
from fairlead.foundation.errors import InvalidInput, StaleVersion
from fairlead.foundation.ids import new_id


def test_ids_are_of_version_7_and_sort_by_time() -> None:
    ids = [new_id() for _ in range(5_000)]
    assert ids == sorted(ids)
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
    milliseconds = ids[-1].int >> 80
    assert abs(milliseconds - time.time() * 1000) < 60_000


def test_ids_of_many_threads_are_all_different() -> None:
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.extend(new_id() for _ in range(2_000))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({*found}) == 16_000


@pytest.mark.parametrize("bad", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800", "\ufffe"])
def test_no_text_holds_these(bad: str) -> None:
    for one_line in (True, False):
        assert "Remove the control character" in (text.complaint(f"a{bad}b", one_line=one_line) or "")


@pytest.mark.parametrize("end", ["\n", "\t", "\u2028", "\u2029"])
def test_one_line_is_one_line(end: str) -> None:
    assert text.complaint(f"a{end}b", one_line=True)
    assert not text.complaint(f"a{end}b", one_line=False)


@pytest.mark.parametrize("good", ["", "Ærøskøbing", "こんにちは", "مرحبا", "👩‍👩‍👧", "e\u0301", "a\u202eb"])
def test_every_script_is_taken(good: str) -> None:
    assert text.complaint(good, one_line=True) is None


def test_the_same_name_spelt_otherwise_folds_to_one() -> None:
    assert text.folded("CAFÉ") == text.folded("cafe\u0301")


CHECKS = [
    codes.country_complaint,
    codes.time_zone_complaint,
    codes.vat_id_complaint,
    codes.iban_complaint,
    codes.bic_complaint,
]


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (codes.country_complaint, ["DE", "GB", "XK"][:2], ["de", "XX", "DEU", "", "UK"]),
        (
            codes.time_zone_complaint,
            ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia"],
            ["localtime", "berlin", "", "../x"],
        ),
        (
            codes.vat_id_complaint,
            ["DE136695976", "EL094259216", "ATU13585627", "XX1"],
            ["DE136695977", "FR1", "ATU1"],
        ),
        (
            codes.iban_complaint,
            ["DE02120300000000202051", "AT611904300234573201"],
            ["DE03120300000000202051", "X", ""],
        ),
        (codes.bic_complaint, ["BYLADEM1001", "DEUTDEFF"], ["XX", "ZZZZZZZZ", "DEUTDEFFX"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_codes(check: Callable[[str], str | None], good: list[str], bad: list[str]) -> None:
    assert [check(code) for code in good] == [None] * len(good)
    assert all(check(code) for code in bad)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@given(given_text=st.text(max_size=40) | st.text("ABCDE0123456789", max_size=34))
def test_no_text_breaks_a_check(check: Callable[[str], str | None], given_text: str) -> None:
    complaint = check(given_text)
    assert complaint is None or complaint.endswith(".")


def test_a_version_that_was_read_is_the_present_one() -> None:
    versions.require(3, {3})
    versions.require(3, None)
    with pytest.raises(StaleVersion):
        versions.require(3, {2, 4})


def test_an_error_says_the_same_twice() -> None:
    error = InvalidInput.of("rate", "Give a number.")
    assert (error.detail, error.errors, error.title) == (
        "rate: Give a number.",
        {"rate": ["Give a number."]},
        "The request is well-formed, but against a rule",
    )
