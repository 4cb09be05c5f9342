"""What every row of an organization has, and the two kinds of foreign key that cannot leave the organization."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models

from fairlead.foundation.clock import now
from fairlead.foundation.ids import new_id


class OrganizationOwned(models.Model):
    """A row of one organization.

    `isolation.derive` gives its table row-level security, UNIQUE (org_id, id), composite foreign keys and the grants
    named in `app_may`; `app_may_update` narrows an update to some columns. `database_rules` are further statements
    (triggers, say) that are run again after every migration. `owner_reads` lets functions of the owner read all rows;
    each of them has to name the organization itself.
    """

    app_may: ClassVar[Sequence[str]] = ("select", "insert", "update", "delete")
    app_may_update: ClassVar[Sequence[str]] = ()
    owner_reads: ClassVar[bool] = False
    database_rules: ClassVar[Sequence[str]] = ()

    org = models.ForeignKey("tenancy.Organization", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class Record(OrganizationOwned):
    """A row of an organization with an id of its own and the time of its making."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_on = models.DateTimeField(default=now, editable=False)

    class Meta:
        abstract = True


class _WithinOrganization(models.ForeignKey[Any, Any]):
    """PostgreSQL checks a plain foreign key without regard to row-level security; the derived one has org_id in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        kwargs["db_index"] = False
        super().__init__(*args, **kwargs)


class OrgForeignKey(_WithinOrganization):
    """A reference to a row of the same organization."""


class MemberForeignKey(_WithinOrganization):
    """A reference to a user who is, or was, a member of the same organization."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("to", "tenancy.User")
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("related_name", "+")
        super().__init__(**kwargs)
