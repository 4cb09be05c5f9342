"""The API as a whole: each noun's router at its prefix, the schema and its page."""

from importlib.metadata import version

from ninja import Swagger

from fairlead.api import record_attachments, record_comments, record_merges, record_timeline, resources
from fairlead.api.record_merges import Merged
from fairlead.api.resources import Resource
from fairlead.api.seam import FairleadAPI
from fairlead.billing import visibility
from fairlead.foundation import modules

# The kinds of record that people keep: whose module has a RESOURCE is one, and with a MERGED it can be merged.
_MODULES = [*modules.of("fairlead.api")]
RESOURCES: list[Resource] = [
    *{one.RESOURCE.kind.name: one.RESOURCE for one in _MODULES if hasattr(one, "RESOURCE")}.values()
]
MERGED: list[Merged] = [one.MERGED for one in _MODULES if hasattr(one, "MERGED")]

_DESCRIPTION = """
A CRM and its invoices, from lead to money: a lead, typed in or from a web form, is converted into an account, a contact
and an opportunity; that goes through the stages of a pipeline and, once won, becomes a draft invoice, which is issued,
mailed and paid.

**Sign in** by POST `/api/auth/login/` and send the access token as `Authorization: Bearer …`. For programs there are
API tokens with scopes, at `/api/profile/tokens/`. Who belongs to several organizations names one by `organization-id`.

**Every refusal** is `application/problem+json`, with `errors` by field. **A POST** that makes something takes
an `Idempotency-Key`, so that it can be sent again. **Every record** has an `ETag`: with `If-Match` nobody overwrites
what they have not read. **Every list** takes `limit`, `ordering`, and `offset` or the `cursor` of the page before.
"""


class Page(Swagger):
    """The page that shows all this, light or dark as the reader's system is."""

    template = "api/docs.html"


api = FairleadAPI(
    title="Fairlead",
    version=version("fairlead"),
    description=_DESCRIPTION,
    urls_namespace="api",
    docs=Page(
        {
            "persistAuthorization": True,
            "displayRequestDuration": True,
            # All that there is, on one screen: unfolded it is fifty screens long, and begins with signing in.
            "docExpansion": "none",
            "filter": True,
        }
    ),
    docs_url="/docs/",
)
api.add_router("/auth/", "fairlead.api.auth.router", tags=["Sign-in"])
api.add_router("/profile/", "fairlead.api.profile.router", tags=["Profile"])
api.add_router("/org/", "fairlead.api.organizations.router", tags=["Organizations"])
api.add_router("/users/", "fairlead.api.users.router", tags=["Users"])
api.add_router("/teams/", "fairlead.api.teams.router", tags=["Teams"])
for part in ("invoices", "invoice_payments", "invoice_delivery", "invoice_sublists"):
    api.add_router("/invoices/", f"fairlead.api.{part}.router", tags=["Invoices"])
api.add_router("/leads/create-from-site/", "fairlead.api.web_leads.router", tags=["Leads"])
api.add_router("/api-settings/", "fairlead.api.api_settings.router", tags=["Web forms"])
api.add_router("/leads/", "fairlead.api.lead_conversion.router", tags=["Leads"])
api.add_router("/dashboard/", "fairlead.api.dashboard.router", tags=["Dashboard"])
api.add_router("/search/", "fairlead.api.search.router", tags=["Search"])
api.add_router("/pipelines/", "fairlead.api.pipelines.router", tags=["Pipelines"])
for part in ("opportunity_steps", "opportunity_invoices"):
    api.add_router("/opportunities/", f"fairlead.api.{part}.router", tags=["Opportunities"])
api.add_router("/reports/", "fairlead.api.reports.router", tags=["Reports"])
api.add_router("/tags/", "fairlead.api.tags.router", tags=["Tags"])
for resource in RESOURCES:
    prefix, tag = f"/{resource.kind.plural}/", resource.kind.plural.capitalize()
    api.add_router(prefix, resources.router(resource), tags=[tag])
for merged in MERGED:
    prefix, tag = f"/{merged.resource.kind.plural}/", merged.resource.kind.plural.capitalize()
    api.add_router(prefix, record_merges.router(merged), tags=[tag])
api.add_router("/contacts/", "fairlead.api.anonymising.router", tags=["Contacts"])
for kind in (*(resource.kind for resource in RESOURCES), visibility.INVOICE):
    prefix, tag = f"/{kind.plural}/", kind.plural.capitalize()
    api.add_router(prefix, record_timeline.router(kind), tags=[tag])
    api.add_router(f"{prefix}comment/", record_comments.router(kind), tags=[tag])
    api.add_router(f"{prefix}attachment/", record_attachments.router(kind), tags=[tag])
