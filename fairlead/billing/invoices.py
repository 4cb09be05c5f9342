"""Invoices: made, changed, issued, cancelled, deleted. Each verb does its work in the caller's transaction.

Errors are those of `foundation.errors`; `version` is what the caller last read, None where any will do.
"""

from typing import Any
from uuid import UUID

from fairlead.billing import about, drafts, editing, issuing, numbering, payments, snapshots, visibility
from fairlead.billing.domain import lifecycle
from fairlead.billing.domain.lifecycle import Action, Effect, Status
from fairlead.billing.drafts import KIND, Draft
from fairlead.billing.models import Invoice
from fairlead.billing.numbering import Series
from fairlead.billing.refusals import refused
from fairlead.foundation import clock
from fairlead.foundation.errors import DomainError, InvalidInput, StaleVersion
from fairlead.foundation.versions import Expected
from fairlead.records import history, removal, values
from fairlead.tenancy.context import actor_id, current_actor, current_org_id


def create(given: dict[str, Any]) -> UUID:
    """Make a draft of the given fields, then take the step to `status` if one is given. Returns its id."""
    given = dict(given)
    status, number = Status(given.pop("status", Status.DRAFT)), given.pop("invoice_number", None)
    series = numbering.series_of_invoices()
    draft = Draft(_new(series))
    about.refer(draft.invoice, given)
    if given.get("account"):
        given = about.of_account(given["account"]) | given
    editing.edit(draft, given)
    _insert(draft, series, number)
    if status is not Status.DRAFT:
        _step(draft, status, reason="")
    return draft.invoice.id


def change(invoice_id: UUID, given: dict[str, Any], *, version: Expected = None) -> None:
    """Change the fields given, then take the step to `status` if one is given. Without a difference nothing happens."""
    invoice = visibility.lock("change", invoice_id)
    require_version(invoice, version)
    given = dict(given)
    status = Status(given.pop("status", invoice.status))
    draft = drafts.read(invoice)
    _edit(draft, given)
    if status != invoice.status:
        _step(draft, status, reason="")


def set_status(invoice_id: UUID, status: Status, reason: str = "", *, version: Expected = None) -> None:
    """Take one step of the lifecycle, with all that belongs to it. The same status again changes nothing."""
    invoice = visibility.lock("set_status", invoice_id)
    require_version(invoice, version)
    _step(drafts.read(invoice), status, reason)


def issue(invoice_id: UUID) -> Invoice:
    """Issue a draft; an invoice that is issued already is left as it is. Raises `InvalidTransition` if cancelled."""
    invoice = visibility.lock("issue", invoice_id)
    with refused():
        lifecycle.check(Action.SEND_MAIL, Status(invoice.status))
    if invoice.is_draft:
        _step(drafts.read(invoice), Status.SENT, reason="")
    return invoice


def delete(invoice_id: UUID, *, version: Expected = None) -> None:
    """Delete a draft with its comments and files. Its number stays in the register as void."""
    invoice = visibility.lock("delete", invoice_id)
    require_version(invoice, version)
    with refused():
        lifecycle.check(Action.DELETE, Status(invoice.status))
    before = snapshots.take(drafts.read(invoice))
    history.write(
        KIND, invoice.id, "deleted", {name: [value, None] for name, value in before.items() if value}
    )
    removal.remove_all(KIND, invoice.id)
    numbering.void(invoice, "The draft was deleted.")
    Invoice.objects.filter(org_id=invoice.org_id, id=invoice.id).delete()


def duplicate(invoice_id: UUID) -> UUID:
    """A new draft with the same customer, lines, total and texts, not dated yet. Returns its id."""
    visibility.require("duplicate", invoice_id)
    series = numbering.series_of_invoices()
    source = drafts.read(Invoice.objects.get(org_id=current_org_id(), id=invoice_id))
    draft = editing.copy(source, _new(series))
    _insert(draft, series, None)
    return draft.invoice.id


def require_version(invoice: Invoice, version: Expected) -> None:
    """Raise `StaleVersion` where the invoice is not a version that the caller expects."""
    if version is not None and invoice.version not in version:
        raise StaleVersion(f"It is version {invoice.version} now: read it again and repeat your change.")


