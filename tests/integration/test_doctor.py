"""The doctor: green on a sound organization, and each rule red once what it speaks of is broken."""

import io
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import models

from fairlead.billing.models import Invoice, InvoiceAmount, InvoiceLine
from fairlead.cli.doctor import mail
from fairlead.cli.doctor.examination import RULES, Verdict, judge
from fairlead.cli.doctor.rule import KEPT
from fairlead.messaging import worker
from fairlead.tenancy.models import Organization
from tests.invoicing import body, lined, make, path, pay, rows, step
from tests.surgery import another_database, damaged
from tests.world import World, api, make_world

BY_NAME = {rule.name: rule for rule in RULES}
_LINES = (
    {
        "description": "Design",
        "quantity": "3",
        "rate": "33.335",
        "discount_amount": "5.00",
        "charge_amount": "1.25",
        "unit": "HUR",
    },
    {
        "description": "Screws",
        "quantity": "250",
        "rate": "4.55",
        "price_base": "100",
        "discount_percent": "2.5",
        "vat_rate": "7",
    },
    {"description": "Dust", "quantity": "7000000", "rate": "0.0000001"},
)


@dataclass(frozen=True)
class Patient:
    """Acme with invoices that went through everything; INV-001 is paid, INV-002 has prices that include tax."""

    world: World
    paid: Any

    @property
    def org_id(self) -> UUID:
        return self.world.acme.id

    def judge(self, name: str) -> Verdict:
        """What one rule says of Acme, or of the database."""
        rule = BY_NAME[name]
        return judge(rule, [self.org_id if rule.scope == "organization" else None])


@pytest.fixture(scope="module")
def patient() -> Iterator[Patient]:
    with another_database():
        world = make_world()
        iban = {"iban": "DE89370400440532013000", "currency": "EUR"}
        Organization.objects.filter(id=world.acme.id).update(bank_accounts=[iban])
        paid = _paid(world)
        partial = make(world.owner, lined(*_LINES, prices_include_tax=True, tax_rate="19"), status="Sent")
        pay(world.owner, partial, "10.00")
        _number_in_every_way(world)
        _sell(world)
        _two_that_are_one(world)
        worker.run_until_idle()
        yield Patient(world, paid)


def _paid(world: World) -> Any:
    """INV-001: mailed with its PDF, paid, reversed, paid again; with a file and a comment."""
    more = {
        "tax_rate": "19",
        "to_address": {"address_line": "Main Road 1", "city": "Leeds", "country": "GB"},
        "allowances": [{"reason": "Loyalty", "percent": "5"}],
        "charges": [{"reason": "Freight", "amount": "12.50", "vat_rate": "7"}],
        "notes": "Thank you.",
        "payment_terms": 14,
        "assigned_to": [world.clerk.id],
    }
    given = {name: value for name, value in lined(*_LINES, **more).items() if name != "due_date"}
    invoice = make(world.owner, given)
    caller = api(world.owner)
    caller.post(path(invoice, "send-mail"), json={"recipients": ["a@customer.example"], "subject": "Invoice"})
    first = pay(world.owner, invoice, "10.00")
    address = f"{path(invoice, 'payments')}{first.json['id']}/reverse/"
    assert caller.post(address, json={"reason": "Bounced"}).status in (200, 201)
    step(world.owner, invoice, "Paid")
    upload = io.BytesIO(b"120 hours")
    upload.name = "hours.txt"
    caller.post(f"/api/invoices/attachment/{invoice['id']}/", files={"attachment": upload})
    return invoice


def _sell(world: World) -> None:
    """One of lines is won by way of another stage; one of an amount stays; there is a second pipeline."""
    caller = api(world.owner)
    lines = [{name: line[name] for name in line if name != "charge_amount"} for line in _LINES]
    won = caller.post("/api/opportunities/", {"name": "Website", "lines": lines}).json["id"]
    caller.post("/api/opportunities/", {"name": "Shop", "amount": "10.00", "currency": "JPY"})
    stages = caller.get("/api/pipelines/").json["results"][0]["stages"]
    caller.post(f"/api/opportunities/{won}/move/", {"stage": stages[2]["id"]})
    caller.post(f"/api/opportunities/{won}/win/")
    caller.post("/api/pipelines/", {"name": "Partners"})


