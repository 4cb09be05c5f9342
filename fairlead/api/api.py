"""The API as a whole: each noun's router at its prefix, the schema and its page."""

from importlib.metadata import version

from ninja import Swagger

from fairlead.api.seam import FairleadAPI

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
api.add_router("/invoices/comment/", "fairlead.api.invoice_comments.router", tags=["Invoices"])
api.add_router("/invoices/attachment/", "fairlead.api.invoice_attachments.router", tags=["Invoices"])
