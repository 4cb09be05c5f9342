"""The demo as its people find it: two organizations, their invoices and whom they deal with, nothing half made."""

import dataclasses
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db.models import DateTimeField, F, Max, Sum
from procrastinate.contrib.django.models import ProcrastinateJob
from pypdf import PdfReader

from fairlead.billing import drafts, pricing
from fairlead.billing.models import (
    Invoice,
    InvoiceAmount,
    InvoiceLine,
    IssuedDocument,
    Payment,
    RegisteredNumber,
)
from fairlead.cli.demo import ensure_demo, globex, halden, making
from fairlead.cli.demo.story import Bill, Days, Line
from fairlead.cli.doctor.examination import RULES, judge
from fairlead.crm.models import (
    Account,
    AccountContact,
    Contact,
    Lead,
    Opportunity,
    OpportunityLine,
    Pipeline,
    StageChange,
)
from fairlead.documents import originals
from fairlead.foundation.errors import InvalidInput
from fairlead.foundation.ids import new_id
from fairlead.records.models import Assignee, Attachment, Comment, HistoryEntry, Tag, Tagging
from fairlead.tenancy.context import organization
from fairlead.tenancy.models import Membership, Organization, OrganizationOwned, User
from tests.world import Api

# It takes seconds to make, and one process makes it once.
pytestmark = pytest.mark.xdist_group("demo")

PASSWORD = "feather on dark ground 4711"
TODAY = date(2026, 3, 16)
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}\b")


@dataclass(frozen=True)
class Demo:
    """A demo in a subdomain of its own."""

    subdomain: str

    def org(self, domain: str) -> Organization:
        """Halden Works or Globex, by its domain."""
        return Membership.objects.get(user__email=self.email("admin", domain)).org

    def email(self, mailbox: str, domain: str = "halden.example") -> str:
        return f"{mailbox}@{self.subdomain}.{domain}"

    def api(self, mailbox: str, domain: str = "halden.example") -> Api:
        """The API as this person calls it, signed in with the demo's password."""
        answer = Api({}).post(
            "/api/auth/login/", {"email": self.email(mailbox, domain), "password": PASSWORD}
        )
        assert answer.status == 200, answer.body
        return Api({"Authorization": f"Bearer {answer.json['access']}"})

    @contextmanager
    def inside(self, domain: str = "halden.example") -> Iterator[None]:
        with organization(self.org(domain).id):
            yield


def build() -> Demo:
    demo = Demo(f"d{new_id().hex}")
    ensure_demo(password=PASSWORD, today=TODAY, subdomain=demo.subdomain)
    return demo


@pytest.fixture(scope="module")
def demo() -> Demo:
    return build()


KINDS = ("invoices", "accounts", "contacts", "leads", "opportunities")


def told(api: Api) -> list[Any]:
    """What the API tells of every record, oldest first, without what differs from one demo to the next.

    Of every fourth it is all that there is to tell.
    """
    texts = []
    for plural in KINDS:
        rows = api.get(f"/api/{plural}/?limit=500&ordering=created_on").json["results"]
        texts += [json.dumps(row) for row in rows]
        texts += [api.get(f"/api/{plural}/{row['id']}/").body.decode() for row in rows[::4]]
    return [json.loads(_ID.sub("id", re.sub(r"@d[0-9a-f]{32}\.", "@", text))) for text in texts]


def test_there_is_every_kind_of_invoice(demo: Demo) -> None:
    with demo.inside():
        all_of_them = list(Invoice.objects.all())
        lines, amounts = InvoiceLine.objects.all(), InvoiceAmount.objects.all()
        statuses = Counter(invoice.status for invoice in all_of_them)
        assert len(all_of_them) == 60
        assert {invoice.currency for invoice in all_of_them} == {"EUR", "USD", "GBP"}
        assert {invoice.language for invoice in all_of_them} == {"en", "de", "fr", "es"}
        assert statuses.keys() == {"Draft", "Sent", "Pending", "Paid", "Cancelled"}
        assert statuses["Paid"] >= 30
        assert min(statuses.values()) >= 2
        assert set(lines.values_list("vat_category", flat=True)) == {"S", "AE", "K", "G", "O"}
        assert {Decimal(7), Decimal(19)} <= set(lines.values_list("vat_rate", flat=True))
        per_invoice = Counter(lines.values_list("invoice_id", flat=True))
        assert (min(per_invoice.values()), max(per_invoice.values())) == (1, 12)
        assert lines.filter(price_base=100).exists()
        assert lines.filter(discount_percent__gt=0).exists()
        assert lines.filter(discount_amount__gt=0).exists()
        assert set(amounts.values_list("kind", flat=True)) == {"allowance", "charge"}
        assert amounts.filter(is_adjustment=True).count() == 1
        assert sum(invoice.prices_include_tax for invoice in all_of_them) == 2
        assert sum(bool(invoice.purchase_order) for invoice in all_of_them) > 20
        assert sum(bool(invoice.buyer_reference) for invoice in all_of_them) == 3


