from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "fairlead.billing"
    label = "billing"
