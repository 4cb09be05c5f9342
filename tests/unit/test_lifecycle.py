"""The lifecycle, over all pairs of statuses and all actions, against the table of the design written out once more."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from fairlead.billing.domain.lifecycle import (
    REFUSALS,
    TRANSITIONS,
    Action,
    AdminNeeded,
    Effect,
    LifecycleError,
    Plan,
    Status,
    after_payment,
    check,
    is_overdue,
    payment_state,
    plan,
)

DRAFT, SENT, PENDING, PAID, CANCELLED = Status
ISSUE, PAY, VOID, REVERSE = Effect
PAIRS = list(product(Status, Status))

# What an admin with a reason reaches while nothing is paid: the effects in their order. All else is refused.
REACHED: dict[tuple[Status, Status], tuple[Effect, ...]] = {
    (DRAFT, SENT): (ISSUE,),
    (DRAFT, PENDING): (ISSUE,),
    (DRAFT, PAID): (ISSUE, PAY),
    (DRAFT, CANCELLED): (VOID,),
    (SENT, PENDING): (),
    (SENT, PAID): (PAY,),
    (SENT, CANCELLED): (),
    (PENDING, SENT): (),
    (PENDING, PAID): (PAY,),
    (PENDING, CANCELLED): (),
    (PAID, SENT): (REVERSE,),
    (PAID, PENDING): (REVERSE,),
}
ADMIN_ONLY = {(SENT, CANCELLED), (PENDING, CANCELLED), (PAID, SENT), (PAID, PENDING)}
WITH_REASON = {(PAID, SENT), (PAID, PENDING)}
ONLY_UNPAID = {(SENT, CANCELLED), (PENDING, CANCELLED)}
ZERO, TEN = Decimal(0), Decimal("10.00")


def planned(
    current: Status, wanted: Status, paid: Decimal = ZERO, *, admin: bool = True, reason: str = "typo"
) -> Plan:
    return plan(current, wanted, amount_paid=paid, is_admin=admin, reason=reason)


def test_the_table_knows_every_change() -> None:
    assert set(TRANSITIONS) == {(current, wanted) for current, wanted in PAIRS if current is not wanted}


@pytest.mark.parametrize("status", Status)
def test_the_same_again_changes_nothing(status: Status) -> None:
    assert planned(status, status, TEN, admin=False, reason="") == Plan(status, (), changes=False)


@pytest.mark.parametrize(("current", "wanted"), [pair for pair in PAIRS if pair[0] is not pair[1]])
def test_every_change(current: Status, wanted: Status) -> None:
    pair = (current, wanted)
    if pair in REACHED:
        assert planned(current, wanted) == Plan(wanted, REACHED[pair], changes=True)
        return
    with pytest.raises(LifecycleError) as caught:
        planned(current, wanted)
    assert caught.value.field == "status"
    assert any(way in caught.value.message for way in ("duplicate it", "credit it"))


@pytest.mark.parametrize(("current", "wanted"), sorted(REACHED))
def test_what_a_change_needs(current: Status, wanted: Status) -> None:
    pair = (current, wanted)
    if pair in ADMIN_ONLY:
        with pytest.raises(AdminNeeded):
            planned(current, wanted, admin=False)
    else:
        assert planned(current, wanted, admin=False).changes
    if pair in WITH_REASON:
        for blank in ("", " \n"):
            with pytest.raises(LifecycleError) as caught:
                planned(current, wanted, TEN, reason=blank)
            assert caught.value.field == "reason"
    else:
        assert planned(current, wanted, reason="").changes
    if pair in ONLY_UNPAID:
        with pytest.raises(LifecycleError, match=r"10\.00 is paid on it: reverse the payments first"):
            planned(current, wanted, TEN)
    else:
        assert planned(current, wanted, TEN).changes


ALLOWED = {
    Action.EDIT: {DRAFT},
    Action.DELETE: {DRAFT},
    Action.SEND_MAIL: {DRAFT, SENT, PENDING, PAID},
    Action.PAY: {SENT, PENDING},
    Action.REVERSE_PAYMENT: {SENT, PENDING, PAID},
}


@pytest.mark.parametrize(("action", "status"), list(product(Action, Status)))
def test_every_action(action: Action, status: Status) -> None:
    if status in ALLOWED[action]:
        check(action, status)
        return
    with pytest.raises(LifecycleError) as caught:
        check(action, status)
    assert caught.value.message == REFUSALS[action, status]


def test_a_payment_settles() -> None:
    assert after_payment(PENDING, TEN) is PENDING
    assert after_payment(PENDING, ZERO) is PAID


@pytest.mark.parametrize(
    ("status", "paid", "total", "state"),
    [
        (DRAFT, 0, 100, "unpaid"),
        (SENT, 0, 100, "unpaid"),
        (SENT, 1, 100, "partial"),
        (SENT, 99, 100, "partial"),
        (PAID, 100, 100, "paid"),
        (SENT, 100, 100, "paid"),
        (SENT, 0, 0, "unpaid"),
        (PAID, 0, 0, "paid"),
        (CANCELLED, 0, 100, "unpaid"),
    ],
)
def test_payment_state(status: Status, paid: int, total: int, state: str) -> None:
    assert payment_state(status, Decimal(paid), Decimal(total)) == state


DUE, BEFORE, AFTER = date(2028, 2, 29), date(2028, 2, 28), date(2028, 3, 1)


@pytest.mark.parametrize(
    ("status", "due", "due_date", "grace_until", "today", "overdue"),
    [
        (SENT, TEN, DUE, None, AFTER, True),
        (PENDING, TEN, DUE, None, AFTER, True),
        (SENT, TEN, DUE, None, DUE, False),
        (SENT, TEN, DUE, AFTER, AFTER, False),
        (SENT, TEN, AFTER, BEFORE, DUE, True),
        (SENT, TEN, None, None, AFTER, False),
        (SENT, TEN, None, DUE, AFTER, True),
        (SENT, ZERO, DUE, None, AFTER, False),
        (DRAFT, TEN, DUE, None, AFTER, False),
        (PAID, ZERO, DUE, None, AFTER, False),
        (CANCELLED, TEN, DUE, None, AFTER, False),
    ],
)
def test_overdue(
    status: Status,
    due: Decimal,
    due_date: date | None,
    grace_until: date | None,
    today: date,
    *,
    overdue: bool,
) -> None:
    assert is_overdue(status, due, due_date, grace_until, today) is overdue