def _new(series: Series) -> Invoice:
    return Invoice(
        org_id=series.org_id,
        currency=series.currency,
        language=series.language,
        payment_terms=series.payment_terms,
        from_address=series.address or None,
        created_by_id=actor_id(),
    )


def _insert(draft: Draft, series: Series, number: str | None) -> None:
    """Store a new draft with the number given, or the next one where drafts have one."""
    drafts.insert(draft)
    history.write(KIND, draft.invoice.id, "created", {})
    if number:
        numbering.choose(draft.invoice, series, number)
        _save(draft.invoice, ["number"])
    elif series.number_on == "create":
        numbering.take(draft.invoice, series, clock.today(series.time_zone))


def _edit(draft: Draft, given: dict[str, Any]) -> None:
    invoice = draft.invoice
    number = given.pop("invoice_number", invoice.number)
    before, fixed_tax = snapshots.take(draft), invoice.fixed_tax
    try:
        editing.edit(draft, given)
    except DomainError:
        if not invoice.is_draft:
            _refuse_frozen(given.keys(), values.differences(before, snapshots.of_given(given, before)))
        raise
    after = {**snapshots.take(draft), "invoice_number": number}
    changes = values.differences(before, after)
    if not changes and invoice.fixed_tax != fixed_tax:  # an amount of nothing, which the sums do not show
        changes = {"tax": [before["tax"], after["tax"]]}
    if not changes:
        return
    if not invoice.is_draft:
        _refuse_frozen(given.keys(), changes)
    if "invoice_number" in changes:
        _renumber(invoice, number)
    _stamp(invoice)
    drafts.update(draft, changes)
    history.write(KIND, invoice.id, "changed", changes)


def _refuse_frozen(given: Any, changes: dict[str, list[Any]]) -> None:
    frozen = changes.keys() - snapshots.NOT_PRINTED
    named = [name for name in given if name in frozen] or sorted(frozen)
    message = "This is printed on the issued invoice and frozen: duplicate the invoice, or credit it."
    if frozen:
        raise InvalidInput(f"{named[0]}: {message}", errors={name: [message] for name in named})


def _renumber(invoice: Invoice, number: str | None) -> None:
    """Another number for a draft; the one it had stays in the register as void."""
    if not number:
        raise InvalidInput.of("invoice_number", "A number cannot be taken away: give another one.")
    numbering.void(invoice, "The draft was given another number.")
    numbering.choose(invoice, numbering.series_of_invoices(), number)


def _step(draft: Draft, wanted: Status, reason: str) -> None:
    invoice = draft.invoice
    status = Status(invoice.status)
    with refused():
        plan = lifecycle.plan(
            status,
            wanted,
            amount_paid=invoice.amount_paid,
            is_admin=current_actor().is_admin,
            reason=reason,
        )
    if not plan.changes:
        return
    before = snapshots.take(draft)
    if wanted in lifecycle.OPEN:
        invoice.open_status = wanted
    _carry_out(draft, plan.effects, reason)
    if invoice.status != wanted:
        invoice.status = wanted
        _stamp(invoice)
        _save(invoice, ["status", "open_status", "amount_paid", "updated_on", "version"])
    changes = values.differences(before, snapshots.take(draft))
    if reason:
        changes["reason"] = [None, reason]
    history.write(KIND, invoice.id, "status", changes, status=(status.value, wanted.value))


def _carry_out(draft: Draft, effects: tuple[Effect, ...], reason: str) -> None:
    invoice = draft.invoice
    for effect in effects:
        match effect:
            case Effect.ISSUE:
                issuing.issue(draft)
            case Effect.PAY_BALANCE:
                payments.pay_balance(invoice)
            case Effect.REVERSE_PAYMENTS:
                payments.reverse_all(invoice, reason)
            case Effect.VOID:
                numbering.void(invoice, "The draft was cancelled.")


def _stamp(invoice: Invoice) -> None:
    invoice.version += 1
    invoice.updated_on = clock.now()


def _save(invoice: Invoice, fields: list[str]) -> None:
    invoice.save(update_fields=fields)
