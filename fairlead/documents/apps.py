from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "fairlead.documents"
    label = "documents"

    def ready(self) -> None:
        from fairlead.billing import issuing
        from fairlead.documents import originals
        from fairlead.messaging import outbox

        issuing.on_issued.append(originals.prepare)
        outbox.attachment_sources[originals.ATTACHMENT] = originals.attachment
