from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "fairlead.billing"
    label = "billing"

    def ready(self) -> None:
        from fairlead.billing import about, pricing, visibility
        from fairlead.crm import anonymising
        from fairlead.crm import pricing as opportunities
        from fairlead.records import kinds

        kinds.register(visibility.INVOICE)
        kinds.holders.append(about.held)
        anonymising.keepers += [about.kept_issued, about.kept_drafts]
        opportunities.lend(pricing.price_lines)
