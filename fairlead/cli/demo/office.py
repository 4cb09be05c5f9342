"""A company of the demo at work: every event is a command, done by the person who would do it."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from fairlead.billing import invoices, payments, visibility
from fairlead.billing.domain.lifecycle import Status
from fairlead.billing.models import Invoice, Payment
from fairlead.cli.demo import drafting, papers
from fairlead.cli.demo.company import Company
from fairlead.cli.demo.desk import Desk
from fairlead.cli.demo.schedule import Doing, Event
from fairlead.cli.demo.story import Attach, Bill, Delete, Edit, Grant, Pay, Reverse, Say, Turn
from fairlead.foundation import clock
from fairlead.records import attachments, comments
from fairlead.tenancy.context import Actor, acting


@dataclass
class Office:
    """`actors` by mailbox, `teams` by name, `invoices` by the number of the bill; the `desk` sees to all but bills."""

    company: Company
    actors: dict[str, Actor]
    teams: dict[str, UUID]
    desk: Desk
    invoices: dict[int, UUID] = field(default_factory=dict)

    def carry_out(self, event: Event) -> None:
        """Do it, at the time that the clock says, in the organization that is bound."""
        step, bill = event.step, event.thing
        if not isinstance(bill, Bill):
            self.desk.carry_out(event)
            return
        who = (step.by or self.company.bookkeeper) if step else (bill.by or self.company.author)
        with acting(self.actors[who]):
            if step is None:
                self.invoices[event.number] = self._make(bill)
            else:
                self._take(step, bill, self.invoices[event.number])

    def _make(self, bill: Bill) -> UUID:
        assigned_to = self.company.assigned_to if bill.assigned_to is None else bill.assigned_to
        teams = self.company.teams if bill.teams is None else bill.teams
        return invoices.create(
            drafting.fields(bill, self.company, self._today())
            | self.desk.of_bill(bill)
            | {
                "assigned_to": [self.actors[mailbox].user_id for mailbox in assigned_to],
                "teams": [self.teams[name] for name in teams],
            }
        )

    def _take(self, step: Doing, bill: Bill, invoice_id: UUID) -> None:
        match step:
            case Turn():
                invoices.set_status(invoice_id, Status(step.status), step.reason)
            case Pay():
                _pay(invoice_id, step)
            case Reverse():
                payments.reverse(invoice_id, _last_payment(invoice_id), step.reason)
            case Say():
                visibility.require("comment", invoice_id)
                comments.add(visibility.INVOICE, invoice_id, step.text)
            case Attach():
                visibility.require("attach", invoice_id)
                attachments.add(visibility.INVOICE, invoice_id, self._file(step, bill, invoice_id))
            case Edit():
                invoices.change(invoice_id, dict(step.given))
            case Grant():
                invoices.change(invoice_id, {"grace_until": self._today() + timedelta(days=step.days)})
            case Delete():
                invoices.delete(invoice_id)

    def _file(self, step: Attach, bill: Bill, invoice_id: UUID) -> "SimpleUploadedFile":
        invoice, settings, on = _invoice(invoice_id), self.company.settings, self._today()
        facts = papers.Facts(
            bill,
            tuple(drafting.say(line.description, bill, on) for line in bill.lines),
            title=invoice.title,
            number=invoice.number or "",
            seller=settings["legal_name"],
            size="us-letter" if settings["address"]["country"] == "US" else "a4",
            on=on,
        )
        return SimpleUploadedFile(step.file_name, papers.make(step.paper, facts))

    def _today(self) -> date:
        return clock.today(self.company.settings["time_zone"])


def _pay(invoice_id: UUID, step: Pay) -> None:
    invoice = _invoice(invoice_id)
    payments.record(
        invoice_id,
        Decimal(step.amount) if step.amount else invoice.amount_due,
        method=step.method,
        reference=step.reference or invoice.number or "",
    )


def _last_payment(invoice_id: UUID) -> UUID:
    made = Payment.objects.filter(invoice_id=invoice_id, reversal_of=None).order_by("id")
    return made.values_list("id", flat=True).last()  # type: ignore[return-value]


def _invoice(invoice_id: UUID) -> Invoice:
    return Invoice.objects.get(id=invoice_id)