def _number_in_every_way(world: World) -> None:
    """Void by deletion, by renumbering and by cancelling; manual, and skipped for it; cancelled after issue."""
    deleted = make(world.owner, body())
    api(world.owner).delete(path(deleted))
    make(world.owner, body(), invoice_number="INV-005")
    step(world.owner, make(world.owner, body()), "Cancelled")
    renumbered = make(world.owner, body(tax="1.00", total_amount="24100.00"))
    assert renumbered["invoice_number"] == "INV-006"
    api(world.owner).put(path(renumbered), json={"invoice_number": "OWN-1"})
    step(world.owner, make(world.owner, body(), status="Sent"), "Cancelled")


def _two_that_are_one(world: World) -> None:
    """Two contacts, one merged into the other, with a comment and an assignee."""
    people = [{"first_name": "Jane", "emails": [{"email": f"{one}@x.example"}]} for one in "ab"]
    people[0] |= {"assigned_to": [world.clerk.id], "phones": [{"phone": "+49 30 1234567"}]}
    one, two = (api(world.owner).post("/api/contacts/", one).json["id"] for one in people)
    api(world.owner).post(f"/api/contacts/comment/{two}/", {"comment": "The same."})
    assert api(world.owner).post(f"/api/contacts/{one}/merge/", {"other": two}).status == 200


@pytest.mark.parametrize("name", [name for name in BY_NAME if name != "server.settings"])
def test_each_rule_is_green_on_what_is_sound(patient: Patient, name: str) -> None:
    verdict = patient.judge(name)
    assert verdict.holds, verdict.findings