def test_some_are_late_some_half_paid_and_one_has_grace(demo: Demo) -> None:
    with demo.inside():
        open_ones = list(Invoice.objects.filter(status__in=["Sent", "Pending"]))
        late = [invoice for invoice in open_ones if invoice.is_overdue(TODAY)]
        assert len(late) >= 5
        assert len([invoice for invoice in open_ones if invoice.amount_paid]) >= 3
        graced = Invoice.objects.get(grace_until__isnull=False)
        assert graced not in late
        assert graced.due_date
        assert graced.due_date < TODAY
        assert Payment.objects.exclude(reversal_of=None).count() == 1


def test_it_looks_lived_in(demo: Demo) -> None:
    with demo.inside():
        assert Comment.objects.count() >= 20
        assert Comment.objects.values("commented_by").distinct().count() == 3
        kinds = Counter(Attachment.objects.values_list("content_type", flat=True))
        assert kinds.keys() == {"application/pdf", "image/png", "text/plain"}
        assert HistoryEntry.objects.count() > 200
        days = {entry.updated_on.date() for entry in HistoryEntry.objects.all()}
        assert len(days) > 90
        assert max(days) < TODAY
        assert (TODAY - min(days)).days > 420


@pytest.mark.parametrize(
    ("domain", "counts", "converted"),
    [("halden.example", (40, 90, 70, 60), 15), ("globex.example", (5, 6, 5, 5), 1)],
)
def test_there_are_as_many_as_the_story_tells(
    demo: Demo, domain: str, counts: tuple[int, ...], converted: int
) -> None:
    with demo.inside(domain):
        assert tuple(kind.objects.count() for kind in (Account, Contact, Lead, Opportunity)) == counts
        became = Lead.objects.filter(status="converted", account__isnull=False, opportunity__isnull=False)
        assert became.count() == Lead.objects.filter(status="converted").count() == converted


@pytest.mark.parametrize("domain", ["halden.example", "globex.example"])
def test_every_invoice_hangs_on_its_account(demo: Demo, domain: str) -> None:
    with demo.inside(domain):
        for invoice in Invoice.objects.select_related("account", "contact", "opportunity"):
            account = invoice.account
            assert account, invoice.title
            same = (account.name, account.vat_id, account.language, account.buyer_reference)
            assert same == (invoice.name, invoice.vat_id, invoice.language, invoice.buyer_reference)
            if invoice.contact:
                assert AccountContact.objects.filter(account=account, contact=invoice.contact).exists()
            if invoice.opportunity:
                assert invoice.opportunity.account == account
                assert invoice.opportunity.currency == invoice.currency
        hang = Invoice.objects.filter(opportunity__isnull=False)
        won = Opportunity.objects.filter(status="won")
        assert set(won) <= {invoice.opportunity for invoice in hang}
        too_early = hang.filter(opportunity__status="won", created_on__lt=F("opportunity__closed_at"))
        assert not too_early.exists()


def test_sales_look_like_a_year_of_a_small_studio(demo: Demo) -> None:
    with demo.inside():
        deals, leads = Opportunity.objects.all(), Lead.objects.all()
        assert Counter(deals.values_list("status", flat=True)) == {"won": 31, "open": 19, "lost": 10}
        assert set(deals.values_list("currency", flat=True)) == {"EUR", "USD", "GBP", "CHF"}
        pipelines = Counter(deals.values_list("stage__pipeline__name", flat=True))
        assert pipelines.keys() == {"Projects", "Retainers"}
        assert Pipeline.objects.get(is_default=True).name == "Projects"
        stages = Counter(deals.filter(status="open").values_list("stage__name", flat=True))
        assert stages.keys() == {
            "Enquiry", "Workshop", "Proposal", "Negotiation", "Idea", "Offer", "Trial month"
        }  # fmt: skip
        closing = [deal.expected_close_date or date.max for deal in deals.filter(status="open")]
        assert min(closing) < TODAY < max(closing) < TODAY + timedelta(days=123)
        rotting = [
            deal
            for deal in deals.filter(status="open").select_related("stage")
            if (TODAY - deal.stage_since.date()).days > (deal.stage.rotting_days or 0)
        ]
        assert 5 <= len(rotting) <= 9
        assert OpportunityLine.objects.values("opportunity").distinct().count() == 3
        assert StageChange.objects.count() > 150
        assert all(deals.filter(status="lost").values_list("lost_reason", flat=True))
        assert Counter(leads.values_list("status", flat=True)).keys() == {
            "assigned", "in process", "converted", "recycled", "closed"
        }  # fmt: skip
        assert set(leads.filter(web_form=None).values_list("rating", flat=True)) == {"hot", "warm", "cold"}
        assert len(set(leads.values_list("source", flat=True))) >= 8
        due = leads.filter(next_follow_up__isnull=False)
        assert due.filter(next_follow_up__lt=TODAY).count() >= 5
        assert (
            due.filter(next_follow_up__gte=TODAY, next_follow_up__lt=TODAY + timedelta(days=7)).count() >= 8
        )


