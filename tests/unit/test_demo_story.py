"""The demo's story holds on every day, and nothing in it could be mistaken for somebody's."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fairlead.cli.demo import desk, drafting, globex, halden, schedule
from fairlead.cli.demo.company import Company
from fairlead.cli.demo.dealings import Deal, Firm, Lead, Meet, Win, Work
from fairlead.cli.demo.story import Attach, Bill, Delete
from fairlead.foundation import clock, codes

COMPANIES = (halden.COMPANY, globex.COMPANY)
TODAY = date(2026, 3, 16)
# Ranges that the regulators keep free for films and the like.
FICTION = re.compile(
    r"\+1 \d{3} 555 01\d\d$|\+44 (20 7946|11[3-8] 496) 0\d{3}$"
    r"|\+49 (30 23125 \d{3}|40 66969 \d{3}|221 4710 \d{3}|171 39200\d\d|176 040690\d\d)$"
    r"|\+33 (1 99 00|2 61 91|3 53 01|5 36 49|6 39 98) \d\d \d\d$"
)


def customers() -> dict[str, Any]:
    return {bill.to.name: bill.to for company in COMPANIES for bill in company.bills}


def events_of(company: Company, today: date) -> list[schedule.Event]:
    things = (*company.bills, *company.sales.dealings)
    return schedule.events(things, today, company.settings["time_zone"])


def makes(event: schedule.Event, company: Company) -> Iterator[str]:
    """By what is called what is there from now on."""
    match event.thing, event.step:
        case Firm(), None:
            yield f"firm {event.thing.key}"
        case Firm(), Meet(name=name):
            yield f"person {name}"
        case Lead(), None:
            yield f"lead {event.thing.title}"
        case Deal(), None:
            yield f"deal {event.thing.title}"
            if event.thing.lead:
                yield from (f"firm {event.thing.firm}", f"person {event.thing.people[0]}")


def needs(event: schedule.Event, company: Company) -> Iterator[str]:
    """What must be there before, by the same names."""
    match event.thing, event.step:
        case Firm(), Meet(also=(other, _)):
            yield f"firm {other}"
        case Deal(), None:
            new = 1 if event.thing.lead else 0
            yield f"lead {event.thing.lead}" if new else f"firm {event.thing.firm}"
            yield from (f"person {name}" for name in event.thing.people[new:])
        case Bill(), None:
            yield f"firm {company.sales.firm_of(event.thing).key}"
            deal = company.sales.deal_of(event.thing)
            yield from ([f"deal {deal.title}", f"person {deal.people[0]}"] if deal else ())


@pytest.mark.parametrize("company", COMPANIES, ids=lambda company: company.domain)
def test_on_every_day_of_a_leap_year_all_is_in_order_and_over_before_today(company: Company) -> None:
    things = (*company.bills, *company.sales.dealings)
    for today in (date(2028, 1, 1) + timedelta(days=number) for number in range(367)):
        events = events_of(company, today)
        founded = schedule.founded(today, company.settings["time_zone"])
        assert all(founded < event.at and event.at.date() < today for event in events), today
        assert all(event.at.weekday() < 5 for event in events), today
        told = defaultdict(list)
        known = set[str]()
        for event in events:
            told[event.number].append(event.step)
            assert known.issuperset(needs(event, company)), (today, event)
            known.update(makes(event, company))
        for number, thing in enumerate(things):
            steps = thing.steps[: len(told[number]) - 1] if isinstance(thing, Bill) else thing.steps
            assert told[number] == [None, *steps], (today, thing.title)


@pytest.mark.parametrize("company", COMPANIES, ids=lambda company: company.domain)
def test_on_every_day_a_deal_is_decided_before_it_is_billed_and_a_lead_worked_before_it_is_converted(
    company: Company,
) -> None:
    sold_by = {bill.title: deal for bill in company.bills if (deal := company.sales.deal_of(bill))}
    for today in (date(2028, 1, 1) + timedelta(days=number) for number in range(367)):
        won, converted = set[str](), set[str]()
        for event in events_of(company, today):
            match event.thing, event.step:
                case Deal(), Win():
                    won.add(event.thing.title)
                case Deal(lead=lead), None:
                    converted.add(lead)
                case Lead(), _:
                    assert event.thing.title not in converted, (today, event)
                case Bill(), None if event.thing.title in sold_by:
                    deal = sold_by[event.thing.title]
                    assert deal.title in won or not isinstance(deal.decided, Win), (today, event)


@pytest.mark.parametrize("company", COMPANIES, ids=lambda company: company.domain)
def test_the_newest_is_of_these_days_and_the_oldest_fourteen_months_old(company: Company) -> None:
    events = events_of(company, TODAY)
    assert (TODAY - events[0].at.date()).days > 390
    assert (TODAY - events[-1].at.date()).days < 7


def test_the_same_day_gives_the_same_minutes() -> None:
    first, second = (events_of(halden.COMPANY, TODAY) for _ in range(2))
    assert first == second
    assert first != events_of(halden.COMPANY, TODAY + timedelta(days=1))


def test_a_quarter_and_a_month_are_billed_on_their_last_working_day() -> None:
    made = {
        drafting.say(event.thing.title, event.thing, event.at.date()): str(event.at.date())
        for event in schedule.events(halden.COMPANY.bills, date(2026, 3, 1), "Europe/Berlin")
        if event.step is None and isinstance(event.thing, Bill)
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
    for sales in (company.sales for company in COMPANIES):
        addresses += [str(firm.fields["email"]) for firm in sales.firms]
        addresses += [desk.address(name, firm.key) for name, firm in sales.people().items()]
        addresses += [desk.address(lead.person, lead.site) for lead in sales.leads]
    assert len(addresses) > 200
    assert not [one for one in addresses if not re.fullmatch(r"[a-z.]+@[a-z-]+\.example", one)]


def test_nobody_answers_the_telephone() -> None:
    numbers = [customer.phone for customer in customers().values()]
    for sales in (company.sales for company in COMPANIES):
        numbers += [lead.phone for lead in sales.leads]
        numbers += [step.phone for firm in sales.firms for step in firm.steps if isinstance(step, Meet)]
    given = [number for number in numbers if number]
    assert len(given) > 50
    assert not [number for number in given if not FICTION.match(number)]


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


def test_there_are_as_many_of_each_kind_as_the_story_promises() -> None:
    counts = [
        tuple(map(len, (sales.firms, sales.people(), sales.leads, sales.deals)))
        for sales in (company.sales for company in COMPANIES)
    ]
    assert counts == [(40, 90, 70, 60), (5, 6, 5, 5)]
    for sales in (company.sales for company in COMPANIES):
        met = Counter(step.name for firm in sales.firms for step in firm.steps if isinstance(step, Meet))
        titles = Counter((type(thing), thing.title) for thing in sales.dealings)
        assert set(met.values()) == set(titles.values()) == {1}
        assert all(1 <= sum(isinstance(step, Meet) for step in firm.steps) <= 4 for firm in sales.firms)


def test_every_bill_has_its_account_and_every_deal_its_bills() -> None:
    for company in COMPANIES:
        billed = {(company.sales.firm_of(bill).key, bill.title) for bill in company.bills}
        named = [(deal.firm, title) for deal in company.sales.deals for title in deal.bills]
        assert len(named) == len(set(named))
        assert set(named) <= billed
        assert all(deal.bills for deal in company.sales.deals if isinstance(deal.decided, Win))


def test_what_is_open_closes_in_the_months_to_come() -> None:
    for deal in halden.COMPANY.sales.deals:
        assert (deal.closes is None) == (deal.decided is not None), deal.title
        assert deal.closes is None or -10 < deal.closes < 123
    assert {
        step.status for lead in halden.COMPANY.sales.leads for step in lead.steps if isinstance(step, Work)
    } == {
        "in process",
        "recycled",
        "closed",
    }


def test_the_clock_says_what_it_is_told_and_then_the_truth_again() -> None:
    then = schedule.founded(TODAY, "Europe/Berlin")
    with clock.at(then):
        assert clock.now() == then
        with clock.at(then + timedelta(hours=20)):
            assert clock.today("Europe/Berlin") == then.date() + timedelta(days=1)
        assert clock.today("Europe/Berlin") == then.date()
    assert clock.now() > then + timedelta(days=300)