_ONE = "(SELECT id FROM billing_invoice WHERE number = 'INV-001')"
_TWO = "(SELECT id FROM billing_invoice WHERE number = 'INV-002')"
_MAILS = "UPDATE messaging_outboundemail SET state = 'queued', sent_at = NULL"
_JOB = "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, scheduled_at, worker_id) VALUES"
_DEAD = "INSERT INTO messaging_failedjob (id, org_id, created_on, task, record_id, attempts, error)"
_BREAKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a hole": ("numbers.gapless", ("DELETE FROM billing_registerednumber WHERE value = 3",)),
    "the first is gone": ("numbers.gapless", ("DELETE FROM billing_registerednumber WHERE value = 1",)),
    "a double": (
        "numbers.gapless",
        (
            "ALTER TABLE billing_registerednumber DROP CONSTRAINT registered_number_value_once CASCADE",
            "UPDATE billing_registerednumber SET value = 2, previous = 1 WHERE value = 3",
        ),
    ),
    "no predecessor": (
        "numbers.gapless",
        (
            "ALTER TABLE billing_registerednumber DROP CONSTRAINT registered_number_follows",
            "UPDATE billing_registerednumber SET previous = NULL WHERE value = 3",
        ),
    ),
    "a counter ahead": ("numbers.counters", ("UPDATE billing_numbercounter SET value = value + 1",)),
    "a counter behind": ("numbers.counters", ("UPDATE billing_numbercounter SET value = value - 1",)),
    "a counter gone": ("numbers.counters", ("DELETE FROM billing_numbercounter",)),
    "a number twice in the register": (
        "numbers.once",
        (
            "DROP INDEX registered_number_once",
            "UPDATE billing_registerednumber SET number = 'INV-001' WHERE number = 'INV-002'",
        ),
    ),
    "a number on two invoices": (
        "numbers.once",
        (
            "ALTER TABLE billing_invoice DROP CONSTRAINT invoice_number_unique",
            "UPDATE billing_invoice SET number = 'INV-001' WHERE number = 'INV-002'",
        ),
    ),
    "void for no reason": (
        "numbers.explained",
        ("UPDATE billing_registerednumber SET reason = '' WHERE state = 'void'",),
    ),
    "skipped for nothing": (
        "numbers.explained",
        ("UPDATE billing_registerednumber SET number = 'X-1' WHERE state = 'skipped'",),
    ),
    "another number": (
        "numbers.registered",
        ("UPDATE billing_invoice SET number = 'INV-999' WHERE number = 'INV-001'",),
    ),
    "the number of an issued one void": (
        "numbers.registered",
        ("UPDATE billing_registerednumber SET state = 'void' WHERE number = 'INV-002'",),
    ),
    "an invoice gone": ("numbers.used", (f"DELETE FROM billing_invoice WHERE id = {_ONE}",)),
    "a quantity": (
        "totals.lines",
        (f"UPDATE billing_invoiceline SET quantity = quantity + 1 WHERE invoice_id = {_ONE}",),
    ),
    "a gross price": (
        "totals.lines",
        (f"UPDATE billing_invoiceline SET rate = rate + 1 WHERE invoice_id = {_TWO} AND position = 1",),
    ),
    "a discount": (
        "totals.lines",
        ("UPDATE billing_invoiceline SET discount_percent = 3 WHERE discount_percent IS NOT NULL",),
    ),
    "a percentage": ("totals.percentages", ("UPDATE billing_invoiceamount SET percent = percent + 1",)),
    "a net amount": (
        "totals.sums",
        (f"UPDATE billing_invoiceline SET net_amount = net_amount + 0.01 WHERE invoice_id = {_ONE}",),
    ),
    "a total": (
        "totals.sums",
        (
            (
                "UPDATE billing_invoice SET net_amount = net_amount + 1, total_amount = total_amount + 1"
                f" WHERE id = {_TWO}"
            ),
        ),
    ),
    "a tax": (
        "totals.vat",
        (
            (
                f"UPDATE billing_invoice SET vat_breakdown = jsonb_set(vat_breakdown, '{{0,tax_amount}}', '\"9.99\"')"
                f" WHERE id = {_ONE}"
            ),
        ),
    ),
    "a tax within the price": (
        "totals.vat",
        (
            (
                f"UPDATE billing_invoice SET vat_breakdown = jsonb_set(vat_breakdown, '{{0,tax_amount}}', '\"9.99\"')"
                f" WHERE id = {_TWO}"
            ),
        ),
    ),
    "a group without a row": (
        "totals.vat",
        (f"UPDATE billing_invoice SET vat_breakdown = vat_breakdown - 0 WHERE id = {_ONE}",),
    ),
    "no issued document": ("issued.kept", (f"DELETE FROM billing_issueddocument WHERE invoice_id = {_ONE}",)),
    "an issued document of no invoice": ("issued.kept", (f"DELETE FROM billing_invoice WHERE id = {_ONE}",)),
    "another content": ("issued.sealed", ("UPDATE billing_issueddocument SET content = content || ' '",)),
    "another payment": (
        "payments.balance",
        ("UPDATE billing_payment SET amount = amount + 1 WHERE amount > 0",),
    ),
    "a payment gone": ("payments.balance", (f"DELETE FROM billing_payment WHERE invoice_id = {_TWO}",)),
    "paid in part, and Paid": (
        "payments.status",
        (
            "ALTER TABLE billing_invoice DROP CONSTRAINT invoice_paid_is_settled",
            f"UPDATE billing_invoice SET status = 'Paid' WHERE id = {_TWO}",
        ),
    ),
    "settled, and Sent": (
        "payments.status",
        (
            "ALTER TABLE billing_invoice DROP CONSTRAINT invoice_open_is_not_settled",
            f"UPDATE billing_invoice SET status = 'Sent' WHERE id = {_ONE}",
        ),
    ),
    "reversed in part": (
        "payments.reversals",
        ("UPDATE billing_payment SET amount = amount + 1 WHERE reversal_of_id IS NOT NULL",),
    ),
    "reversed elsewhere": (
        "payments.reversals",
        (f"UPDATE billing_payment SET invoice_id = {_TWO} WHERE reversal_of_id IS NOT NULL",),
    ),
    "no beginning": ("history.begins", ("DELETE FROM records_historyentry WHERE action = 'created'",)),
    "no end": ("history.begins", ("DELETE FROM records_historyentry WHERE action = 'deleted'",)),
    "a step gone": (
        "history.chain",
        (
            (
                "DELETE FROM records_historyentry WHERE status_changed_from = 'Draft'"
                f" AND status_changed_to = 'Sent' AND record_id = {_ONE}"
            ),
        ),
    ),
    "the last step gone": (
        "history.chain",
        ("DELETE FROM records_historyentry WHERE status_changed_to = 'Paid'",),
    ),
    "a status by hand": (
        "history.chain",
        (f"UPDATE billing_invoice SET status = 'Pending' WHERE id = {_TWO}",),
    ),
    "a time before": (
        "history.order",
        ("UPDATE records_historyentry SET updated_on = updated_on - interval '1 day' WHERE action = 'paid'",),
    ),
    "a mail without a job": ("mail.jobs", (_MAILS,)),
    "a mail that waits": ("mail.due", (f"{_MAILS}, queued_at = now() - interval '1 hour'",)),
    "a job that waits": (
        "jobs.due",
        (f"{_JOB} ('work', 'documents.render', '{{}}', 'todo', now() - interval '1 hour', NULL)",),
    ),
    "a job whose worker is gone": (
        "jobs.stalled",
        (f"{_JOB} ('work', 'documents.render', '{{}}', 'doing', NULL, NULL)",),
    ),
    "a job whose worker is silent": (
        "jobs.stalled",
        (
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')",
            (
                f"{_JOB} ('work', 'documents.render', '{{}}', 'doing', NULL,"
                " (SELECT max(id) FROM procrastinate_workers))"
            ),
        ),
    ),
    "a dead letter": (
        "jobs.given_up",
        (
            (
                f"{_DEAD} SELECT gen_random_uuid(), org_id, now(), 'documents.render', id, 6, 'No room.'"
                " FROM billing_invoice WHERE number = 'INV-001'"
            ),
        ),
    ),
    "no default pipeline": ("sales.pipelines", ("UPDATE crm_pipeline SET is_default = false",)),
    "two default pipelines": (
        "sales.pipelines",
        (
            "DROP INDEX pipeline_one_default",
            "UPDATE crm_pipeline SET is_default = true",
        ),
    ),
    "nowhere to win": ("sales.pipelines", ("DELETE FROM crm_stage WHERE kind = 'won'",)),
    "another status than the stage's": (
        "sales.status",
        ("UPDATE crm_opportunity SET status = 'open', closed_at = NULL WHERE status = 'won'",),
    ),
    "an amount": ("sales.amounts", ("UPDATE crm_opportunity SET amount = amount + 1 WHERE status = 'won'",)),
    "a line of an opportunity": (
        "sales.amounts",
        ("UPDATE crm_opportunityline SET quantity = quantity + 1 WHERE position = 1",),
    ),
    "a change of stage gone": (
        "sales.stages",
        ("DELETE FROM crm_stagechange WHERE to_name = 'Proposal'",),
    ),
    "the last change of stage gone": ("sales.stages", ("DELETE FROM crm_stagechange WHERE to_name = 'Won'",)),
    "no change of stage at all": ("sales.stages", ("DELETE FROM crm_stagechange",)),
    "a time that does not fit": (
        "sales.stages",
        ("UPDATE crm_stagechange SET seconds = seconds + 100 WHERE to_name = 'Won'",),
    ),
    "a handle of nobody": ("records.held", ("UPDATE crm_handle SET record_id = gen_random_uuid()",)),
    "an assignee of nothing": (
        "records.held",
        ("UPDATE records_assignee SET record_id = gen_random_uuid() WHERE kind = 'contact'",),
    ),
    "merged away without a journal": ("records.merged", ("DELETE FROM crm_merge",)),
    "back without the journal": ("records.merged", ("UPDATE crm_contact SET merged_into_id = NULL",)),
    "no handle": ("records.handles", ("DELETE FROM crm_handle WHERE form = 'email'",)),
    "two primary ones": (
        "records.primary",
        ("UPDATE crm_contact SET emails = emails || emails WHERE merged_into_id IS NULL",),
    ),
    "the size of a file": ("files.whole", ("UPDATE records_attachment SET size = size + 1",)),
    "the hash of a PDF": ("files.whole", ("UPDATE documents_storedpdf SET sha256 = repeat('0', 64)",)),
}


