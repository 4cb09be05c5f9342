"""The faults that `test_no_body_sets_what_is_not_its_own` must see."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from fairlead.api import changes
from fairlead.api.api import api
from fairlead.api.record_inputs import CommentIn
from tests import operations
from tests.api import test_strictness as strict
from tests.records import Ground


@pytest.mark.promise(25, sabotage="a read-only field is taken as if it could be changed")
def test_a_change_that_takes_all_it_is_given_is_seen(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "refuse_changes", lambda fields, present: None)
    _see("PUT /api/org/{org_id}/", ground)


@pytest.mark.promise(25, sabotage="names that a body does not have are passed over")
def test_a_body_that_takes_any_name_is_seen(ground: Ground) -> None:
    with _lax():
        _see("POST /api/invoices/comment/{record_id}/", ground)


def _see(operation: str, ground: Ground) -> None:
    [found] = [one for one in operations.every() if str(one) == operation]
    with pytest.raises(AssertionError, match=r"assert 20[01] == 4(00|22)"):
        strict.test_no_body_sets_what_is_not_its_own(found, ground, lambda *_: None)


@contextmanager
def _lax() -> Iterator[None]:
    """A comment as if its body had been written without care; the operation's own model was made of it."""
    _rebuild("ignore")
    try:
        yield
    finally:
        _rebuild("forbid")


def _rebuild(extra: Any) -> None:
    CommentIn.model_config["extra"] = extra
    CommentIn.model_rebuild(force=True)
    for bound in api._get_bound_routers():
        for operation in (one for view in bound.path_operations.values() for one in view.operations):
            if operation.view_func.__module__ == "fairlead.api.invoice_comments":
                for model in operation.models:
                    model.model_rebuild(force=True)
