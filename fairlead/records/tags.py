"""Tags of the organization: made, renamed, merged into one another, removed."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from fairlead.foundation import versions
from fairlead.foundation.errors import Conflict, InvalidInput, NotFound
from fairlead.records.models import Tag, Tagging
from fairlead.tenancy.context import current_org_id

_MOVE = """
    INSERT INTO records_tagging (org_id, kind, record_id, tag_id)
    SELECT org_id, kind, record_id, %(into)s FROM records_tagging WHERE org_id = %(org)s AND tag_id = %(tag)s
    ON CONFLICT DO NOTHING"""


def create(name: str, color: str = "") -> Tag:
    """A new tag. Raises `Conflict` where the organization has one of this name in any case of letters."""
    return _once(lambda: Tag.objects.create(org_id=current_org_id(), name=name, color=color))


def change(tag_id: UUID, given: Mapping[str, Any], expected: versions.Expected = None) -> Tag:
    """Rename or colour it. Raises `NotFound`, `StaleVersion`, `Conflict`."""
    tag = _lock(tag_id, expected)
    changed = {name: value for name, value in given.items() if getattr(tag, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(tag, name, value)
        tag.version += 1
        _once(lambda: tag.save(force_update=True))
    return tag


def merge(tag_id: UUID, into_id: UUID, expected: versions.Expected = None) -> Tag:
    """Give every record of one tag another, and remove the one; returns the other.

    Raises `NotFound`, `StaleVersion`, `InvalidInput`.
    """
    if tag_id == into_id:
        raise InvalidInput.of("into", "Name another tag: this one is to be merged into it.")
    tag = _lock(tag_id, expected)
    into = Tag.objects.filter(org_id=current_org_id(), id=into_id).first()
    if into is None:
        raise InvalidInput.of("into", "The organization has no tag with this id.")
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, {"org": current_org_id(), "tag": tag_id, "into": into_id})
    _delete(tag)
    return into


def remove(tag_id: UUID, expected: versions.Expected = None) -> None:
    """Take a tag off every record. Raises `NotFound`, `StaleVersion`."""
    _delete(_lock(tag_id, expected))


def find(tag_id: UUID) -> Tag:
    """The tag of this id. Raises `NotFound`."""
    tag = Tag.objects.filter(org_id=current_org_id(), id=tag_id).first()
    if tag is None:
        raise NotFound
    return tag


def count(tag: Tag) -> int:
    """On how many records it is."""
    return Tagging.objects.filter(org_id=tag.org_id, tag_id=tag.id).count()


def _delete(tag: Tag) -> None:
    Tagging.objects.filter(org_id=tag.org_id, tag_id=tag.id).delete()
    Tag.objects.filter(org_id=tag.org_id, id=tag.id).delete()


def _lock(tag_id: UUID, expected: versions.Expected) -> Tag:
    tag = Tag.objects.select_for_update().filter(org_id=current_org_id(), id=tag_id).first()
    if tag is None:
        raise NotFound
    versions.require(tag.version, expected)
    return tag


def _once[T](make: Callable[[], T]) -> T:
    try:
        with transaction.atomic():
            return make()
    except IntegrityError:
        message = "The organization has a tag of this name already: use that one, or give another name."
        raise Conflict(f"name: {message}", errors={"name": [message]}) from None
