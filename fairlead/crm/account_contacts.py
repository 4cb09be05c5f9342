"""Who is what at which account: a list that can be set from either side."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.db import connection

from fairlead.crm.models import AccountContact, Contact
from fairlead.foundation.errors import InvalidInput
from fairlead.records import history, keeping, kinds, visibility
from fairlead.records.models import ManagedRecord
from fairlead.tenancy import rows
from fairlead.tenancy.context import current_actor


@dataclass(frozen=True, slots=True)
class Side:
    """The list as a record of kind `mine` has it, of entries whose `id` is one of kind `theirs`.

    What who acts does not see is not in it, and stays when the list is replaced.
    """

    mine: str
    theirs: str

    @property
    def back(self) -> "Side":
        """The same list as the others have it."""
        return Side(self.theirs, self.mine)

    def read(self, record: Any) -> list[Any]:
        """Entries of `id`, `role`, `title`, and `is_primary` as a contact's accounts have it."""
        return self.of(record.org_id, [record.id])[record.id]

    def of(self, org_id: UUID, ids: Iterable[UUID]) -> dict[UUID, list[Any]]:
        """The entries of several records."""
        found: dict[UUID, list[Any]] = {one: [] for one in ids}
        for mine, other, role, title, is_primary in self._seen(org_id, [*found]):
            entry = {"id": str(other), "role": role, "title": title, "is_primary": is_primary}
            found[mine].append(entry if self.mine == "contact" else _without_primary(entry))
        return found

    def write(self, record: Any, given: list[Any]) -> None:
        """Store these in place of what is seen, and tell the others of it. Raises `InvalidInput` by path."""
        before = {UUID(one["id"]): one for one in self.read(record)}
        wanted = self._checked(given, before.keys())
        gone = before.keys() - wanted.keys()
        words = {
            other: {"role": entry.get("role") or "", "title": entry.get("title") or ""}
            for other, entry in wanted.items()
        }
        changed = {other for other in words if before.get(other, {}) | words[other] != before.get(other)}
        links = AccountContact.objects.filter(org_id=record.org_id, **{f"{self.mine}_id": record.id})
        with self.back.told(record.org_id, gone | changed):
            links.filter(**{f"{self.theirs}_id__in": gone}).delete()
            for other in changed:
                if other in before:
                    links.filter(**{f"{self.theirs}_id": other}).update(**words[other])
                else:
                    ends = {f"{self.mine}_id": record.id, f"{self.theirs}_id": other}
                    rows.insert(AccountContact(org_id=record.org_id, **ends, **words[other]))
        if self.mine == "contact":
            _set_primary(record, given, gone)
        else:
            Contact.objects.filter(org_id=record.org_id, id__in=gone, primary_account=record.id).update(
                primary_account=None
            )

    @contextmanager
    def told(self, org_id: UUID, ids: Collection[UUID]) -> Iterator[None]:
        """What is done inside to the lists of these records stands in their history, as their next version."""
        if not ids:
            yield
            return
        before = self.of(org_id, ids)
        yield
        kind, name, after = kinds.named(self.mine), f"{self.theirs}s", self.of(org_id, ids)
        changed = [one for one in sorted(ids) if before[one] != after[one]]
        keeping.touch(cast(type[ManagedRecord], kind.model), changed)
        for one in changed:
            history.write(kind.name, one, "changed", {name: [before[one], after[one]]})

    def _checked(self, given: list[Any], before: Collection[UUID]) -> dict[UUID, Any]:
        wanted: dict[UUID, Any] = {}
        for position, entry in enumerate(given):
            path = f"{self.theirs}s.{position}.id"
            if entry["id"] in wanted:
                raise InvalidInput.of(path, f"This {self.theirs} stands here twice: name it once.")
            if entry["id"] not in before:
                keeping.require_usable(path, kinds.named(self.theirs), entry["id"])
            wanted[entry["id"]] = entry
        return wanted

    def _seen(self, org_id: UUID, ids: list[UUID]) -> list[tuple[Any, ...]]:
        sql = f"""SELECT l.{self.mine}_id, o.id, l.role, l.title, l.account_id IS NOT DISTINCT FROM c.primary_account_id
            FROM crm_accountcontact l JOIN crm_contact c ON c.org_id = l.org_id AND c.id = l.contact_id
            JOIN crm_{self.theirs} o ON o.org_id = l.org_id AND o.id = l.{self.theirs}_id
            WHERE l.org_id = %s AND l.{self.mine}_id = ANY(%s) AND {usable("o")} ORDER BY o.id"""
        with connection.cursor() as cursor:
            cursor.execute(*visibility.for_actor(sql, [org_id, ids], current_actor()))
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
    org_id = current_actor().org_id
    if contact_id in people_at(account_id):
        return
    at_account, of_contact = Side("account", "contact"), Side("contact", "account")
    with at_account.told(org_id, [account_id]), of_contact.told(org_id, [contact_id]):
        rows.insert(AccountContact(org_id=org_id, account_id=account_id, contact_id=contact_id, title=title))
