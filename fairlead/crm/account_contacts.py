"""Who is what at which account: a list that can be set from either side."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from fairlead.crm.models import AccountContact, Contact
from fairlead.foundation.errors import InvalidInput
from fairlead.records import keeping, kinds, visibility
from fairlead.tenancy import rows
from fairlead.tenancy.context import current_actor


@dataclass(frozen=True, slots=True)
class Side:
    """The list as a record of kind `mine` has it, of entries whose `id` is one of kind `theirs`.

    What who acts does not see is not in it, and stays when the list is replaced.
    """

    mine: str
    theirs: str

    def read(self, record: Any) -> list[Any]:
        """Entries of `id`, `role`, `title`, and `is_primary` as a contact's accounts have it."""
        entries = [
            {"id": str(other), "role": role, "title": title, "is_primary": is_primary}
            for other, role, title, is_primary in self._seen(record)
        ]
        return entries if self.mine == "contact" else [_without_primary(one) for one in entries]

    def write(self, record: Any, given: list[Any]) -> None:
        """Store these in place of what is seen. Raises `InvalidInput` by path."""
        before = {UUID(one["id"]) for one in self.read(record)}
        wanted = self._checked(given, before)
        links = AccountContact.objects.filter(org_id=record.org_id, **{f"{self.mine}_id": record.id})
        gone = before - wanted.keys()
        links.filter(**{f"{self.theirs}_id__in": gone}).delete()
        for other, entry in wanted.items():
            words = {"role": entry.get("role") or "", "title": entry.get("title") or ""}
            if other in before:
                links.filter(**{f"{self.theirs}_id": other}).update(**words)
            else:
                ends = {f"{self.mine}_id": record.id, f"{self.theirs}_id": other}
                rows.insert(AccountContact(org_id=record.org_id, **ends, **words))
        if self.mine == "contact":
            _set_primary(record, given, gone)

    def _checked(self, given: list[Any], before: set[UUID]) -> dict[UUID, Any]:
        wanted: dict[UUID, Any] = {}
        for position, entry in enumerate(given):
            path = f"{self.theirs}s.{position}.id"
            if entry["id"] in wanted:
                raise InvalidInput.of(path, f"This {self.theirs} stands here twice: name it once.")
            if entry["id"] not in before:
                keeping.require_usable(path, kinds.named(self.theirs), entry["id"])
            wanted[entry["id"]] = entry
        return wanted

    def _seen(self, record: Any) -> list[tuple[Any, ...]]:
        sql = f"""SELECT o.id, l.role, l.title, l.account_id IS NOT DISTINCT FROM c.primary_account_id
            FROM crm_accountcontact l JOIN crm_contact c ON c.org_id = l.org_id AND c.id = l.contact_id
            JOIN crm_{self.theirs} o ON o.org_id = l.org_id AND o.id = l.{self.theirs}_id
            WHERE l.org_id = %s AND l.{self.mine}_id = %s AND {usable("o")} ORDER BY o.id"""
        with connection.cursor() as cursor:
            cursor.execute(*visibility.for_actor(sql, [record.org_id, record.id], current_actor()))
            return list(cursor.fetchall())


def usable(row: str) -> str:
    """The condition for the other end of a link to be shown."""
    return f"{row}.archived_at IS NULL AND {row}.merged_into_id IS NULL AND {visibility.seen(row)}"


def _without_primary(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "is_primary"}


def _set_primary(contact: Contact, given: list[Any], gone: set[UUID]) -> None:
    """The one that says so, or the one before; one that is not seen stays."""
    primary = [one["id"] for one in given if one.get("is_primary")]
    if len(primary) > 1:
        raise InvalidInput.of("accounts", "Only one account can be the primary one.")
    said = any("is_primary" in one for one in given if one["id"] == contact.primary_account_id)
    if primary:
        contact.primary_account_id = primary[0]
    elif contact.primary_account_id in gone or said:
        contact.primary_account_id = None
    Contact.objects.filter(org_id=contact.org_id, id=contact.id).update(
        primary_account=contact.primary_account_id
    )


def people_at(account_id: UUID) -> list[UUID]:
    """The contacts of an account."""
    at = AccountContact.objects.filter(org_id=current_actor().org_id, account_id=account_id)
    return [*at.values_list("contact_id", flat=True)]


def bring_together(account_id: UUID, contact_id: UUID, *, title: str = "") -> None:
    """Let a person be at an account; who is there already stays as they are."""
    if contact_id not in people_at(account_id):
        rows.insert(
            AccountContact(
                org_id=current_actor().org_id, account_id=account_id, contact_id=contact_id, title=title
            )
        )
