"""A text comes back as it went in, or is refused by its field; paper and mail bear it."""

import io
import random
import re
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

import pytest
from pypdf import PdfReader

from fairlead.api import types
from fairlead.documents import characters, pdf
from fairlead.foundation import text as texts
from fairlead.messaging import letters, mail
from fairlead.records import comments
from fairlead.tenancy import api_tokens, organizations
from tests import contract
from tests.api import test_strictness as strict
from tests.integration import test_mail_content as mails
from tests.invoicing import Json, lined
from tests.operations import Operation, resolve
from tests.printed_documents import AT, address, buyer, document, line
from tests.promises import corpus, plugin
from tests.records import make_cast, make_invoice, path_ids
from tests.world import Answer, World, api

IS_QUICK = plugin.tier() == "P"
DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Texts that are names of something, or are made by a rule.
RULED = ("time_zone", "number_series.pattern", "invoice_number", "lost_reason", "stage")
# Whose objects need the id of a record that there is.
REFERRING = ("contacts.0.", "accounts.0.")
KINDS = {
    types._pattern(one_line, filled): (one_line, filled)
    for one_line in (True, False)
    for filled in (True, False)
}


@dataclass(frozen=True)
class Field:
    """A field that takes any text of its kind."""

    place: str
    name: str
    most: int
    one_line: bool
    filled: bool

    @property
    def path(self) -> str:
        return f"{self.place}{self.name}"

    def takes(self, text: str) -> bool:
        return corpus.is_taken(text, most=self.most, filled=self.filled, one_line=self.one_line)


def _fields(operation: Operation) -> list[Field]:
    found = [(place, name, _choices(field)) for place, name, field in strict._walk(operation.body_schema)]
    return [
        Field(place, name, choice["maxLength"], *KINDS[choice["pattern"]])
        for place, name, choices in found
        for choice in choices
        if choice.get("pattern") in KINDS and f"{place}{name}" not in RULED and place not in REFERRING
    ]


def _choices(field: Any) -> list[Any]:
    field = resolve(field)
    return [resolve(one) for one in field.get("anyOf", [field])]


EVERY = {str(one) for one in strict.EVERY}
WITH_TEXT = [
    one
    for one in strict.WITH_JSON
    if _fields(one) and not one.is_public and not one.path.endswith("/change-password/")
]


