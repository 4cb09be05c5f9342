"""A person's data, taken out for good."""

from dataclasses import asdict
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from fairlead.api import outputs
from fairlead.api.access import may
from fairlead.api.seam import if_match
from fairlead.crm import anonymising

router = Router()


class KeptOut(Schema):
    """What was kept, how much of it, and why."""

    what: str
    count: int
    why: str


class Anonymised(outputs.Done):
    """What anonymising answers."""

    kept: list[KeptOut]


@router.post("{uuid:record_id}/anonymise/", response=Anonymised, summary="Anonymise a contact")
@may("contacts.anonymise")
def anonymise(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Empty the names, the ways to reach the person, the comments, and all values in the history, for good.

    Issued documents stay as the law wants them. The answer says what else was kept, and why.
    """
    kept = anonymising.anonymise(record_id, version=if_match(request))
    body = {"message": "The contact is anonymised.", "id": record_id, "kept": [asdict(one) for one in kept]}
    return outputs.record(body)
