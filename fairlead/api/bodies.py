"""Bodies as they come from the network, some of them slowly: a thread that waits for one serves nobody meanwhile."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from fairlead.foundation.errors import MalformedRequest, Overloaded

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# Who has waited no longer than this is likely to be done in a moment.
BRISK_SECONDS = 0.2


class Stream(Protocol):
    """What a server hands us: a read that waits until it has so many bytes, or the end."""

    def read(self, size: int, /) -> bytes: ...

    def readline(self, size: int, /) -> bytes: ...


class Places:
    """So many threads may wait for a body at once, in a `with`. Raises `Overloaded` where all places are taken."""

    def __init__(self, count: int) -> None:
        self._free = threading.Semaphore(count)
        self._begun: dict[int, float] = {}

    def __enter__(self) -> None:
        if not self._free.acquire(timeout=self._patience()):
            raise Overloaded(
                "Too many requests are being received slowly just now: try again.",
                headers={"Retry-After": "5"},
            )
        self._begun[threading.get_ident()] = time.monotonic()

    def __exit__(self, *_: object) -> None:
        del self._begun[threading.get_ident()]
        self._free.release()

    def _patience(self) -> float:
        brisk_since = time.monotonic() - BRISK_SECONDS
        return BRISK_SECONDS if any(begun > brisk_since for begun in [*self._begun.values()]) else 0


class Body:
    """A request's body. Raises `MalformedRequest` where it ends before it is whole."""

    def __init__(self, stream: Stream, places: Places) -> None:
        self._stream = stream
        self._places = places

    def read(self, size: int) -> bytes:
        """Django asks for no more than Content-Length has left."""
        with self._places:
            data = self._stream.read(size)
        if len(data) < size:
            raise MalformedRequest("The body ended before it was whole: send it again.")
        return data

    def readline(self, size: int) -> bytes:
        """Nothing of ours reads by lines."""
        with self._places:
            return self._stream.readline(size)


def guard(application: Application, threads: int) -> Application:
    """The same application, with one of its threads always free for requests that bring no body."""
    places = Places(max(1, threads - 1))

    def handle(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"] = Body(environ["wsgi.input"], places)
        return application(environ, start_response)

    return handle
