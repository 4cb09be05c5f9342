"""The words in which it is told whom a company deals with: firms and their people, leads, and what may be sold.

Each is made so many days before today, `ago`, and has `steps` after that; all of them have happened before today.
Firms are known by the name of their domain, people by their names, leads and deals by their titles.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairlead.cli.demo.story import Attach, Bill, Customer, Days, Line, Say


@dataclass(frozen=True, slots=True)
class Meet:
    """Somebody at a firm becomes known. `also` is another firm where they are something, and what."""

    after: int
    name: str
    title: str = ""
    role: str = ""
    phone: str = ""
    salutation: str = ""
    do_not_call: bool = False
    also: tuple[str, str] | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Firm:
    """An account. Where a lead has become it already, its fields are filled in at `ago`."""

    ago: int
    key: str
    fields: Mapping[str, Any]
    steps: tuple[Meet | Say, ...]
    currency: str = "EUR"
    tags: tuple[str, ...] = ()
    is_billed: bool = False
    by: str = ""

    @property
    def made(self) -> Days:
        return Days(self.ago)

    @property
    def title(self) -> str:
        return str(self.fields["name"])


@dataclass(frozen=True, slots=True)
class Work:
    """A lead takes another status. `follow_up` counts days from today."""

    after: int
    status: str
    follow_up: int | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Lead:
    """Somebody who may buy. `site` is the name of their domain; what is `from_form` they have written themselves."""

    ago: int
    title: str
    person: str
    company: str = ""
    site: str = ""
    job: str = ""
    source: str = ""
    rating: str = ""
    amount: str = ""
    currency: str = "EUR"
    phone: str = ""
    says: str = ""
    follow_up: int | None = None
    steps: tuple[Work | Say, ...] = ()
    from_form: bool = False
    by: str = ""

    @property
    def made(self) -> Days:
        return Days(self.ago)


@dataclass(frozen=True, slots=True)
class Go:
    """A deal comes into another stage of its pipeline."""

    after: int
    stage: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Win:
    after: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class Lose:
    after: int
    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Deal:
    """An opportunity, or what the `lead` of this title becomes.

    `closes` counts days from today; without it that is the day on which it is decided. `bills` are the titles of those
    that hang on it. `pipeline` and `stage` are the first ones unless they are said.
    """

    ago: int
    firm: str
    title: str
    amount: str = ""
    people: tuple[str, ...] = ()
    steps: tuple[Go | Win | Lose | Say | Attach, ...] = ()
    closes: int | None = None
    bills: tuple[str, ...] = ()
    lead: str = ""
    pipeline: str = ""
    stage: str = ""
    source: str = "existing customer"
    type: str = "existing business"
    tags: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    says: str = ""
    probability: int | None = None
    by: str = ""

    @property
    def made(self) -> Days:
        return Days(self.ago)

    @property
    def decided(self) -> Win | Lose | None:
        """How it ended, if it has."""
        return next((step for step in self.steps if isinstance(step, Win | Lose)), None)


Dealing = Firm | Lead | Deal


@dataclass(frozen=True, slots=True)
class Pipeline:
    """`stages` are as `pipelines.create` takes them."""

    name: str
    stages: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Sales:
    """Whom a company deals with. `seller` does it, for `teams`, unless a dealing says otherwise.

    Who is billed is for `teams_of_billed`. The first pipeline is the default one, which is kept as it is made where it
    has no stages. `tags` have a colour each; `form` is the title of a web form whose entries go to `in_turn`.
    """

    seller: str
    firms: tuple[Firm, ...]
    leads: tuple[Lead, ...]
    deals: tuple[Deal, ...]
    tags: Mapping[str, str]
    pipelines: tuple[Pipeline, ...]
    teams: tuple[str, ...] = ()
    teams_of_billed: tuple[str, ...] = ()
    form: str = ""
    in_turn: tuple[str, ...] = ()

    @property
    def dealings(self) -> tuple[Dealing, ...]:
        return (*self.firms, *self.leads, *self.deals)

    def people(self) -> dict[str, Firm]:
        """The firm at which each of the people is met, by their names."""
        return {step.name: firm for firm in self.firms for step in firm.steps if isinstance(step, Meet)}

    def firm_of(self, bill: Bill) -> Firm:
        """Who is billed."""
        return next(firm for firm in self.firms if firm.title == bill.to.name)

    def deal_of(self, bill: Bill) -> Deal | None:
        """What was sold, if the bill hangs on that."""
        key = self.firm_of(bill).key
        return next((deal for deal in self.deals if deal.firm == key and bill.title in deal.bills), None)

    def contact_of(self, bill: Bill) -> str | None:
        """Who it was sold to, or else who sees to the invoices there, or the only one there is."""
        deal = self.deal_of(bill)
        if deal:
            return deal.people[0]
        met = [step for step in self.firm_of(bill).steps if isinstance(step, Meet)]
        pays = [step.name for step in met if step.role == "Invoices" or len(met) == 1]
        return pays[0] if pays else None


def customer(
    ago: int,
    billed: Customer,
    industry: str,
    employees: int,
    *people: Meet | Say,
    tags: tuple[str, ...] = (),
    by: str = "",
) -> Firm:
    """Who is billed, as an account with what the bills say of it."""
    key = billed.email.partition("@")[2].removesuffix(".example")
    fields = {
        "name": billed.name,
        "email": billed.email,
        "phone": billed.phone,
        "website": f"https://www.{key}.example",
        "billing_address": dict(billed.address),
        "vat_id": billed.vat_id,
        "buyer_reference": billed.buyer_reference,
        "payment_terms": billed.terms,
        "language": billed.language,
        "industry": industry,
        "number_of_employees": employees,
    }
    return Firm(ago, key, fields, people, billed.currency, tags, is_billed=True, by=by)
