"""The door for forms on other websites: whoever has a form's key may hand in a lead, and nothing else."""

from typing import Annotated

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from fairlead.api import outputs
from fairlead.api.access import public
from fairlead.api.accounts import Website
from fairlead.api.auth import Message
from fairlead.api.types import Body, Clearable, Email, Line, Prose
from fairlead.crm import web_forms
from fairlead.tenancy import limits
from fairlead.tenancy.context import organization
from fairlead.tenancy.limits import Limit

router = Router()

Key = Annotated[str, Line(200), Field(description="The form's key.")]


class SiteQuery(Schema):
    """The key may stand in the address."""

    apikey: Key = ""


class SiteLeadIn(Body):
    """What a visitor has filled in. `fax` is for machines: hide it from people, and what fills it in is let go."""

    apikey: Key = ""
    title: Clearable[Annotated[str, Line(200)]] = ""
    first_name: Clearable[Annotated[str, Line(100)]] = ""
    last_name: Clearable[Annotated[str, Line(100)]] = ""
    company_name: Clearable[Annotated[str, Line(200)]] = ""
    job_title: Clearable[Annotated[str, Line(100)]] = ""
    email: Clearable[Email] = ""
    phone: Clearable[Annotated[str, Line(40)]] = ""
    website: Clearable[Website] = ""
    industry: Clearable[Annotated[str, Line(100)]] = ""
    description: Clearable[Annotated[str, Prose(5_000)]] = ""
    fax: Clearable[Annotated[str, Line(200)]] = ""


@router.post("", response={201: Message}, summary="Hand in a lead from a website")
@public
def create_from_site(request: HttpRequest, data: SiteLeadIn, query: Query[SiteQuery]) -> HttpResponse:
    """Needs no sign-in but a web form's key, in the address or in the body. The answer tells nothing of the lead."""
    key = data.apikey or query.apikey
    org_id = web_forms.organization_of(key)
    limit = Limit(settings.WEB_LEADS_PER_MINUTE, 60)
    limit.check(limits.count(f"web-leads:{key[-24:]}", limit))
    entry = data.model_dump(exclude={"apikey", "fax"})
    with organization(org_id):
        web_forms.receive(key, request.headers.get("Origin", ""), entry, is_kept=not data.fax)
    return outputs.record({"message": "Thank you: we have it."}, status=201)
