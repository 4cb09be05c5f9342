"""What was printed, as it was issued."""

from django.db import models

from fairlead.billing.models.invoice import Invoice
from fairlead.tenancy.models import MemberForeignKey, OrgForeignKey, Record


class IssuedDocument(Record):
    """The canonical JSON of everything printed on an issued invoice, kept as the very text that `sha256` is of.

    The app role may insert and read it; neither it nor any code of ours can change or delete it.
    """

    app_may = ("select", "insert")

    invoice = OrgForeignKey(Invoice, models.PROTECT, related_name="+")
    number = models.CharField(max_length=60)
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    issued_by = MemberForeignKey(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "invoice"], name="issued_document_once")]
