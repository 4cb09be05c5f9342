"""Child processes that never outlive the one that started them."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, TypedDict

_PR_SET_PDEATHSIG = 1
# Looked up here: after a fork nothing may be loaded any more. Other systems than Linux have no prctl.
_prctl: Callable[[int, int], int] | None = getattr(ctypes.CDLL(None), "prctl", None)


def die_with_uv() -> None:
    """Where `uvx` or `uv run` stands above us, end with it: a signal that it cannot pass on would leave us behind."""
    parent = os.getppid()
    try:
        name = Path(f"/proc/{parent}/comm").read_text().strip()
    except OSError:
        return
    if name in {"uv", "uvx"}:
        die_with_parent(signal.SIGTERM, parent)


class Demotion(TypedDict, total=False):
    """The arguments of `subprocess` that make a child run as somebody else."""

    user: int
    group: int
    extra_groups: list[int]


def die_with_parent(stop_signal: signal.Signals, parent: int) -> None:
    """Have the kernel send this process `stop_signal` when `parent` ends, whatever ends it.

    Call it in the child, from the main thread, after any change of user: that clears it again.
    """
    if _prctl:
        _prctl(_PR_SET_PDEATHSIG, stop_signal)
    if os.getppid() != parent:
        os._exit(1)


def spawn(
    command: Sequence[str | Path],
    *,
    log: IO[bytes],
    environment: Mapping[str, str],
    stop_signal: signal.Signals = signal.SIGTERM,
    user: tuple[int, int] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in its own session (so Ctrl-C reaches only us) that ends when we do, its output in `log`.

    `user` is the uid and gid it runs as. Only from the main thread: the child is bound to the thread that starts it.
    """
    parent = os.getpid()
    return subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        # Safe while no other thread runs, which is the rule here anyway.
        preexec_fn=lambda: die_with_parent(stop_signal, parent),  # noqa: PLW1509
        **demotion(user),
    )


def demotion(user: tuple[int, int] | None) -> Demotion:
    """How a child runs as `user` (uid, gid); None: as we do."""
    return {} if user is None else {"user": user[0], "group": user[1], "extra_groups": []}


def stop(
    process: subprocess.Popen[bytes], first: signal.Signals, seconds: float, last: signal.Signals
) -> None:
    """End a child: `first`, and `last` if it is still there after `seconds`."""
    if process.poll() is None:
        process.send_signal(first)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(last)
            process.wait()


def working_in(folder: Path) -> set[int]:
    """The live processes whose working directory is `folder`."""
    return {int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _works_in(entry, folder)}


def gone_within(seconds: float, condition: Callable[[], object]) -> bool:
    """Wait until `condition` is falsy; False when it still holds after `seconds`."""
    end = time.monotonic() + seconds
    while condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _works_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink() == folder
    except OSError:
        return False
