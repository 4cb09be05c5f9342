"""Whom a company of the demo deals with: every event is a command, done by the person who would do it."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from fairlead.cli.demo import drafting, papers
from fairlead.cli.demo.company import Company
from fairlead.cli.demo.dealings import Deal, Dealing, Firm, Go, Lead, Lose, Meet, Pipeline, Win, Work
from fairlead.cli.demo.schedule import Event, working_day
from fairlead.cli.demo.story import Attach, Bill, Say, Tax
from fairlead.crm import accounts, contacts, leads, opportunities, pipelines, web_forms
from fairlead.crm.models import Lead as StoredLead
from fairlead.records import attachments, comments, links, tags, visibility
from fairlead.records.kinds import Kind
from fairlead.tenancy.context import Actor, acting, organization


@dataclass
class Desk:
    """`actors` by mailbox, `groups` are the teams by name; what is made, by what it is called in the story.

    `whose` tells who has a lead, and what has become of it, where that is not whom the story names.
    """

    company: Company
    actors: Mapping[str, Actor]
    groups: Mapping[str, UUID]
    today: date
    tags: dict[str, UUID] = field(default_factory=dict)
    stages: dict[tuple[str, str], UUID] = field(default_factory=dict)
    form_key: str = ""
    firms: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)
    leads: dict[str, UUID] = field(default_factory=dict)
    deals: dict[str, UUID] = field(default_factory=dict)
    whose: dict[str, str] = field(default_factory=dict)

    def furnish(self) -> None:
        """Make tags, pipelines and the web form."""
        sales = self.company.sales
        self.tags = {name: tags.create(name, color).id for name, color in sales.tags.items()}
        for told, pipeline_id in zip(sales.pipelines, self._pipelines(*sales.pipelines), strict=True):
            made = pipelines.stages(pipeline_id)
            self.stages |= {(told.name, stage.name): stage.id for stage in made}
        if sales.form:
            in_turn = [self.actors[mailbox].user_id for mailbox in sales.in_turn]
            given = {"title": sales.form, "strategy": "round_robin", "lead_assigned_to": in_turn}
            self.form_key = web_forms.key_of(web_forms.create(given))

    def _pipelines(self, first: Pipeline, *others: Pipeline) -> Iterator[UUID]:
        default = pipelines.default().id
        if first.stages:
            pipelines.change(default, {"name": first.name, "stages": first.stages})
        yield default
        for one in others:
            yield pipelines.create({"name": one.name, "stages": one.stages}).id

    def carry_out(self, event: Event) -> None:
        """Do it, at the time that the clock says, in the organization that is bound."""
        thing, step = event.thing, event.step
        assert not isinstance(thing, Bill)  # noqa: S101  # the office sees to these
        with acting(self.actors[self._who(thing, step)]):
            match thing:
                case Firm():
                    self._at_firm(thing, step)
                case Lead():
                    self._on_lead(thing, step)
                case Deal():
                    self._on_deal(thing, step)

    def of_bill(self, bill: Bill) -> dict[str, UUID | None]:
        """Whom a bill is for, and what was sold by it."""
        sales = self.company.sales
        deal, contact = sales.deal_of(bill), sales.contact_of(bill)
        return {
            "account": self.firms[sales.firm_of(bill).key],
            "contact": self.people.get(contact) if contact else None,
            "opportunity": self.deals[deal.title] if deal else None,
        }

    def _who(self, thing: Dealing, step: Any) -> str:
        met = self.whose.get(step.name, "") if isinstance(step, Meet) else ""
        return (step.by if step else "") or met or self._whose(thing)

    def _at_firm(self, firm: Firm, step: Any) -> None:
        match step:
            case None:
                given = {**firm.fields, **self._shared(firm, firm.tags)}
                self._keep(accounts, self.firms, firm.key, given)
            case Meet():
                self._keep(contacts, self.people, step.name, self._person(firm, step))
            case Say():
                _say(accounts.ACCOUNT, self.firms[firm.key], step)

    def _on_lead(self, lead: Lead, step: Any) -> None:
        match step:
            case None:
                made = self._receive(lead) if lead.from_form else leads.create(self._lead(lead))
                self.leads[lead.title] = made
            case Work():
                leads.change(self.leads[lead.title], self._worked(lead, step))
            case Say():
                _say(leads.LEAD, self.leads[lead.title], step)

    def _on_deal(self, deal: Deal, step: Any) -> None:
        if step is None:
            self.deals[deal.title] = (
                self._convert(deal) if deal.lead else opportunities.create(self._deal(deal))
            )
            return
        deal_id = self.deals[deal.title]
        match step:
            case Win():
                opportunities.win(deal_id)
            case Go():
                opportunities.move(deal_id, self._stage(deal, step.stage))
            case Lose():
                opportunities.lose(deal_id, step.reason)
            case Say():
                _say(opportunities.OPPORTUNITY, deal_id, step)
            case Attach():
                _attach(opportunities.OPPORTUNITY, deal_id, step)

    def _keep(self, kind: Any, known: dict[str, UUID], key: str, given: Mapping[str, Any]) -> None:
        """Make it, or fill it in where a lead has become it."""
        if key in known:
            kind.change(known[key], given)
        else:
            known[key] = kind.create(given)

    def _person(self, firm: Firm, met: Meet) -> dict[str, Any]:
        first, _, last = met.name.partition(" ")
        at = [{"id": self.firms[firm.key], "role": met.role, "title": met.title, "is_primary": True}]
        if met.also:
            other, title = met.also
            at.append({"id": self.firms[other], "role": "", "title": title, "is_primary": False})
        return {
            "salutation": met.salutation,
            "first_name": first,
            "last_name": last,
            "title": met.title,
            "emails": [{"email": address(met.name, firm.key), "type": "work", "is_primary": True}],
            "phones": [{"phone": met.phone, "type": "work", "is_primary": True}] if met.phone else [],
            "do_not_call": met.do_not_call,
            "language": firm.fields["language"],
            "accounts": at,
            "teams": self._shared(firm)["teams"],
        }

    def _receive(self, lead: Lead) -> UUID:
        """An entry of the web form, which nobody of the company makes; whose turn it is has it."""
        org_id = self.actors[self.company.sales.seller].org_id
        with organization(org_id):
            web_forms.receive(self.form_key, "", {**_entry(lead), "title": lead.title})
        found = StoredLead.objects.filter(org_id=org_id, web_form__isnull=False).order_by("-id")[0].id
        has_it = links.read(found)["assigned_to"]
        self.whose[lead.title] = next(
            mailbox for mailbox, actor in self.actors.items() if actor.user_id in has_it
        )
        return found

    def _lead(self, lead: Lead) -> dict[str, Any]:
        return {
            **_entry(lead),
            "source": lead.source,
            "rating": lead.rating,
            "opportunity_amount": Decimal(lead.amount) if lead.amount else None,
            "currency": lead.currency if lead.amount else "",
            "next_follow_up": self._day(lead.follow_up),
            **self._shared(lead),
        }

    def _worked(self, lead: Lead, step: Work) -> dict[str, Any]:
        """What somebody who has looked at a lead says of it; one from the web form nobody has shared before."""
        return {
            "status": step.status,
            "next_follow_up": self._day(step.follow_up),
            "rating": lead.rating,
            **self._shared(lead),
        }

    def _convert(self, deal: Deal) -> UUID:
        """By who has the lead; then what the lead does not say is filled in."""
        made = leads.convert(self.leads[deal.lead], {"opportunity_name": deal.title})
        for known, key, found in (
            (self.firms, deal.firm, made.account),
            (self.people, deal.people[0], made.contact),
        ):
            if key not in known and found:
                known[key], self.whose[key] = found, self._whose(deal)
        opportunities.change(made.opportunity, self._more(deal))
        return made.opportunity

    def _deal(self, deal: Deal) -> dict[str, Any]:
        return {
            "name": deal.title,
            "account": self.firms[deal.firm],
            "lead_source": deal.source,
            "description": deal.says,
            "stage": self._stage(deal, deal.stage),
            **self._shared(deal),
            **self._more(deal),
        }

    def _more(self, deal: Deal) -> dict[str, Any]:
        """What no lead says."""
        shared = self._shared(deal, deal.tags)
        return {
            "contacts": [self.people[name] for name in deal.people],
            "currency": self._firm(deal).currency,
            "expected_close_date": self._closes(deal),
            "type": deal.type,
            "probability": deal.probability,
            **({"amount": Decimal(deal.amount)} if deal.amount else {"lines": _lines(deal)}),
            **{name: shared[name] for name in ("teams", "tags")},
        }

    def _stage(self, deal: Deal, name: str) -> UUID:
        pipeline = deal.pipeline or self.company.sales.pipelines[0].name
        stages = {stage: found for (of, stage), found in self.stages.items() if of == pipeline}
        return stages[name] if name else next(iter(stages.values()))

    def _closes(self, deal: Deal) -> date | None:
        decided_ago = deal.ago - deal.decided.after if deal.decided else 0
        return self._day(-decided_ago if deal.closes is None else deal.closes)

    def _day(self, ahead: int | None) -> date | None:
        return None if ahead is None else working_day(self.today + timedelta(days=ahead))

    def _shared(self, thing: Dealing, named: tuple[str, ...] = ()) -> dict[str, Any]:
        """Whom it is given to: who has it, and those who bill it or sell."""
        sales = self.company.sales
        is_billed = not isinstance(thing, Lead) and self._firm(thing).is_billed
        groups = sales.teams_of_billed if is_billed else sales.teams
        return {
            "assigned_to": [self.actors[self._whose(thing)].user_id],
            "teams": [self.groups[name] for name in groups],
            "tags": [self.tags[name] for name in named],
        }

    def _firm(self, thing: Firm | Deal) -> Firm:
        if isinstance(thing, Firm):
            return thing
        return next(firm for firm in self.company.sales.firms if firm.key == thing.firm)

    def _whose(self, thing: Dealing) -> str:
        key = thing.key if isinstance(thing, Firm) else thing.title
        if isinstance(thing, Deal) and thing.lead:
            lead = next(one for one in self.company.sales.leads if one.title == thing.lead)
            return self._whose(lead)
        return self.whose.get(key) or thing.by or self.company.sales.seller


def address(name: str, site: str) -> str:
    """The mailbox of somebody, in plain letters."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    words = "".join(sign for sign in plain if sign == " " or (sign.isascii() and sign.isalpha())).split()
    return f"{'.'.join(words)}@{site}.example"


def _entry(lead: Lead) -> dict[str, Any]:
    first, _, last = lead.person.partition(" ")
    return {
        "title": lead.title,
        "first_name": first,
        "last_name": last,
        "company_name": lead.company,
        "job_title": lead.job,
        "email": address(lead.person, lead.site) if lead.site else "",
        "website": f"https://www.{lead.site}.example" if lead.site and lead.company else "",
        "phone": lead.phone,
        "description": lead.says,
    }


def _lines(deal: Deal) -> list[dict[str, Any]]:
    return [{**drafting.line_fields(line, Tax()), "description": line.description} for line in deal.lines]


def _say(kind: Kind, record_id: UUID, step: Say) -> None:
    visibility.require(kind, "comment", record_id)
    comments.add(kind, record_id, step.text)


def _attach(kind: Kind, record_id: UUID, step: Attach) -> None:
    visibility.require(kind, "attach", record_id)
    attachments.add(kind, record_id, SimpleUploadedFile(step.file_name, papers.picture(step.paper)))
