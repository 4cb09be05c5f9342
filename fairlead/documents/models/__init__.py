"""The tables of documents."""

from fairlead.documents.models.stored_pdf import StoredPdf

__all__ = ["StoredPdf"]
