"""The demo as its people find it: two organizations, sixty invoices and ten, nothing half made."""

import dataclasses
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
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
from fairlead.documents import originals
from fairlead.foundation.errors import InvalidInput
from fairlead.foundation.ids import new_id
from fairlead.records.models import Attachment, Comment, HistoryEntry
from fairlead.tenancy.context import organization
from fairlead.tenancy.models import Membership, Organization, User
from tests.world import Api

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


def told(api: Api) -> list[Any]:
    """All that the API tells of every invoice, oldest first, without what differs from one demo to the next."""
    rows = api.get("/api/invoices/?limit=500&ordering=created_on").json["results"]
    details = [api.get(f"/api/invoices/{row['id']}/").body.decode() for row in rows]
    return [json.loads(_ID.sub("id", re.sub(r"@d[0-9a-f]{32}\.", "@", text))) for text in details]


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
    wrong = Bill(Days(1), halden.COMPANY.bills[0].to, "Never", (Line("Never", "1", "-1"),))
    broken = dataclasses.replace(halden.COMPANY, bills=(*halden.COMPANY.bills[:5], wrong))
    monkeypatch.setattr(making, "COMPANIES", (globex.COMPANY, broken))
    subdomain = f"d{new_id().hex}"
    with pytest.raises(InvalidInput, match="rate"):
        ensure_demo(password=PASSWORD, today=TODAY, subdomain=subdomain)
    left = User.objects.filter(email__contains=f"@{subdomain}.").values_list("email", flat=True)
    assert list(left) == [f"admin@{subdomain}.globex.example"]
