"""What no log may say: whatever the tests give as private is looked for in all that is logged while they run.

`listener` is the one of this process. Tests' own world tells it names, addresses and secrets (`tests/world.py`); at the
end of the run `tests/conftest.py` asks what of it was found, and fails the run.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

import structlog

SHORTEST = 8  # what is shorter may stand in a log by chance
_WORD = re.compile(r"[A-Za-z0-9._@+-]{8,}")
# Words as people's and companies' names have them; what is made up at random is not looked for.
_NAME = re.compile(r"[^\W\d_][\w.&'-]*(?: [\w.&'-]+)+")
# Fields of the API that hold what belongs to somebody, or opens something.
PRIVATE = frozenset(
    "name email phone recipients cc bcc iban account_holder address_line street vat_id registration_id legal_name"
    " password old_password new_password token access refresh search".split()
)


class Listener(logging.Handler):
    """Hears what is logged, and finds in it what it was told is private."""

    def __init__(self) -> None:
        super().__init__()
        self._heard: list[str] = []
        self._words: set[str] = set()
        self._names: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line as the log has it, but not those of the mail server that the tests play themselves."""
        if record.name == "mail.log":
            return
        self._heard.append(self.format(record))

    def hear(self, text: str) -> None:
        """What another process has logged."""
        self._heard.append(text)

    def remember(self, *texts: object) -> None:
        """These are private: a text of one word, such as an address or a token, or a name of several."""
        for text in map(str, texts):
            if len(text) >= SHORTEST and _WORD.fullmatch(text):
                self._words.update((text, *(part for part in text.split(".") if len(part) > 40)))
            elif len(text) >= SHORTEST and _NAME.fullmatch(text):
                self._names.add(text)

    def remember_fields(self, body: Any) -> None:
        """What the private fields of a JSON body hold."""
        self.remember(*_private(body))

    def found(self) -> set[str]:
        """What of it was said. An address in a path may be written with per cent signs."""
        heard = "\n".join(self._heard)
        text = f"{heard}\n{unquote_plus(heard)}"
        said = {part for word in set(_WORD.findall(text)) for part in (word, word.strip("._-+"))}
        return (said & self._words) | {name for name in self._names if name in text}

    def complaint(self) -> str:
        """What was found, each with the line that it stands in."""
        lines = "\n".join(self._heard).splitlines()
        return "\n".join(
            f"{text}: {next((line for line in lines if text in line), 'written with per cent signs')[:2000]}"
            for text in sorted(self.found())
        )


listener = Listener()


def listen() -> None:
    """Hear this process's log, as it is written."""
    root = logging.getLogger()
    formatters = [handler.formatter for handler in root.handlers]
    listener.setFormatter(
        next(one for one in formatters if isinstance(one, structlog.stdlib.ProcessorFormatter))
    )
    root.addHandler(listener)


def _private(value: Any, field: str = "") -> Iterator[str]:
    if isinstance(value, str) and field in PRIVATE:
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _private(inner, name)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _private(inner, field)