@pytest.mark.parametrize("what", _BREAKS)
def test_what_is_broken_is_red(patient: Patient, what: str) -> None:
    name, statements = _BREAKS[what]
    with damaged(*statements):
        verdict = patient.judge(name)
        assert not verdict.holds
        assert all(finding.found for finding in verdict.findings)
        assert not any("question failed" in finding.found for finding in verdict.findings)
    assert patient.judge(name).holds


def test_every_rule_about_rows_is_broken_here() -> None:
    elsewhere = ("isolation.", "server.", "issued.same", "files.orphans")
    ours = {name for name in BY_NAME if not name.startswith(elsewhere)}
    assert ours == {name for name, _ in _BREAKS.values()}


# What an invoice has and its paper does not show.
_UNPRINTED = {"id", "org", "invoice", "position", "kind", "created_on", "created_by", "issued_at", "tax_rate"}
_UNPRINTED |= {"fixed_tax", "is_adjustment", *Invoice.changeable}


def _printed() -> Iterator[tuple[str, str]]:
    for model in (Invoice, InvoiceLine, InvoiceAmount):
        for field in model._meta.concrete_fields:
            is_input = field.name.startswith("given_") or (
                model is InvoiceAmount and field.name == "net_amount"
            )
            if field.name not in _UNPRINTED and not is_input:
                yield model._meta.db_table, _change(field)


def _change(field: Any) -> str:
    by_type = {
        models.DecimalField: "coalesce({0}, 0) + 1",
        models.DateField: "{0} + 1",
        models.BooleanField: "NOT {0}",
        models.PositiveSmallIntegerField: "coalesce({0}, 0) + 1",
        models.JSONField: """'[{{"x": 1}}]'""",
    }
    expression = by_type.get(type(field), "left('x' || {0}, 2)").format(field.column)
    return f"{field.column} = {expression}"


