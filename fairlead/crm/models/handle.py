from django.db import models
from django.db.models import Q

from fairlead.tenancy.models import OrganizationOwned

FORMS = ("email", "phone", "name", "domain")


class Handle(OrganizationOwned):
    """A value by which a record is taken for the same as another: an e-mail address, a telephone number, a name, a
    domain, each in one spelling.
    """

    pk = models.CompositePrimaryKey("org", "form", "value", "record_id")
    kind = models.CharField(max_length=40)
    record_id = models.UUIDField()
    form = models.CharField(max_length=6)
    value = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(form__in=FORMS), name="handle_form_known"),
            models.CheckConstraint(condition=~Q(value=""), name="handle_not_empty"),
        ]
        indexes = [models.Index(fields=["org", "record_id"], name="handle_by_record")]
