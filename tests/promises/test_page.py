"""docs/promises.md: what a run says takes the place of the line before it, and the rest stays."""

from tests.promises import page
from tests.promises.__main__ import PAGE

RUN = {
    "at": "2030-01-02T03:04:05+00:00",
    "commit": "0123456789ab",
    "seed": 7,
    "tier": "N",
    "rows": [
        {"row": 2, "holds": True, "proofs": 5, "sabotages": 1, "figures": {"cases": "9"}},
        {"row": 7, "holds": False, "proofs": 4, "sabotages": 1, "failed": ["test_x"]},
    ],
}


def test_the_page_is_as_it_would_be_made() -> None:
    text = PAGE.read_text()
    assert page.of([], before=text) == text


def test_a_run_takes_the_place_of_its_lines_alone() -> None:
    before = PAGE.read_text()
    after = page.of([RUN], before)
    new = [line for line in after.splitlines() if line not in before.splitlines()]
    assert new == [
        "| N | holds | 5, 1 | cases: 9 | 2030-01-02, 0123456, 7 |",
        "| N | falls short: test_x | 4, 1 | – | 2030-01-02, 0123456, 7 |",
    ]
    assert page.of([], before=after) == after