@pytest.mark.parametrize(("table", "change"), list(_printed()))
def test_every_printed_field_is_compared_with_the_issued_document(
    patient: Patient, table: str, change: str
) -> None:
    key = "id" if table == "billing_invoice" else "invoice_id"
    constraints = ("invoice_parts_add_up", "invoice_paid_within_total", "invoice_paid_is_settled")
    drops = [f"ALTER TABLE billing_invoice DROP CONSTRAINT {name}" for name in constraints]
    with damaged(*drops, f"UPDATE {table} SET {change} WHERE {key} = {_ONE}"):
        verdict = patient.judge("issued.same")
    assert verdict.count == 1
    assert patient.paid["id"] in verdict.findings[0].found


def test_a_finding_is_of_its_organization_alone(patient: Patient) -> None:
    globex = patient.world.globex.id
    with damaged("UPDATE billing_issueddocument SET content = content || ' '"):
        verdict = judge(BY_NAME["issued.sealed"], [patient.org_id, globex])
    assert {finding.organization for finding in verdict.findings} == {patient.org_id}


def test_many_findings_are_counted(patient: Patient) -> None:
    number = "SELECT gen_random_uuid(), now(), org_id, series_id, 0, 'Y-' || n, 'manual', '' FROM"
    with damaged(
        "INSERT INTO billing_registerednumber (id, created_on, org_id, series_id, period, number, state, reason)"
        f" {number} generate_series(1, 250) AS n, billing_registerednumber WHERE value = 1"
    ):
        verdict = patient.judge("numbers.used")
    assert verdict.count == 250
    assert len(verdict.findings) == KEPT


def test_mails_that_are_held_back_may_wait(patient: Patient) -> None:
    late = "now() - interval '1 hour'"
    with damaged(
        f"{_MAILS}, queued_at = {late}",
        f"{_JOB} ('mail', 'mail.deliver', '{{}}', 'todo', {late}, NULL)",
        "INSERT INTO messaging_sendingpause (id, since, reason) VALUES (1, now(), 'restored')",
    ):
        assert patient.judge("mail.due").holds
        assert patient.judge("jobs.due").holds


def test_a_dead_letter_that_was_made_good_is_explained(patient: Patient) -> None:
    letters = [
        f"{_DEAD} SELECT gen_random_uuid(), org_id, now(), 'documents.render', id, 6, '' FROM billing_issueddocument",
        f"{_DEAD} SELECT gen_random_uuid(), org_id, now(), 'mail.deliver', id, 6, '' FROM messaging_outboundemail",
    ]
    with damaged(*letters):
        assert patient.judge("jobs.given_up").holds


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("The mail has not been accepted for everybody yet.", "refused"),
        ("Mind this:\nValueError: no trace of a trace", "refused"),
        ('Traceback:\n  File "a.py", line 1\nValueError: a@b.example\n', "ValueError"),
        (
            '  File "a.py"\npsycopg.errors.UniqueViolation: key\nDETAIL:  Key (email)=(a@b.example)\n',
            "psycopg.errors.UniqueViolation",
        ),
    ],
)
def test_of_an_error_only_the_class_is_told(error: str, expected: str) -> None:
    assert mail.error_class(error) == expected


def test_a_file_that_is_gone_or_changed_is_red(patient: Patient) -> None:
    for table in ("records_attachment", "documents_storedpdf"):
        file = _files(patient, table)[0]
        content = file.read_bytes()
        for damage in (file.unlink, lambda f=file, c=content: f.write_bytes(c[:-1] + b"?")):
            damage()
            assert patient.judge("files.whole").count == 1
            file.write_bytes(content)
    assert patient.judge("files.whole").holds


def test_a_file_without_a_row_is_red_after_a_day(patient: Patient) -> None:
    orphan = _files(patient, "documents_storedpdf")[0].with_name("0" * 40)
    orphan.write_bytes(b"%PDF")
    assert patient.judge("files.orphans").holds
    old = time.time() - 25 * 3600
    os.utime(orphan, (old, old))
    assert [finding.found for finding in patient.judge("files.orphans").findings] == [
        str(orphan.relative_to(settings.MEDIA_ROOT))
    ]
    orphan.unlink()


def _files(patient: Patient, table: str) -> list[Path]:
    keys = rows(patient.org_id, f"SELECT storage_key FROM {table} ORDER BY id")
    return [settings.MEDIA_ROOT / key for (key,) in keys]
