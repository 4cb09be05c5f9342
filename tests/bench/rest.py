"""What all of it takes while nobody asks anything: a fresh `fairlead up`."""

import os
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from tests.bench.ground import Ground
from tests.bench.rows import Row
from tests.bench.serving import memory
from tests.installation import Installation

_SETTLED_SECONDS = 10


def rest(_: Ground) -> Iterator[Row]:
    """MiB of every process of an installation that was just made."""
    folder = Path(tempfile.mkdtemp(prefix="fairlead-bench-rest-"))
    folder.chmod(0o711)
    installation = Installation(folder / "one")
    parts: Counter[str] = Counter()
    try:
        with _own_settings():
            launcher = installation.start().launcher
        assert launcher
        time.sleep(_SETTLED_SECONDS)
        for pid in _tree(launcher.pid):
            parts[_part(pid)] += round(memory(pid))
    finally:
        if installation.is_running():
            installation.end(signal.SIGTERM)
        installation.clean_up()
        shutil.rmtree(folder)
    shown = ", ".join(f"{name} {mebibytes}" for name, mebibytes in parts.most_common())
    yield Row("everything at rest", f"{parts.total()} MiB: {shown}", parts.total(), 500)


@contextmanager
def _own_settings() -> Iterator[None]:
    """None of those that point at the ground."""
    with mock.patch.dict(os.environ):
        for name in [*os.environ]:
            if name.startswith(("DATABASE_", "FAIRLEAD_")):
                del os.environ[name]
        yield


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _tree(int(child))


def _part(pid: int) -> str:
    command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    names = {
        "fairlead up": "up",
        "fairlead serve": "web",
        "fairlead worker": "worker",
        "postgres": "database",
    }
    return next((name for words, name in names.items() if words in command), "others")
