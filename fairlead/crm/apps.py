from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "fairlead.crm"
    label = "crm"

    def ready(self) -> None:
        from fairlead.crm import accounts
        from fairlead.records import kinds

        kinds.register(accounts.ACCOUNT)
