"""What hangs on a record of any kind."""

from typing import Self
from uuid import UUID

from django.db import models

from fairlead.foundation.ids import new_id
from fairlead.tenancy.models import OrganizationOwned


class AboutRecord(OrganizationOwned):
    """A row about a record that the floors above know: its kind, such as `invoice`, and its id.

    No foreign key leads there, for one table serves every kind. Ids sort by time, so they give the order.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    record_id = models.UUIDField()

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["org", "record_id", "id"], name="%(class)s_by_record")]

    @classmethod
    def about(cls, org_id: UUID, kind: str, record_id: UUID) -> models.QuerySet[Self]:
        """All of this kind about one record, newest first."""
        rows: models.QuerySet[Self] = cls._default_manager.filter(
            org_id=org_id, record_id=record_id, kind=kind
        )
        return rows.order_by("-id")