def test_people_and_tags_are_as_in_life(demo: Demo) -> None:
    with demo.inside():
        at_firm = Counter(AccountContact.objects.values_list("account", flat=True))
        of_person = Counter(AccountContact.objects.values_list("contact", flat=True))
        assert len(at_firm) == 40
        assert (min(at_firm.values()), max(at_firm.values())) == (1, 4)
        assert set(of_person.values()) == {1, 2}
        assert Contact.objects.filter(do_not_call=True).count() >= 4
        assert set(Contact.objects.values_list("language", flat=True)) == {"en", "de", "fr", "es"}
        countries = set(Account.objects.values_list("billing_address__country", flat=True))
        assert countries == {"DE", "FR", "CH", "ES", "FI", "GR", "NL", "AT", "GB", "US"}
        assert Tag.objects.count() == 7
        assert Tagging.objects.values("tag_id").distinct().count() == 7


def test_entries_of_the_web_form_go_to_its_people_in_turn(demo: Demo) -> None:
    with demo.inside():
        entries = list(Lead.objects.filter(web_form__isnull=False).order_by("id"))
        given = dict(Assignee.objects.values_list("record_id", "user__name"))
    assert len(entries) >= 15
    assert {entry.created_by_id for entry in entries} == {None}
    in_turn = [given[entry.id] for entry in entries]
    assert in_turn == ["Ines Moreau", "Jonas Reuter"] * (len(entries) // 2) + ["Ines Moreau"] * (
        len(entries) % 2
    )


@pytest.mark.parametrize("domain", ["halden.example", "globex.example"])
def test_nothing_is_of_the_future(demo: Demo, domain: str) -> None:
    with demo.inside(domain):
        for model in apps.get_models():
            if not issubclass(model, OrganizationOwned):
                continue
            for field in model._meta.concrete_fields:
                if isinstance(field, DateTimeField):
                    last = model._default_manager.aggregate(last=Max(field.name))["last"]
                    assert last is None or last.date() < TODAY, (model, field.name)


@pytest.mark.parametrize("domain", ["halden.example", "globex.example"])
def test_the_doctor_finds_nothing(demo: Demo, domain: str) -> None:
    org_id = demo.org(domain).id
    verdicts = [judge(rule, [org_id]) for rule in RULES if rule.scope == "organization"]
    assert len(verdicts) > 10
    assert [(verdict.rule.name, verdict.findings) for verdict in verdicts if not verdict.holds] == []


def test_what_happened_is_told_in_its_order(demo: Demo) -> None:
    with demo.inside():
        entries = HistoryEntry.objects.order_by("id").values_list("updated_on", flat=True)
        assert list(entries) == sorted(entries)


def test_the_register_accounts_for_every_number(demo: Demo) -> None:
    with demo.inside():
        entries = list(RegisteredNumber.objects.order_by("value"))
        assert [entry.number for entry in entries] == [f"INV-{value:03d}" for value in range(1, 62)]
        assert [entry.created_on for entry in entries] == sorted(entry.created_on for entry in entries)
        assert sorted(entry.reason for entry in entries if entry.state == "void") == [
            "The draft was cancelled.",
            "The draft was deleted.",
        ]
        in_order = Invoice.objects.order_by("created_on").values_list("number", flat=True)
        deleted = next(entry.number for entry in entries if "deleted" in entry.reason)
        assert list(in_order) == [entry.number for entry in entries if entry.number != deleted]


