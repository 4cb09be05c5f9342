"""A person's data, taken out for good on request. What others must keep stays, and is told with the reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F

from fairlead.crm import handles, merging
from fairlead.crm.contacts import CONTACT
from fairlead.crm.models import Account, AccountContact, Contact, Lead, Merge
from fairlead.foundation import clock, versions
from fairlead.foundation.versions import Expected
from fairlead.records import history, idempotency, keeping, values, visibility
from fairlead.records.models import Attachment, Comment
from fairlead.tenancy.context import current_org_id

NAME = "Anonymised"
REMOVED = "[removed at the person's request]"


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays: how much of it, and why."""

    what: str
    count: int
    why: str


def _files(ids: Sequence[UUID]) -> Kept:
    count = Attachment.objects.filter(org_id=current_org_id(), kind=CONTACT.name, record_id__in=ids).count()
    return Kept(
        "attachments", count, "Whether a file tells of the person only people can say: remove those that do."
    )


def _leads(ids: Sequence[UUID]) -> Kept:
    count = Lead.objects.filter(org_id=current_org_id(), contact_id__in=ids).count()
    return Kept(
        "leads",
        count,
        "A lead that became this contact has names and addresses of its own: empty them there.",
    )


# Each floor that holds something about contacts says what of it stays; what there is none of is not told.
keepers: list[Callable[[Sequence[UUID]], Kept]] = [_files, _leads]


def anonymise(contact_id: UUID, *, version: Expected = None) -> list[Kept]:
    """Empty all that tells who a contact is, in it, in what was merged into it, in comments and history.

    There is no way back; a second time is the same. Raises `NotFound`, `NotPermitted`, `StaleVersion`. Returns
    what was kept.
    """
    visibility.require(CONTACT, "anonymise", contact_id)
    contacts = merging.lock_with_merged(CONTACT, contact_id)
    versions.require(contacts[contact_id].version, version)
    ids = [*contacts]
    for contact in contacts.values():
        _empty(contact)
    _empty_comments(ids)
    _empty_roles(ids)
    Merge.objects.filter(org_id=current_org_id(), kind=CONTACT.name, survivor_id__in=ids).update(fields={})
    handles.forget(ids)
    idempotency.forget_about(ids)
    history.empty(CONTACT.name, ids)
    history.write(CONTACT.name, contact_id, "anonymised", {})
    return [kept for keeper in keepers if (kept := keeper(ids)).count]


def _empty_roles(ids: Sequence[UUID]) -> None:
    links = AccountContact.objects.filter(org_id=current_org_id(), contact_id__in=ids)
    keeping.touch(Account, [*links.values_list("account_id", flat=True)])
    links.update(role="", title="")


def _empty(contact: Contact) -> None:
    contact.anonymised_at = contact.anonymised_at or clock.now()
    blank = {name: values.plain(_default(name)) for name in CONTACT.fields}
    keeping.put_back(CONTACT, contact, blank | {"first_name": NAME})


def _default(name: str) -> Any:
    return Contact._meta.get_field(name).get_default()  # type: ignore[union-attr]


def _empty_comments(ids: Sequence[UUID]) -> None:
    about = Comment.objects.filter(org_id=current_org_id(), kind=CONTACT.name, record_id__in=ids)
    about.exclude(text=REMOVED).update(text=REMOVED, version=F("version") + 1)
