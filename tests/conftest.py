"""What every test stands on: a database of its own process, served as the app role, never rolled back.

Tests make their own organizations (`tests/world.py`), so they run in any order and beside each other.
"""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker
from pytest_django.plugin import blocking_manager_key

from tests import database, leaks
from tests.records import Ground, make_cast
from tests.settings import TEST_FOLDER
from tests.surgery import another_database
from tests.world import World, make_world

pytest_plugins = ["tests.promises.plugin"]
# How fast cases are made says how busy the machine is, and nothing of the code.
_PROFILE = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("P", _PROFILE, max_examples=50)
hypothesis.settings.register_profile("N", _PROFILE, max_examples=500)
hypothesis.settings.load_profile("P" if os.environ.get("FAIRLEAD_TEST_TIER", "P") == "P" else "N")

_server = pytest.StashKey[database.TestServer]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the server in the one process that leads, before it starts the others."""
    if hasattr(config, "workerinput"):
        database.use(config.workerinput["database"])
    elif _needs_database(config):
        config.stash[_server] = server = database.TestServer()
        with config.stash[blocking_manager_key].unblock():
            server.prepare()
        if not _has_workers(config):
            database.use(server.clone("main"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give each worker of pytest-xdist a database."""
    node.workerinput["database"] = node.config.stash[_server].clone(node.workerinput["workerid"])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and remove all that the run has written."""
    if hasattr(config, "workerinput"):
        return
    if server := config.stash.get(_server, None):
        server.close()
    shutil.rmtree(TEST_FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The database stands already: pytest-django has none to make."""


@pytest.fixture(scope="session", autouse=True)
def _open_database(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session", autouse=True)
def _nothing_private_is_logged() -> Iterator[None]:
    """Whatever ran, in this process and beside it: no name, address or secret of it is in a log."""
    leaks.listen()
    leaks.listener.remember(settings.SECRET_KEY, database.in_use.get("app"), database.in_use.get("owner"))
    yield
    leaks.listener.hear(database.server_log())
    found = leaks.listener.complaint()
    assert not found, f"what is private was logged while the tests ran (tests/leaks.py):\n{found}"


@pytest.fixture(scope="module", autouse=True)
def _leave_no_jobs() -> Iterator[None]:
    """A worker that a later test runs would do them all first."""
    yield
    if connection.connection is not None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")


@pytest.fixture(scope="module")
def own_database() -> Iterator[None]:
    """A database for the tests of one module: what goes through every organization would find those of all tests."""
    with another_database():
        yield


@pytest.fixture(scope="module")
def ground() -> Ground:
    """One Acme for those tests of a module that change nothing in it: to make it takes longer than a refusal."""
    return Ground(make_cast(make_world()))


@pytest.fixture
def world() -> World:
    """Acme and Globex, new for this test."""
    return make_world()


def _has_workers(config: pytest.Config) -> bool:
    return bool(config.getoption("numprocesses", None))


def _needs_database(config: pytest.Config) -> bool:
    """Pure tests alone start in a blink."""
    if config.option.collectonly or config.option.help:
        return False
    chosen = [os.path.relpath(argument, config.rootpath) for argument in config.args]
    return _has_workers(config) or not all(path.startswith("tests/unit") for path in chosen)