@pytest.mark.parametrize("domain", ["halden.example", "globex.example"])
def test_totals_payments_and_papers_agree(demo: Demo, domain: str) -> None:
    with demo.inside(domain):
        documents = {document.invoice_id: document for document in IssuedDocument.objects.all()}
        for invoice in Invoice.objects.all():
            stored = (invoice.net_amount, invoice.tax_amount, invoice.total_amount)
            totals = pricing.price(drafts.read(invoice))
            assert (totals.net_amount, totals.tax_amount, totals.total_amount) == stored, invoice.number
            paid = Payment.objects.filter(invoice=invoice).aggregate(sum=Sum("amount"))["sum"] or 0
            assert paid == invoice.amount_paid, invoice.number
            assert (invoice.id in documents) == (invoice.issued_at is not None), invoice.number
        waiting = ProcrastinateJob.objects.filter(task_name="documents.render", args__org=str(invoice.org_id))
        assert {job.args["id"] for job in waiting} == {str(document.id) for document in documents.values()}
        agreed = Invoice.objects.filter(title="Boutique en ligne").values_list("total_amount", flat=True)
        assert list(agreed) == ([Decimal("24500.00")] if domain == "halden.example" else [])


def test_the_papers_can_be_printed_on_the_paper_of_the_country(demo: Demo) -> None:
    for domain, width in (("halden.example", 595), ("globex.example", 612)):
        with demo.inside(domain):
            document = IssuedDocument.objects.order_by("-id")[0]
            page = PdfReader(io.BytesIO(originals.read(document.id))).pages[0]
        assert round(page.mediabox.width) == width
        assert document.number in page.extract_text()


def test_everybody_signs_in_and_sees_their_own(demo: Demo) -> None:
    seen = {
        mailbox: demo.api(mailbox).get("/api/invoices/").json for mailbox in ("admin", "sales", "billing")
    }
    assert seen["admin"]["count"] == 60
    assert 40 < seen["sales"]["count"] < 60
    assert 40 < seen["billing"]["count"] < 60
    assert seen["admin"]["results"][0]["status"] == "Draft"


def test_they_know_nothing_of_each_other(demo: Demo) -> None:
    ours, theirs = demo.api("admin"), demo.api("admin", "globex.example")
    listed = theirs.get("/api/invoices/?limit=500")
    assert listed.json["count"] == 10
    assert not [bill for bill in halden.COMPANY.bills if bill.to.name in listed.body.decode()]
    one = ours.get("/api/invoices/?limit=1").json["results"][0]["id"]
    assert theirs.get(f"/api/invoices/{one}/").status == 404
    assert theirs.get("/api/users/").json["count"] == 1
    for plural in KINDS[1:]:
        one = ours.get(f"/api/{plural}/?limit=1").json["results"][0]["id"]
        assert theirs.get(f"/api/{plural}/{one}/").status == 404
    with demo.inside("globex.example"):
        assert Invoice.objects.count() == 10
        numbers = list(Invoice.objects.order_by("created_on").values_list("number", flat=True))
    assert numbers[0] == "GX-2025-001"
    assert {(number or "")[:8] for number in numbers} == {"GX-2025-", "GX-2026-"}


def test_the_same_day_has_the_same_content(demo: Demo) -> None:
    twin = build()
    for domain in ("halden.example", "globex.example"):
        first, second = told(demo.api("admin", domain)), told(twin.api("admin", domain))
        assert first
        assert first == second


def test_a_second_time_changes_nothing(demo: Demo) -> None:
    before = _versions(demo)
    ensure_demo(password="another one, never used", today=date(2026, 4, 1), subdomain=demo.subdomain)
    assert _versions(demo) == before


def _versions(demo: Demo) -> list[Any]:
    users = User.objects.filter(email__contains=f"@{demo.subdomain}.").order_by("id")
    with demo.inside():
        rows = Invoice.objects.order_by("id").values_list("id", "version", "updated_on")
        return [*users.values_list("email", "password", "version"), *rows, HistoryEntry.objects.count()]


def test_what_fails_on_its_way_leaves_nothing_of_that_company(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Bill(Days(200), halden.COMPANY.bills[0].to, "Never", (Line("Never", "1", "-1"),))
    broken = dataclasses.replace(halden.COMPANY, bills=(*halden.COMPANY.bills[:5], wrong))
    monkeypatch.setattr(making, "COMPANIES", (globex.COMPANY, broken))
    subdomain = f"d{new_id().hex}"
    with pytest.raises(InvalidInput, match="rate"):
        ensure_demo(password=PASSWORD, today=TODAY, subdomain=subdomain)
    left = User.objects.filter(email__contains=f"@{subdomain}.").values_list("email", flat=True)
    assert list(left) == [f"admin@{subdomain}.globex.example"]
