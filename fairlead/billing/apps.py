from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "fairlead.billing"
    label = "billing"

    def ready(self) -> None:
        from fairlead.billing import visibility
        from fairlead.records import kinds

        kinds.register(visibility.INVOICE)
