"""The search of all logs finds what must not be in them, in every form that a log may give it."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from fairlead.foundation import logs
from tests.leaks import Listener

EMAIL, NAME, TOKEN = "anna@customer.example", "Anna Maria Kundin", "fl_0198_" + "k" * 43 + "_0AbCdE"


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, Listener]]:
    """A log that nobody else hears, written as Fairlead's is."""
    listener, logger = Listener(), logging.getLogger("tests.planted")
    json = logs.standard_library("INFO")["formatters"]["json"]
    listener.setFormatter(structlog.stdlib.ProcessorFormatter(**{k: v for k, v in json.items() if k != "()"}))
    listener.remember(EMAIL, NAME, TOKEN)
    logger.addHandler(listener)
    logger.propagate = False
    yield logger, listener
    logger.removeHandler(listener)


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (f"sent to {EMAIL}.", EMAIL),
        (f"DETAIL: Key (email)=({EMAIL}) already exists.", EMAIL),
        ("GET /api/invoices/?search=anna%40customer.example", EMAIL),
        (f"Authorization: Bearer {TOKEN}", TOKEN),
        (f'{{"token": "{TOKEN}"}}', TOKEN),
        (f"invoice for {NAME}, overdue", NAME),
        ("GET /api/invoices/?name=Anna+Maria+Kundin", NAME),
    ],
)
def test_a_planted_leak_is_found(line: str, secret: str, log: tuple[logging.Logger, Listener]) -> None:
    logger, listener = log
    logger.warning("a line that says nothing")
    assert listener.found() == set()
    logger.warning(line)
    assert secret in listener.found()


def test_a_leak_of_another_process_is_found(log: tuple[logging.Logger, Listener]) -> None:
    log[1].hear(f"web.log: {EMAIL} has signed in\n")
    assert log[1].found() == {EMAIL}


def test_private_fields_are_remembered_wherever_they_are(log: tuple[logging.Logger, Listener]) -> None:
    body: Any = {"invoices": [{"name": "Bertha Brecht", "title": "Repair work"}], "cc": ["b@brecht.example"]}
    log[1].remember_fields(body)
    log[0].warning("Repair work for Bertha Brecht, copy to b@brecht.example")
    assert log[1].found() == {"Bertha Brecht", "b@brecht.example"}


def test_the_words_of_an_error_are_not_logged(log: tuple[logging.Logger, Listener]) -> None:
    """Where and what it was, for whoever mends it; never its words, which may repeat what somebody wrote."""
    try:
        try:
            int(EMAIL)
        except ValueError as error:
            raise RuntimeError(f"no number for {NAME}") from error
    except RuntimeError:
        log[0].exception("it failed")
    assert log[1].found() == set()
    said = "".join(log[1]._heard)
    assert all(part in said for part in ("ValueError", "RuntimeError", "int(EMAIL)", "test_leaks.py"))
