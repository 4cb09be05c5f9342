"""The API as a whole: each noun's router at its prefix, the schema and its page."""

from importlib.metadata import version

from ninja import Swagger

from fairlead.api import accounts, record_attachments, record_comments, resources
from fairlead.api.seam import FairleadAPI
from fairlead.billing import visibility

# The kinds of record that people keep; each has a module of its name.
RESOURCES = (accounts.RESOURCE,)

api = FairleadAPI(
    title="Fairlead",
    version=version("fairlead"),
    description="Invoices, and the people and organizations that make them. Start at POST /api/auth/login/.",
    urls_namespace="api",
    docs=Swagger({"persistAuthorization": True, "displayRequestDuration": True}),
    docs_url="/docs/",
)
api.add_router("/auth/", "fairlead.api.auth.router", tags=["Sign-in"])
api.add_router("/profile/", "fairlead.api.profile.router", tags=["Profile"])
api.add_router("/org/", "fairlead.api.organizations.router", tags=["Organizations"])
api.add_router("/users/", "fairlead.api.users.router", tags=["Users"])
api.add_router("/teams/", "fairlead.api.teams.router", tags=["Teams"])
for part in ("invoices", "invoice_payments", "invoice_delivery", "invoice_sublists"):
    api.add_router("/invoices/", f"fairlead.api.{part}.router", tags=["Invoices"])
api.add_router("/tags/", "fairlead.api.tags.router", tags=["Tags"])
for resource in RESOURCES:
    prefix, tag = f"/{resource.kind.plural}/", resource.kind.plural.capitalize()
    api.add_router(prefix, resources.router(resource), tags=[tag])
for kind in (*(resource.kind for resource in RESOURCES), visibility.INVOICE):
    prefix, tag = f"/{kind.plural}/", kind.plural.capitalize()
    api.add_router(f"{prefix}comment/", record_comments.router(kind), tags=[tag])
    api.add_router(f"{prefix}attachment/", record_attachments.router(kind), tags=[tag])