@pytest.mark.promise(13)
@pytest.mark.parametrize("operation", WITH_TEXT, ids=str)
def test_a_text_comes_back_or_is_refused_by_its_field(
    operation: Operation, world: World, seed: int, count: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, most in ((api_tokens, "MOST"), (organizations, "MOST_OF_ONE_PERSON")):
        monkeypatch.setattr(module, most, 10_000)  # one for each text
    chance = random.Random(f"{seed} {operation}" if IS_QUICK else seed)
    chosen = corpus.texts(chance)
    fields = _fields(operation)
    for text in chance.sample(chosen, 10) if IS_QUICK else chosen:
        _check(operation, world, fields, text)
        count("texts × fields", len(fields))


@pytest.mark.promise(13)
def test_paper_bears_every_text_and_no_neighbour_moves(seed: int, figure: Any) -> None:
    chance = random.Random(seed)
    shown = _lines(chance, 12 if IS_QUICK else corpus.SIZE)
    usual = _places(document())
    for text in shown:
        content = document(title=text, notes=text, terms=text, lines=[line(text), *document()["lines"][1:]])
        content["buyer"] = buyer(name=text, address=address(city=text))
        places = _places(content)
        for neighbour in ("INV-2047", "€6,618.00", "Total due"):
            assert places[neighbour] == usual[neighbour], ascii(text)
    figure("texts on paper", len(shown))


@pytest.mark.promise(13)
def test_mail_bears_every_text_and_no_neighbour_moves(seed: int, world: World, figure: Any) -> None:
    chance = random.Random(seed)
    shown = _lines(chance, 40 if IS_QUICK else corpus.SIZE)
    for text in shown:
        letter = letters.render(world.acme, text, text, [("Total", "100.00")], "en")
        sender = mail.format_mailbox(text, "no-reply@example.com")
        parts = {"subject": text, "sender": sender, "text": letter.text, "html": letter.html}
        received = mails.parse(mail.compose(mails.make_mail(**parts)))
        [author] = received["From"].addresses
        assert author.addr_spec == "no-reply@example.com"
        assert not DIRECTIONS.search(author.display_name), ascii(text)
        assert _bare(received["Subject"]) == _bare(text)
        assert letter.text.startswith(text + "\n\nTotal: 100.00\n"), ascii(text)
        assert _bare(text) in _bare(mails.Words(letter.html).text), ascii(text)
    figure("texts in mails", len(shown))


@pytest.mark.promise(13, sabotage="nobody looks for NUL")
def test_a_nul_that_slips_through_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_FORBIDDEN", re.compile("[\x01-\x08\ud800-\udfff]"))
    with pytest.raises(AssertionError, match="500"):
        _check(_comments(), world, _fields(_comments()), "a\x00b")


@pytest.mark.promise(13, sabotage="a text that is put into its composed form when it is stored")
def test_a_text_that_is_changed_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    add = comments.add
    monkeypatch.setattr(comments, "add", lambda kind, of, text: add(kind, of, normalize("NFC", text)))
    with pytest.raises(AssertionError):
        _check(_comments(), world, _fields(_comments()), "e\u0301")


@pytest.mark.promise(13, sabotage="signs of direction are set on paper")
def test_a_text_that_turns_the_paper_is_seen(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(characters, "_UNSEEN", re.compile("(?!)"))
    with pytest.raises(AssertionError):
        test_paper_bears_every_text_and_no_neighbour_moves(seed, lambda *_: None)


def _comments() -> Operation:
    return next(one for one in WITH_TEXT if str(one) == "POST /api/invoices/comment/{record_id}/")


def _lines(chance: random.Random, most: int) -> list[str]:
    """Texts that a title or a name takes."""
    kind = Field("", "title", 200, one_line=True, filled=True)
    found = [text for text in corpus.texts(chance) if kind.takes(text)]
    return chance.sample(found, min(most, len(found)))


def _places(content: Json) -> dict[str, float]:
    """How far to the right each piece of text starts on the page; no sign of direction among them."""
    found: dict[str, float] = {}

    def visit(text: str, page: list[float], matrix: list[float], *_: Any) -> None:
        assert not DIRECTIONS.search(text), ascii(text)
        x = matrix[4] * page[0] + matrix[5] * page[2] + page[4]
        found.setdefault(text.strip(), x)

    made = pdf.render(content, logo=None, mark=None, at=AT)
    for page in PdfReader(io.BytesIO(made)).pages:
        page.extract_text(visitor_text=visit)
    return found


def _bare(text: str) -> str:
    return "".join(text.split())


def _check(operation: Operation, world: World, fields: list[Field], text: str) -> None:
    refusing = {field.path for field in fields if not field.takes(text)}
    if refusing:
        ids = path_ids(operation, make_cast(world), world.owner)
        answer = _send(operation, world, ids, fields, text)
        if answer.status == 413 and len(fields) > 1:  # too long for a body to hold it so many times
            for field in fields:
                _check(operation, world, [field], text)
            return
        assert answer.status == 400, (ascii(text), answer.body)
        assert refusing == {*answer.json["errors"]}, ascii(text)
    taking = [field for field in fields if field.takes(text)]
    if taking:
        _check_kept(operation, world, taking, text)


def _check_kept(operation: Operation, world: World, fields: list[Field], text: str) -> None:
    ids = _ids(operation, world)
    answer = _send(operation, world, ids, fields, text)
    if answer.status == 409:  # the team of this name, in another spelling
        assert [*answer.json["errors"]] == ["name"]
        return
    assert answer.status in (200, 201), (ascii(text), answer.body)
    # Who is invited without a name goes by their address.
    kept = answer.json["email"] if not text and str(operation) == "POST /api/users/" else text
    mailed = answer.json if operation.path.endswith("/send-mail/") else {}
    for told in (mailed.get("email", answer.json), _read_again(operation, world, ids, answer)):
        for field in fields:
            assert _found(told, field.path) in (kept, None), (field, ascii(text))


def _read_again(operation: Operation, world: World, ids: dict[str, str], answer: Answer) -> Any:
    """What was kept, where there is an address to read it from."""
    path = operation.address(ids) if operation.method != "POST" else answer.headers.get("Location", "")
    template = contract.template_of(path) if path else None
    if f"GET {template}" not in EVERY:
        return {}
    return api(world.owner).get(path).json


def _ids(operation: Operation, world: World) -> dict[str, str]:
    if operation.path.endswith("/payments/"):
        return {"invoice_id": make_invoice(make_cast(world), status="Sent")}
    return path_ids(operation, make_cast(world), world.owner)


def _send(operation: Operation, world: World, ids: dict[str, str], fields: list[Field], text: str) -> Answer:
    given = _sound(operation)
    for field in fields:
        strict._put(given, field.place, field.name, text)
    return operation.call(api(world.owner), ids, strict._forced(operation), json=given)


def _sound(operation: Operation) -> Json:
    """A body that is taken, with a part for each text in it."""
    names = (operation.body_schema or {})["properties"]
    if "invoice_title" in names:
        amount = {"reason": "Agreed", "amount": "1.00"}
        return lined({"quantity": "3"}, allowances=[dict(amount)], charges=[dict(amount)])
    if "users" in names:
        return {"name": "Sales"}
    return strict._example(operation)


def _found(value: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(value, dict) and step not in value:
            return None
        value = value[int(step) if isinstance(value, list) else step]
    return value
