"""The lines of an opportunity, each as a line of an invoice has it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from fairlead.crm import pricing
from fairlead.crm.models import Opportunity, OpportunityLine
from fairlead.foundation import money
from fairlead.foundation.errors import InvalidInput
from fairlead.records import values
from fairlead.tenancy import rows

# The names of a line in requests, which are those of its columns.
NAMES = (
    "description quantity unit rate price_base discount_percent discount_amount charge_amount vat_category vat_rate "
    "vat_exemption_reason"
).split()
Given = Sequence[Mapping[str, Any]]


class Lines:
    """What is to be sold, in its order. An entry with the `id` of a present line takes its place."""

    def read(self, record: Opportunity) -> list[dict[str, Any]]:
        return [
            {
                "id": str(line.id),
                **{name: values.plain(getattr(line, name)) for name in (*NAMES, "net_amount")},
            }
            for line in of(record)
        ]

    def write(self, record: Opportunity, given: Given) -> None:
        digits = money.digits(record.currency)
        present = {line.id: line for line in of(record)}
        nets, _ = priced(given, digits)
        new = [
            _line(record, present, one, index, net)
            for index, (one, net) in enumerate(zip(given, nets, strict=True))
        ]
        OpportunityLine.objects.filter(org_id=record.org_id, opportunity=record).delete()
        for line in new:
            line.rate = money.pad(line.rate, digits)
        rows.insert(*new)


def of(opportunity: Opportunity) -> list[OpportunityLine]:
    """The stored lines in their order."""
    mine = OpportunityLine.objects.filter(org_id=opportunity.org_id, opportunity=opportunity)
    return list(mine.order_by("position"))


def again(opportunity: Opportunity) -> dict[str, list[dict[str, Any]]]:
    """The present lines as a request gives them, to be priced anew; nothing where there are none."""
    lines = [{"id": line.id, **{name: getattr(line, name) for name in NAMES}} for line in of(opportunity)]
    return {"lines": lines} if lines else {}


def priced(given: Given, digits: int) -> tuple[list[Decimal], Decimal]:
    """The net amount of each line, and their sum. Raises `InvalidInput` by path."""
    return pricing.price(given, digits) if given else ([], money.round_money(Decimal(0), digits))


def _line(
    opportunity: Opportunity,
    present: dict[UUID, OpportunityLine],
    given: Mapping[str, Any],
    index: int,
    net: Decimal,
) -> OpportunityLine:
    before = _known(present, given, f"lines.{index}")
    line = OpportunityLine(
        org_id=opportunity.org_id, opportunity_id=opportunity.id, position=index + 1, net_amount=net
    )
    for name in NAMES:
        if given.get(name) is not None:
            setattr(line, name, given[name])
    if before:
        line.id, line.created_on = before.id, before.created_on
    return line


def _known(
    present: dict[UUID, OpportunityLine], given: Mapping[str, Any], path: str
) -> OpportunityLine | None:
    """The line that an entry with an id stands for; each may stand once."""
    before = present.pop(given["id"], None) if given.get("id") else None
    if given.get("id") and before is None:
        message = "The opportunity has no such line (any more): leave the id out to add a new one."
        raise InvalidInput.of(f"{path}.id", message)
    told = given.get("net_amount")
    if told is not None and (before is None or told != before.net_amount):
        raise InvalidInput.of(f"{path}.net_amount", "This is computed: leave it out.")
    return before
