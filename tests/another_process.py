"""Another process of the same program, as a second web server's process is: a fork that knows only by itself."""

import json
import os
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from django.db import connections


@contextmanager
def another_process(work: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
    """Call what this gives to have the other process do the work once more; returns what came of it (JSON's types)."""
    connections.close_all()  # each has connections of its own
    asked, ask = os.pipe()
    answers, answer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # other threads there are, but they hold no lock of ours
        child = os.fork()
    if not child:
        os.close(ask)
        _serve(work, asked, answer)
    os.close(asked)
    os.close(answer)
    try:
        with os.fdopen(answers) as told:
            yield lambda: _ask(ask, told)
    finally:
        os.close(ask)
        os.waitpid(child, 0)


def _ask(ask: int, told: Any) -> Any:
    os.write(ask, b".")
    line = told.readline()
    assert line, "the other process has failed; its words are above"
    return json.loads(line)


def _serve(work: Callable[[], Any], asked: int, answer: int) -> NoReturn:
    """Work until nobody asks any more. Nothing of the test's own end may run here."""
    try:
        while os.read(asked, 1):
            os.write(answer, json.dumps(work()).encode() + b"\n")
    except Exception:  # noqa: BLE001 - whatever it is, it must not run on as a second pytest
        traceback.print_exc()
    finally:
        connections.close_all()
        os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError
