"""One installation for all tests that leave it whole: each start costs seconds of both cores."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation


@pytest.fixture(scope="session")
def standing() -> Iterator[Installation]:
    """Started or not. Its tests bear `xdist_group("up")`, and make organizations of their own."""
    # One that the server's user may enter, unlike pytest's own.
    folder = Path(tempfile.mkdtemp(prefix="fairlead-test-up-"))
    folder.chmod(0o711)
    installation = Installation(folder / "one")
    yield installation
    installation.clean_up()
    shutil.rmtree(folder)


@pytest.fixture
def running(standing: Installation) -> Installation:
    """The same, at work."""
    return standing if standing.is_running() else standing.start()


@pytest.fixture
def stopped(standing: Installation) -> Iterator[Installation]:
    """The same, with data, and ended."""
    if not standing.data.exists():
        standing.start()
    if standing.is_running():
        standing.end(signal.SIGTERM)
    yield standing
    standing.clean_up()
