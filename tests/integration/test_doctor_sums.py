"""The doctor's arithmetic against the engine's: written twice, in SQL and in Python, they have to agree."""

import random
from typing import Any

import pytest

from fairlead.cli.doctor.examination import RULES, judge
from tests.invoicing import INVOICES, Json
from tests.world import api, make_world

_COMPARED = [rule for rule in RULES if rule.name.startswith(("totals.", "issued."))]
_DIGITS = {"EUR": 2, "JPY": 0, "KWD": 3, "CLF": 4}
_RATES = ("19", "7", "0", "5.5", "8.1", "20.25")
_INVOICES = 60


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_engine_makes_the_doctor_finds_sound(seed: int) -> None:
    world, chance = make_world(), random.Random(seed)
    answers = [api(world.owner).post(INVOICES, _invoice(chance)) for _ in range(_INVOICES)]
    made = [answer for answer in answers if answer.status == 201]
    assert {answer.status for answer in answers} <= {201, 422}
    assert len(made) > _INVOICES / 2
    verdicts = [judge(rule, [world.acme.id]) for rule in _COMPARED]
    assert [(one.rule.name, one.findings[:3]) for one in verdicts if not one.holds] == []


def _invoice(chance: random.Random) -> Json:
    currency = chance.choice([*_DIGITS])
    digits = _DIGITS[currency]
    given = {
        "invoice_title": "Anything",
        "name": "Customer",
        "currency": currency,
        "status": chance.choice(["Draft", "Sent", "Sent", "Paid"]),
        "prices_include_tax": chance.random() < 0.4,
        "lines": [_line(chance, digits) for _ in range(chance.randint(1, 5))],
        "allowances": [_amount(chance, digits) for _ in range(chance.choice([0, 0, 1, 2]))],
        "charges": [_amount(chance, digits) for _ in range(chance.choice([0, 0, 1]))],
    }
    return given | chance.choice(
        [{}, {"tax_rate": "19"}, {"tax_rate": "7.7"}, _one_tax(chance, given, digits)]
    )


def _one_tax(chance: random.Random, given: Json, digits: int) -> Json:
    """A tax or a total given as an amount, for which there may be one VAT group only."""
    parts = [*given["lines"], *given["allowances"], *given["charges"]]
    for part in parts:
        part.pop("vat_rate", None)
    name = chance.choice(["tax", "total_amount"])
    rate = {"tax_rate": "19"} if name == "total_amount" and chance.random() < 0.6 else {}
    return {name: _figure(chance, 900, digits), **rate}


def _line(chance: random.Random, digits: int) -> Json:
    line: dict[str, Any] = {
        "description": chance.choice(["Work", "Größe ½ “x”", 'a\\b\t"c"', "🜚"]),
        "quantity": _figure(chance, 40, chance.choice([0, 1, 3])),
        "rate": _figure(chance, chance.choice([0, 3, 400]), chance.choice([digits, 3, 7, 10])),
    }
    more = {
        "price_base": chance.choice(["1", "3", "7", "100", "0.3"]),
        "discount_percent": _figure(chance, 99, 2),
        "charge_amount": _figure(chance, 9, digits),
        "vat_rate": chance.choice(_RATES),
        "unit": "HUR",
    }
    return line | {name: value for name, value in more.items() if chance.random() < 0.4}


def _amount(chance: random.Random, digits: int) -> Json:
    value = (
        {"percent": _figure(chance, 30, 2)}
        if chance.random() < 0.5
        else {"amount": _figure(chance, 5, digits)}
    )
    return {"reason": "Because", **value} | (
        {"vat_rate": chance.choice(_RATES)} if chance.random() < 0.3 else {}
    )


def _figure(chance: random.Random, most: int, decimals: int) -> str:
    """A number up to about `most` with so many decimals."""
    whole = str(chance.randint(0, most))
    return f"{whole}.{chance.randrange(10**decimals):0{decimals}d}" if decimals else whole
