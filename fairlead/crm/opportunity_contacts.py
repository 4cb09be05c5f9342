"""With whom one speaks about an opportunity: a list of contacts."""

from typing import Any
from uuid import UUID

from django.db import connection

from fairlead.crm.account_contacts import usable
from fairlead.crm.models import Opportunity, OpportunityContact
from fairlead.foundation.errors import InvalidInput
from fairlead.records import keeping, kinds, visibility
from fairlead.tenancy import rows
from fairlead.tenancy.context import current_actor

_SEEN = f"""SELECT c.id FROM crm_opportunitycontact l JOIN crm_contact c ON c.org_id = l.org_id AND c.id = l.contact_id
    WHERE l.org_id = %s AND l.opportunity_id = %s AND {usable("c")} ORDER BY l.id"""


class Contacts:
    """Ids of contacts. What who acts does not see is not in it, and stays when the list is replaced."""

    def read(self, record: Opportunity) -> list[str]:
        return [str(one) for one in of(record)]

    def write(self, record: Opportunity, given: list[UUID]) -> None:
        before = of(record)
        _require_usable(given, before)
        gone = {*before} - {*given}
        mine = OpportunityContact.objects.filter(org_id=record.org_id, opportunity=record)
        mine.filter(contact_id__in=gone).delete()
        rows.insert(
            *(
                OpportunityContact(org_id=record.org_id, opportunity_id=record.id, contact_id=one)
                for one in given
                if one not in before
            )
        )


def of(opportunity: Opportunity) -> list[UUID]:
    """Those that who acts sees, in the order in which they came."""
    sql, values = visibility.for_actor(_SEEN, [opportunity.org_id, opportunity.id], current_actor())
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [one for (one,) in cursor.fetchall()]


def _require_usable(given: list[Any], before: list[UUID]) -> None:
    for position, one in enumerate(given):
        path = f"contacts.{position}"
        if one in given[:position]:
            raise InvalidInput.of(path, "This contact stands here twice: name it once.")
        if one not in before:
            keeping.require_usable(path, kinds.named("contact"), one)
