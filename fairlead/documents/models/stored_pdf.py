from django.db import models

from fairlead.billing.models import IssuedDocument
from fairlead.tenancy.models import OrgForeignKey, Record


class StoredPdf(Record):
    """The one PDF of an issued document: rendered once, answered byte for byte ever after."""

    app_may = ("select", "insert")

    document = OrgForeignKey(IssuedDocument, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    storage_key = models.CharField(max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "document"], name="stored_pdf_once")]
