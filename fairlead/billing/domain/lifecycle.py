"""The life of an invoice as data: which status follows which, what that takes, and what an invoice may undergo when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

PaymentState = Literal["unpaid", "partial", "paid"]


class Status(StrEnum):
    """Sent is issued; Pending is issued, and the money is on its way or waits for an approval."""

    DRAFT = "Draft"
    SENT = "Sent"
    PENDING = "Pending"
    PAID = "Paid"
    CANCELLED = "Cancelled"


class Effect(StrEnum):
    """What a command does besides writing the new status."""

    ISSUE = "issue"
    PAY_BALANCE = "pay_balance"
    VOID = "void"
    REVERSE_PAYMENTS = "reverse_payments"


class Action(StrEnum):
    """What else can be done to an invoice, and depends on its status."""

    EDIT = "edit"  # of what is printed
    DELETE = "delete"
    SEND_MAIL = "send_mail"
    PAY = "pay"
    REVERSE_PAYMENT = "reverse_payment"


class LifecycleError(Exception):
    """The invoice can't take that step. `field`: what to change in the request; the message says how."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class AdminNeeded(LifecycleError):
    """An admin could do it."""


@dataclass(frozen=True, slots=True)
class Transition:
    """`effects` in their order. `only_unpaid`: refused while anything is paid."""

    effects: tuple[Effect, ...] = ()
    needs_admin: bool = False
    needs_reason: bool = False
    only_unpaid: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a command carries out. Nothing changes where `changes` is False."""

    status: Status
    effects: tuple[Effect, ...]
    changes: bool


OPEN = frozenset({Status.SENT, Status.PENDING})

_D, _S, _E, _P, _C = Status  # Draft, Sent, pEnding, Paid, Cancelled
_CANCEL = Transition(needs_admin=True, only_unpaid=True)
_REOPEN = Transition((Effect.REVERSE_PAYMENTS,), needs_admin=True, needs_reason=True)
_ISSUED = "It is issued and cannot become a draft again: duplicate it, or cancel it."
_ENDED = "It is cancelled for good: duplicate it."

# From, to: the transition, or what to do instead.
TRANSITIONS: Mapping[tuple[Status, Status], Transition | str] = {
    (_D, _S): Transition((Effect.ISSUE,)),
    (_D, _E): Transition((Effect.ISSUE,)),
    (_D, _P): Transition((Effect.ISSUE, Effect.PAY_BALANCE)),
    (_D, _C): Transition((Effect.VOID,)),
    (_S, _D): _ISSUED,
    (_S, _E): Transition(),
    (_S, _P): Transition((Effect.PAY_BALANCE,)),
    (_S, _C): _CANCEL,
    (_E, _D): _ISSUED,
    (_E, _S): Transition(),
    (_E, _P): Transition((Effect.PAY_BALANCE,)),
    (_E, _C): _CANCEL,
    (_P, _D): "It is paid and cannot become a draft again: duplicate it, or credit it.",
    (_P, _S): _REOPEN,
    (_P, _E): _REOPEN,
    (_P, _C): "It is paid: credit it, or reverse its payments first.",
    (_C, _D): _ENDED,
    (_C, _S): _ENDED,
    (_C, _E): _ENDED,
    (_C, _P): _ENDED,
}

_FROZEN = "What is printed on an issued invoice is frozen: credit it, or duplicate it."
_UNISSUED = "It is a draft: issue it first, by the status Sent."

# What is refused, and what to do instead; the rest is allowed.
REFUSALS: Mapping[tuple[Action, Status], str] = {
    **{(Action.EDIT, status): _FROZEN for status in (_S, _E, _P, _C)},
    **{(Action.DELETE, status): "It is issued: cancel it, or credit it." for status in (_S, _E, _P)},
    (Action.DELETE, _C): "It is cancelled, and stays as the proof of its number.",
    (Action.SEND_MAIL, _C): _ENDED,
    (Action.PAY, _D): _UNISSUED,
    (Action.PAY, _P): "It is paid already.",
    (Action.PAY, _C): _ENDED,
    (Action.REVERSE_PAYMENT, _D): "It is a draft and has no payment.",
    (Action.REVERSE_PAYMENT, _C): "It is cancelled and has no payment.",
}


def plan(current: Status, wanted: Status, *, amount_paid: Decimal, is_admin: bool, reason: str) -> Plan:
    """How to get from one status to another; the same again is a plan that changes nothing.

    Raises `LifecycleError` (at `status`, or `reason` where one is missing), `AdminNeeded` where the caller is none.
    """
    if current is wanted:
        return Plan(current, (), changes=False)
    transition = TRANSITIONS[current, wanted]
    if isinstance(transition, str):
        raise LifecycleError("status", transition)
    if transition.needs_admin and not is_admin:
        raise AdminNeeded("status", f"Only an admin can make an invoice that is {current} {wanted}: ask one.")
    if transition.only_unpaid and amount_paid:
        raise LifecycleError(
            "status", f"{amount_paid} is paid on it: reverse the payments first, or credit it."
        )
    if transition.needs_reason and not reason.strip():
        raise LifecycleError("reason", "Give the reason, which its history keeps.")
    return Plan(wanted, transition.effects, changes=True)


def check(action: Action, status: Status) -> None:
    """Raise `LifecycleError` if an invoice of that status can't undergo the action."""
    if refusal := REFUSALS.get((action, status)):
        raise LifecycleError("status", refusal)


def after_payment(status: Status, amount_due: Decimal) -> Status:
    """The status once a payment is booked that leaves `amount_due`: a settled invoice is Paid."""
    return status if amount_due else Status.PAID


def payment_state(status: Status, amount_paid: Decimal, total: Decimal) -> PaymentState:
    """An invoice of nothing is unpaid until it is said to be Paid."""
    if status is Status.PAID or (amount_paid and amount_paid >= total):
        return "paid"
    return "partial" if amount_paid else "unpaid"


def is_overdue(
    status: Status, amount_due: Decimal, due_date: date | None, grace_until: date | None, today: date
) -> bool:
    """Issued, something due, and `grace_until`, or else the due date, before `today` in the organization's zone."""
    deadline = grace_until or due_date
    return status in OPEN and amount_due > 0 and deadline is not None and deadline < today
