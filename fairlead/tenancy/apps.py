from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TenancyConfig(AppConfig):
    name = "fairlead.tenancy"
    label = "tenancy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_derive_isolation, sender=self)


def _derive_isolation(using: str, **_: Any) -> None:
    from fairlead.tenancy import isolation

    isolation.derive(using)
