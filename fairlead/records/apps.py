from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "fairlead.records"
    label = "records"

    def ready(self) -> None:
        # Its chores register themselves.
        from fairlead.records import chores  # noqa: F401
