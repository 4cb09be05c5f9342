from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "fairlead.crm"
    label = "crm"

    def ready(self) -> None:
        from fairlead.crm import pipelines
        from fairlead.foundation import modules
        from fairlead.records import kinds
        from fairlead.tenancy import organizations

        for module in modules.of("fairlead.crm"):
            for kind in (one for one in vars(module).values() if isinstance(one, kinds.Kind)):
                kinds.register(kind)
        organizations.on_founded.append(pipelines.default)
