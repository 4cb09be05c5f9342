"""Users as persons, whichever organizations they belong to."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import F

from fairlead.foundation import versions
from fairlead.tenancy.models import User

CHANGEABLE = ("name",)


def find(user_id: UUID) -> User:
    """The user of this id, which a proven identity has given."""
    return User.objects.get(id=user_id)


def change(user_id: UUID, given: Mapping[str, Any], expected: versions.Expected = None) -> User:
    """Set `CHANGEABLE` fields. Raises `StaleVersion`."""
    user = User.objects.select_for_update(no_key=True).get(id=user_id)
    versions.require(user.version, expected)
    changed = {name: value for name, value in given.items() if getattr(user, name) != value}
    if changed:
        User.objects.filter(id=user_id).update(**changed, version=F("version") + 1)
    return find(user_id)
