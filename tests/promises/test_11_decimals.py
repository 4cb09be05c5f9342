"""Figures in every disguise, in every field that takes one: refused by that field, or kept to the last digit."""

import json
import random
import re
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from fairlead.api import types
from tests.api import test_strictness as strict
from tests.invoicing import INVOICES, Json, body, lined, unchanged
from tests.operations import Operation
from tests.promises import plugin
from tests.records import make_cast, make_invoice, path_ids
from tests.world import Answer, World, api

VALUES = 25 if plugin.tier() == "P" else 3_000
WITH_NUMBERS = [one for one in strict.WITH_JSON if strict._numbers(one.body_schema)]
NUMERIC = ("limit", "offset", "min_total", "max_total")
# What looks like a figure to somebody: other digits, marks of thousands, exponents, what does not show.
SPOILERS = (
    *"_,e+ '’·٫٬xXfdjLnN%$€()\t\n\x00\u00a0\u2009\u200b\u202e\u2212\ufeff０１٣७Ⅷ½²",
    *("e5", "E-5", "e400", "E+1", ".", "..", "--", "0x", "1_000", "NaN", "inf", "1/2"),
)


@pytest.mark.promise(11)
@pytest.mark.parametrize("operation", WITH_NUMBERS, ids=str)
def test_a_figure_is_refused_by_its_field_or_exact(
    operation: Operation, world: World, seed: int, count: Any
) -> None:
    chance = random.Random(seed)
    fields = strict._numbers(operation.body_schema)
    figures = [_figure(chance) for _ in range(VALUES)]
    spoilt = [token for token in figures if _meant(token) is None]
    ids = _ids(operation, world)
    with unchanged(world.acme.id):
        for token in spoilt:
            answer = _send(operation, world, ids, strict._example(operation), fields, token)
            assert answer.status in (400, 422), token
            missed = {f"{place}{name}" for name, place in fields} - {*answer.json["errors"]}
            assert not missed, (token, missed)
    for number, token in enumerate(one for one in figures if _meant(one) is not None):
        if number % 40 == 0:
            ids = _ids(operation, world)
        field = fields[number % len(fields)]
        answer = _send(operation, world, ids, _sound(operation, *field), [field], token)
        _check_exact(answer, f"{field[1]}{field[0]}", token)
    count("values × fields", len(spoilt) * len(fields) + len(figures) - len(spoilt))


@pytest.mark.promise(11)
def test_a_figure_in_a_query_is_refused_by_its_name(world: World, seed: int, count: Any) -> None:
    chance = random.Random(seed)
    for token in [_figure(chance) for _ in range(VALUES)]:
        query = "&".join(f"{name}={quote(_text(token))}" for name in NUMERIC)
        answer = api(world.owner).get(f"{INVOICES}?{query}")
        refused = {*NUMERIC} & {*answer.json.get("errors", {})}
        assert answer.status in (200, 400, 422), token
        assert refused == {*NUMERIC} or _meant(token) is not None, token
    count("values × parameters", VALUES * len(NUMERIC))


@pytest.mark.promise(11, sabotage="Decimal(text) with nothing before it")
@pytest.mark.parametrize("name", ["POST /api/invoices/", "POST /api/invoices/{invoice_id}/payments/"])
def test_a_reader_that_takes_what_python_takes_is_seen(
    name: str, world: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(types, "_DECIMAL", re.compile("(?s).*"))
    [operation] = [one for one in WITH_NUMBERS if str(one) == name]
    with pytest.raises(AssertionError):
        test_a_figure_is_refused_by_its_field_or_exact(operation, world, seed, lambda *_: None)


def _figure(chance: random.Random) -> str:
    """A token of JSON: a number, or a text; most of them spoilt somehow."""
    text = _plain(chance)
    if chance.random() < 0.6:
        spot = chance.randrange(len(text) + 1)
        text = text[:spot] + chance.choice(SPOILERS) + text[spot + chance.randrange(2) :]
    if chance.random() < 0.4 and re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", text):
        return text
    return json.dumps(text)


def _plain(chance: random.Random) -> str:
    """Plain digits, as few or as many as one would, and some too many."""
    whole = str(chance.randrange(10 ** chance.choice((1, 2, 3, 5, 8, 12, 15, 16, 40))))
    fraction = "".join(chance.choices("0123456789", k=chance.choice((0, 0, 1, 2, 2, 4, 10, 11, 60))))
    sign = chance.choice(("", "", "", "-"))
    zeros = chance.choice(("", "", "", "00"))
    return f"{sign}{zeros}{whole}" + (f".{fraction}" if fraction else "")


def _meant(token: str) -> Decimal | None:
    """The number that the token plainly is; None where it is none, or longer than any figure may be."""
    text = _text(token)
    whole, point, fraction = text.removeprefix("-").partition(".")
    digits = [*whole, *(fraction if point else "0")]
    if not whole or (point and not fraction) or not {*digits} <= {*"0123456789"}:
        return None
    is_long = len(fraction) > 10 or len(whole.lstrip("0")) + len(fraction) > 15
    return None if is_long else Decimal(text)


def _text(token: str) -> str:
    return str(json.loads(token)) if token.startswith('"') else token


def _ids(operation: Operation, world: World) -> dict[str, str]:
    if operation.path.endswith("/payments/"):
        return {"invoice_id": make_invoice(make_cast(world), status="Sent")}
    return path_ids(operation, make_cast(world), world.owner)


def _sound(operation: Operation, name: str, place: str) -> Json:
    """A body that is taken once this field has a sound figure."""
    if "invoice_title" not in (operation.body_schema or {})["properties"]:
        example: Json = strict._example(operation)
        return example | ({"currency": "EUR"} if "currency" in example else {})
    # What is changed again and again keeps nothing of the time before that this figure might not go with.
    fresh: Json = {"allowances": [], "charges": []}
    if place.startswith(("allowances", "charges")):
        # At whatever rate: an allowance of nothing is never more than the lines of its rate have.
        fresh[place[:-3]] = [{"reason": "Agreed"} | ({"amount": "0"} if name == "vat_rate" else {})]
    return body(**fresh) if name in ("quantity", "rate") and not place else lined({"quantity": "3"}, **fresh)


def _send(
    operation: Operation,
    world: World,
    ids: dict[str, str],
    given: Json,
    fields: list[tuple[str, str]],
    token: str,
) -> Answer:
    for name, place in fields:
        strict._put(given, place, name, "@@")
    return strict._send(operation, world, ids, json.dumps(given).replace('"@@"', token).encode())


def _check_exact(answer: Answer, path: str, token: str) -> None:
    if answer.status >= 400:
        assert answer.status in (400, 409, 422), (path, token)
        assert any(_is_about(path, one) for one in answer.json["errors"]), (path, token, answer.body)
    elif path != "expires_in_days":  # which is answered as the moment that it makes
        assert Decimal(str(_found(answer.json, path))) == _meant(token), (path, token)


def _is_about(path: str, named: str) -> bool:
    """A sum that comes out wrong is told of the lines, or of the quantity that stands for them."""
    return path.startswith(named) or named in ("lines", "quantity") or named.endswith(path.rpartition(".")[2])


def _found(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value[int(step) if isinstance(value, list) else step]
    return value
