"""Places by text keys: always one between two, in order, and short."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.crm.domain.positions import between, spread


@given(st.lists(st.integers(min_value=0), max_size=120))
def test_wherever_one_is_put_the_order_is_kept(places: list[int]) -> None:
    keys: list[str] = []
    for place in places:
        at = place % (len(keys) + 1)
        new = between(keys[at - 1] if at else None, keys[at] if at < len(keys) else None)
        keys.insert(at, new)
    assert keys == sorted(keys)
    assert len({*keys}) == len(keys)


@pytest.mark.parametrize("side", ["first", "last"])
def test_at_an_end_keys_stay_short(side: str) -> None:
    key, keys = between(None, None), []
    for _ in range(20_000):
        key = between(None, key) if side == "first" else between(key, None)
        keys.append(key)
    assert keys == sorted(keys, reverse=side == "first")
    assert max(map(len, keys)) <= 4


@pytest.mark.parametrize("side", ["first", "last"])
def test_between_the_same_two_keys_grow_slowly(side: str) -> None:
    low, high = between(None, None), between(between(None, None), None)
    for _ in range(600):
        key = between(low, high)
        assert low < key < high
        low, high = (low, key) if side == "first" else (key, high)
    assert len(key) <= 2 + 600 / 5  # a digit halves some six times


@given(st.integers(min_value=0, max_value=5_000))
def test_what_is_spread_is_in_order(count: int) -> None:
    assert spread(count) == sorted(spread(count))


@pytest.mark.parametrize(("low", "high"), [("a1", "a0"), ("a1", "a1")])
def test_there_is_nothing_between_the_wrong_way_round(low: str, high: str) -> None:
    with pytest.raises(ValueError, match="is not before"):
        between(low, high)
