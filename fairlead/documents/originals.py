"""The PDF of an issued document: rendered from what was frozen, stored once, the same bytes ever after."""

import hashlib
import json
from collections.abc import Collection
from uuid import UUID

import structlog
from django.db import connection

from fairlead.billing.models import IssuedDocument
from fairlead.documents import pdf, presentation
from fairlead.documents.models import StoredPdf
from fairlead.foundation.errors import InternalError, NotFound
from fairlead.messaging import jobs
from fairlead.messaging.outbox import Attachment
from fairlead.records import file_names, files
from fairlead.tenancy.context import current_org_id, organization
from fairlead.tenancy.models import Logo

ATTACHMENT = "invoice_pdf"
FOLDER = "documents"

log = structlog.get_logger(__name__)


def prepare(document: IssuedDocument) -> None:
    """At issue: refuse what cannot be printed, and queue the rendering. Raises `Unprintable`."""
    presentation.refuse_too_large(json.loads(document.content))
    render.defer(document.id)


@jobs.task("documents.render")
def render(job: jobs.Job) -> None:
    """Render and store an original, unless a download was first."""
    with files.settled(), organization(job.org_id):
        read(job.record_id)


def read(document_id: UUID) -> bytes:
    """The original's bytes; rendered and stored now if nobody has asked before. Raises `NotFound`.

    An original whose file is not the one that was stored is never answered: `InternalError`.
    """
    stored = _stored(document_id)
    if stored is None:
        _lock(document_id)
        stored = _stored(document_id)
    if stored is None:
        return _render(document_id)
    content = files.read(stored.storage_key)
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        log.error("original_damaged", document=str(document_id))
        raise InternalError(
            "The stored PDF is not the one that was issued. Whoever runs this has to restore it."
        )
    return content


def attachment(document_id: UUID) -> Attachment:
    """The original as a mail carries it."""
    document = find(document_id)
    return Attachment(file_name(document.number), "application/pdf", read(document_id))


def find(document_id: UUID) -> IssuedDocument:
    """The issued document. Raises `NotFound`."""
    document = IssuedDocument.objects.filter(org_id=current_org_id(), id=document_id).first()
    if document is None:
        raise NotFound
    return document


def of_invoice(invoice_id: UUID) -> IssuedDocument | None:
    """What was issued for an invoice, or None for a draft and for one cancelled before it was issued."""
    return IssuedDocument.objects.filter(org_id=current_org_id(), invoice_id=invoice_id).first()


def file_name(number: str | None) -> str:
    """What the PDF is called when it is saved: the number, with what no file name may have replaced."""
    return f"{file_names.clean((number or 'draft').replace('/', '-'))}.pdf"


def logo(sha256: str | None) -> bytes | None:
    """The logo that a document was issued with."""
    if not sha256:
        return None
    found = Logo.objects.filter(org_id=current_org_id(), sha256=sha256).first()
    return bytes(found.png) if found else None


@jobs.every(86_400)
def remove_orphans() -> None:
    """Remove the files that a killed process left without a row."""
    files.sweep(FOLDER, named)


def _stored(document_id: UUID) -> StoredPdf | None:
    return StoredPdf.objects.filter(org_id=current_org_id(), document_id=document_id).first()


def _render(document_id: UUID) -> bytes:
    document = find(document_id)
    printed = json.loads(document.content)
    content = pdf.render(
        printed, logo=logo(printed["brand"]["logo_sha256"]), mark=None, at=document.created_on
    )
    key = files.new_key(FOLDER)
    with files.guarded(key, named):
        files.store(key, content)
        StoredPdf.objects.create(
            org_id=document.org_id,
            document=document,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            storage_key=key,
        )
    return content


def named(keys: Collection[str]) -> set[str]:
    """Of these keys of files, the ones that a row of the bound organization names."""
    rows = StoredPdf.objects.filter(org_id=current_org_id(), storage_key__in=keys)
    return set(rows.values_list("storage_key", flat=True))


def _lock(document_id: UUID) -> None:
    """Until the transaction ends nobody else renders this one; the app role may not lock the row itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(document_id.bytes[8:], signed=True)]
        )
