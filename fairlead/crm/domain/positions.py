"""Places in an order that people arrange: text keys, of which there is always one more between two.

A key is a whole number and a fraction. The number is written so that texts sort as numbers do: a letter for how many
digits follow (`a` one, `b` two; below zero `Z` one, `Y` two), then the digits; the fraction follows without a zero at
its end. So what is put at either end takes a number of its own, and its key stays short. Keys compare byte by byte.
"""

import string

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
BASE = len(DIGITS)
# A stage whose keys have come to be as long as this is numbered anew.
LONGEST = 200


def between(low: str | None, high: str | None) -> str:
    """A key after `low` and before `high`; None stands for the end on that side. Raises `ValueError` unless low < high.

    `between("a0", "a1")` is `"a0V"`.
    """
    if low is not None and high is not None:
        return _inside(low, high)
    if low is not None:
        return _number(_split(low)[0] + 1)
    if high is None:
        return _number(0)
    number, fraction = _split(high)
    return _number(number if fraction else number - 1)


def spread(count: int) -> list[str]:
    """So many keys in their order, each as short as it can be."""
    return [_number(one) for one in range(count)]


def _inside(low: str, high: str) -> str:
    if low >= high:
        raise ValueError(f"{low} is not before {high}")
    (number, fraction), (end, end_fraction) = _split(low), _split(high)
    if number == end:
        return _number(number) + _middle(fraction, end_fraction)
    following = _number(number + 1)
    return following if following < high else _number(number) + _middle(fraction, None)


def _middle(low: str, high: str | None) -> str:
    """The fraction in the middle of two, with as few digits as it takes; None stands for 1."""
    places = 1
    while True:
        first = _scaled(low[:places], places) + 1
        last = BASE**places - 1
        if high is not None:
            last = _scaled(high[:places], places) - (len(high) <= places)
        if first <= last:
            return _digits((first + last) // 2, places).rstrip(DIGITS[0])
        places += 1


def _number(number: int) -> str:
    size = len(_digits(number if number >= 0 else -number - 1))
    if number >= 0:
        return chr(ord("a") + size - 1) + _digits(number, size)
    return chr(ord("Z") - size + 1) + _digits(BASE**size + number, size)


def _split(key: str) -> tuple[int, str]:
    """The number of a key and its fraction."""
    head = key[0]
    size = ord(head) - ord("a") + 1 if head >= "a" else ord("Z") - ord(head) + 1
    number = _scaled(key[1 : size + 1], size)
    return (number if head >= "a" else number - BASE**size), key[size + 1 :]


def _scaled(digits: str, places: int) -> int:
    """These digits as a whole number of so many places."""
    number = 0
    for digit in digits.ljust(places, DIGITS[0]):
        number = number * BASE + DIGITS.index(digit)
    return number


def _digits(number: int, places: int = 1) -> str:
    text = ""
    while number or len(text) < places:
        number, digit = divmod(number, BASE)
        text = DIGITS[digit] + text
    return text
