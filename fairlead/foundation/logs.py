"""How events are logged: one JSON object a line, with the process's name; never names, addresses, tokens or amounts."""

import traceback
from types import TracebackType
from typing import Any

import structlog


def _without_words(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    """Where each error of the chain was raised and what kind it is, the first one first.

    Not its words: a database's repeat the row that it refused, a parser's the text that it could not read.
    """
    error: BaseException | None = exc_info[1]
    told: list[str] = []
    while error:
        kind = type(error)
        told.append(
            "".join(traceback.format_tb(error.__traceback__)) + f"{kind.__module__}.{kind.__qualname__}"
        )
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\n".join(reversed(told))


_STEPS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.ExceptionRenderer(_without_words),
]


def configure() -> None:
    """Send structlog's events the way of the standard library's, so that there is one stream."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_STEPS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def standard_library(level: str) -> dict[str, Any]:
    """The LOGGING setting: everything as JSON lines to standard error, from `level` on."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _STEPS,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        # Its lines for every refused request hold the path, which may hold a name that was searched for.
        "loggers": {"django.request": {"level": "ERROR"}, "procrastinate": {"level": "WARNING"}},
    }
