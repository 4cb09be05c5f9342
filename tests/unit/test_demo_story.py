"""The demo's story holds on every day, and nothing in it could be mistaken for somebody's."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fairlead.cli.demo import drafting, globex, halden, schedule
from fairlead.cli.demo.story import Attach, Company, Delete
from fairlead.foundation import clock, codes

COMPANIES = (halden.COMPANY, globex.COMPANY)
TODAY = date(2026, 3, 16)


def customers() -> dict[str, Any]:
    return {bill.to.name: bill.to for company in COMPANIES for bill in company.bills}


@pytest.mark.parametrize("company", COMPANIES, ids=lambda company: company.domain)
def test_on_every_day_of_a_leap_year_all_is_in_order_and_over_before_today(company: Company) -> None:
    zone = company.settings["time_zone"]
    for today in (date(2028, 1, 1) + timedelta(days=number) for number in range(367)):
        events = schedule.events(company.bills, today, zone)
        founded = schedule.founded(today, zone)
        assert all(founded < event.at and event.at.date() < today for event in events), today
        assert all(event.at.weekday() < 5 for event in events), today
        assert sum(event.step is None for event in events) == len(company.bills), today
        for number, bill in enumerate(company.bills):
            told = [event.step for event in events if event.number == number]
            assert told == [None, *bill.steps[: len(told) - 1]], (today, bill.title)


@pytest.mark.parametrize("company", COMPANIES, ids=lambda company: company.domain)
def test_the_newest_is_of_these_days_and_the_oldest_fourteen_months_old(company: Company) -> None:
    events = schedule.events(company.bills, TODAY, company.settings["time_zone"])
    assert (TODAY - events[0].at.date()).days > 390
    assert (TODAY - events[-1].at.date()).days < 7


def test_the_same_day_gives_the_same_minutes() -> None:
    first, second = (schedule.events(halden.COMPANY.bills, TODAY, "Europe/Berlin") for _ in range(2))
    assert first == second
    assert first != schedule.events(halden.COMPANY.bills, TODAY + timedelta(days=1), "Europe/Berlin")


def test_a_quarter_and_a_month_are_billed_on_their_last_working_day() -> None:
    made = {
        drafting.say(event.bill.title, event.bill, event.at.date()): str(event.at.date())
        for event in schedule.events(halden.COMPANY.bills, date(2026, 3, 1), "Europe/Berlin")
        if event.step is None
    }
    assert made["Hosting und Wartung, 4. Quartal 2025"] == "2025-12-31"
    assert made["Maintenance du site, février 2026"] == "2026-02-27"


def test_every_vat_identifier_is_one_of_its_country() -> None:
    numbers = [customer.vat_id for customer in customers().values() if customer.vat_id]
    assert len(numbers) >= 12
    assert not [number for number in numbers if codes.vat_id_complaint(number)]
    taxed_there = [customer for customer in customers().values() if customer.tax.category == "AE"]
    assert all(customer.vat_id for customer in taxed_there)


def test_mail_goes_to_nobody() -> None:
    addresses = [customer.email for customer in customers().values()]
    addresses += [company.settings["email"] for company in COMPANIES]
    assert all(re.fullmatch(r"[a-z.]+@[a-z-]+\.example", address) for address in addresses)


def test_every_text_is_filled_in() -> None:
    for company in COMPANIES:
        for bill in company.bills:
            fields = drafting.fields(bill, company, TODAY)
            assert not re.search(r"[{}]|lorem|ipsum", str([fields["invoice_title"], fields["notes"]]))
            assert all(isinstance(line["rate"], Decimal) for line in fields["lines"])


def test_who_signs_is_known() -> None:
    signed = [
        bill.to
        for company in COMPANIES
        for bill in company.bills
        for step in bill.steps
        if isinstance(step, Attach) and step.paper == "acceptance"
    ]
    assert len(signed) >= 4
    assert all(customer.contact for customer in signed)


def test_there_are_sixty_and_ten_beside_the_deleted_draft() -> None:
    kept = [
        sum(not any(isinstance(step, Delete) for step in bill.steps) for bill in company.bills)
        for company in COMPANIES
    ]
    assert kept == [60, 10]


def test_the_clock_says_what_it_is_told_and_then_the_truth_again() -> None:
    then = schedule.founded(TODAY, "Europe/Berlin")
    with clock.at(then):
        assert clock.now() == then
        with clock.at(then + timedelta(hours=20)):
            assert clock.today("Europe/Berlin") == then.date() + timedelta(days=1)
        assert clock.today("Europe/Berlin") == then.date()
    assert clock.now() > then + timedelta(days=300)
