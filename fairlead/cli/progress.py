"""What a waiting person sees: each step, and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what begins, and after it how many seconds it took; a step that fails ends its line."""
    print(f"  {what} …", end="", flush=True)
    begin = time.monotonic()
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f" {time.monotonic() - begin:.1f} s", flush=True)


def say(line: str) -> None:
    """A line that is seen at once, also through a pipe."""
    print(line, flush=True)
