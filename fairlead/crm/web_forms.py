"""Forms on websites whose entries become leads: their keys, and whom each entry is given to."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from fairlead.crm import leads, reaching
from fairlead.crm.models import Lead, WebForm
from fairlead.foundation import versions
from fairlead.foundation.errors import InvalidInput, NotAuthenticated, NotFound
from fairlead.records import keeping, links
from fairlead.tenancy import secrets
from fairlead.tenancy.context import current_org_id
from fairlead.tenancy.models import Membership

KIND = "web form"
FIELDS = ("title", "website", "strategy")
_PURPOSE = "web-form"
# What the world may say of itself; whom it is given to and what it is worth, we say.
OPEN = (
    "title", "first_name", "last_name", "company_name", "job_title", "email", "phone", "website", "industry",
    "description",
)  # fmt: skip


def create(given: Mapping[str, Any]) -> WebForm:
    """A new form. `given` holds `FIELDS`, `lead_assigned_to` and `tags`. Raises `InvalidInput`."""
    form = WebForm(org_id=current_org_id(), **{name: given[name] for name in FIELDS if name in given})
    form.website = reaching.website(form.website)
    form.key_hash = secrets.keyed_hash(_PURPOSE, _secret(form))
    linked = links.edited(links.none(), _as_links(given))
    _require_somebody(form, linked)
    form.save(force_insert=True)
    links.insert(KIND, form.id, linked)
    return form


def change(form_id: UUID, given: Mapping[str, Any], expected: versions.Expected = None) -> WebForm:
    """Set what is given. Raises `NotFound`, `StaleVersion`, `InvalidInput`."""
    form = _lock(form_id, expected)
    before = links.read(form.id)
    linked = links.edited(before, _as_links(given))
    changed = {name: given[name] for name in FIELDS if name in given and getattr(form, name) != given[name]}
    if not changed and linked == before:
        return form
    for name, value in changed.items():
        setattr(form, name, value)
    form.website = reaching.website(form.website)
    _require_somebody(form, linked)
    form.version += 1
    form.save(force_update=True)
    links.replace(KIND, form.id, linked, links.NAMES)
    return form


def remove(form_id: UUID, expected: versions.Expected = None) -> None:
    """Let a form's key work no longer; the leads that it brought stay. Raises `NotFound`, `StaleVersion`."""
    form = _lock(form_id, expected)
    links.remove(form.id)
    Lead.objects.filter(org_id=form.org_id, web_form=form).update(web_form=None)
    WebForm.objects.filter(org_id=form.org_id, id=form.id).delete()


def find(form_id: UUID) -> WebForm:
    """The form of this id. Raises `NotFound`."""
    form = WebForm.objects.filter(org_id=current_org_id(), id=form_id).first()
    if form is None:
        raise NotFound
    return form


def key_of(form: WebForm) -> str:
    """What its entries bear. It stands in the page for all to see, so it lets nobody do anything else."""
    return secrets.format_token(form.org_id, _secret(form))


def organization_of(key: str) -> UUID:
    """Which organization a key is of, to look for its form there. Raises `NotAuthenticated` for what is no key."""
    parsed = secrets.parse_token(key)
    if parsed is None:
        raise _unknown()
    return parsed[0]


def receive(key: str, origin: str, given: Mapping[str, Any], *, is_kept: bool = True) -> None:
    """Make a lead of an entry, in the bound organization. `origin` is the site that the browser names, or ''.

    A telephone number that cannot be one is kept in the description, so that nothing is lost. An entry that is not
    to be kept only has its key looked at. Raises `NotAuthenticated`, `InvalidInput`.
    """
    form = _by_key(key)
    _require_site(form, origin)
    if not is_kept:
        return
    linked = links.read(form.id)
    entry = {name: given[name] for name in OPEN if given.get(name)}
    try:
        entry["phone"] = reaching.phone("phone", entry.get("phone", ""))
    except InvalidInput:
        entry["description"] = f"{entry.get('description', '')}\n\nPhone: {entry.pop('phone')}".strip()
    entry |= {"title": _title(entry), "source": "website", "tags": linked["tags"]}
    entry["assigned_to"] = _assignees(form, linked["assigned_to"])
    keeping.create(leads.LEAD, entry, web_form_id=form.id)


def _assignees(form: WebForm, people: list[UUID]) -> list[UUID]:
    """All of a form's people, or whose turn it is; those who have left are passed over."""
    members = Membership.objects.filter(
        org_id=form.org_id, user_id__in=people, is_active=True, removed_at=None
    )
    present = sorted(members.values_list("user_id", flat=True))
    if form.strategy == "fixed" or not present:
        return present
    whose = present[form.turn % len(present)]
    form.turn += 1
    form.save(update_fields=["turn"])
    return [whose]


def _title(entry: Mapping[str, Any]) -> str:
    person = f"{entry.get('first_name', '')} {entry.get('last_name', '')}".strip()
    found = entry.get("title") or entry.get("company_name") or person or entry.get("email") or "Website"
    return str(found)


def _require_site(form: WebForm, origin: str) -> None:
    wanted = reaching.domain_of_website(form.website)
    if origin and wanted and (urlsplit(origin).hostname or "").removeprefix("www.") != wanted:
        raise NotAuthenticated("This key is for the form of another website.")


def _require_somebody(form: WebForm, linked: links.Links) -> None:
    if form.strategy == "round_robin" and not linked["assigned_to"]:
        raise InvalidInput.of("lead_assigned_to", "Name those whose turn it is to be.")


def _by_key(key: str) -> WebForm:
    parsed = secrets.parse_token(key)
    digest = secrets.keyed_hash(_PURPOSE, parsed[1]) if parsed else b""
    form = WebForm.objects.select_for_update().filter(org_id=current_org_id(), key_hash=digest).first()
    if form is None:
        raise _unknown()
    return form


def _lock(form_id: UUID, expected: versions.Expected) -> WebForm:
    form = WebForm.objects.select_for_update().filter(org_id=current_org_id(), id=form_id).first()
    if form is None:
        raise NotFound
    versions.require(form.version, expected)
    return form


def _secret(form: WebForm) -> str:
    return secrets.derived_secret(_PURPOSE, form.id)


def _as_links(given: Mapping[str, Any]) -> dict[str, Any]:
    names = {"lead_assigned_to": "assigned_to", "tags": "tags"}
    return {name: given[said] for said, name in names.items() if said in given}


def _unknown() -> NotAuthenticated:
    return NotAuthenticated("Send the key of a web form as `apikey`, in the address or in the body.")
