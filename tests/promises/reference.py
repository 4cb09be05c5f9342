"""What may be done to an invoice, by whom and when: a second opinion, written from the design alone.

It shares no code with the product. Every verb of `Book` returns the status of the API's answer, or raises `Refused`;
whoever asks keeps a copy, since a refusal may come in the middle. Figures in requests are texts, as they are sent.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal

from tests.promises import reference_totals as totals
from tests.promises.reference_totals import DIGITS, ZERO, Adjustment, Given, Refused, Sums

OPEN = ("Sent", "Pending")
# From each status: where to, and what that needs.
STEPS = {
    "Draft": {"Sent": "", "Pending": "", "Paid": "", "Cancelled": ""},
    "Sent": {"Pending": "", "Paid": "", "Cancelled": "admin unpaid"},
    "Pending": {"Sent": "", "Paid": "", "Cancelled": "admin unpaid"},
    "Paid": {"Sent": "admin reason", "Pending": "admin reason"},
    "Cancelled": {},
}
NOT_PRINTED = {"internal_notes", "assigned_to", "teams"}
PLAIN = {
    "tax_rate", "currency", "prices_include_tax", "issue_date", "due_date", "notes", *NOT_PRINTED
}  # fmt: skip


@dataclass
class Invoice:
    """`ledger`: the amounts, and which entry each reverses; `entries` and `mails` are counted."""

    creator: str
    fields: Given
    sums: Sums = field(default_factory=Sums)
    adjustment: Adjustment | None = None
    number: str | None = None
    status: str = "Draft"
    open_status: str = "Sent"
    ledger: list[tuple[Decimal, int | None]] = field(default_factory=list)
    entries: int = 1
    mails: int = 0
    is_issued: bool = False
    is_deleted: bool = False

    @property
    def paid(self) -> Decimal:
        return sum((amount for amount, _ in self.ledger), ZERO)

    @property
    def due(self) -> Decimal:
        return self.sums.total - self.paid

    @property
    def payment_state(self) -> str:
        if self.status == "Paid":
            return "paid"
        return "partial" if self.paid else "unpaid"

    @property
    def standing(self) -> list[int]:
        """The payments that nobody has reversed."""
        reversed_ones = {of for _, of in self.ledger}
        return [n for n, (_, of) in enumerate(self.ledger) if of is None and n not in reversed_ones]


@dataclass
class Book:
    """The invoices of one organization and its register of numbers. `teams`: who is in the team."""

    number_on: str
    admins: frozenset[str]
    team: frozenset[str]
    invoices: list[Invoice] = field(default_factory=list)
    register: list[tuple[str, str]] = field(default_factory=list)
    counter: int = 0

    def create(self, who: str, given: Given) -> int:
        lists: Given = {"lines": [{}], "allowances": [], "charges": [], "assigned_to": [], "teams": []}
        texts = {"notes": "", "internal_notes": ""}
        invoice = Invoice(
            who, dict.fromkeys(PLAIN) | {"prices_include_tax": False, "tax": None} | texts | lists
        )
        _edit(invoice, given, is_new=True)
        self.invoices.append(invoice)
        if "invoice_number" in given:
            self._choose(invoice, given["invoice_number"])
        elif self.number_on == "create":
            self._count(invoice)
        self._step(invoice, who, given.get("status", "Draft"), "")
        return 201

    def change(self, at: int, who: str, given: Given) -> int:
        invoice = self._see(at, who, "creator", "assignee")
        wants_number = given.get("invoice_number", invoice.number)
        changed = _edit(invoice, given) | ({"number"} if wants_number != invoice.number else set())
        if invoice.status != "Draft" and changed - NOT_PRINTED:
            raise Refused
        if wants_number != invoice.number:
            self._void(invoice)
            self._choose(invoice, wants_number)
        invoice.entries += bool(changed)
        self._step(invoice, who, given.get("status", invoice.status), "")
        return 200

    def step(self, at: int, who: str, status: str, reason: str) -> int:
        self._step(self._see(at, who, "creator", "assignee"), who, status, reason)
        return 200

    def pay(self, at: int, who: str, amount: str) -> int:
        invoice, money = self._see(at, who, "creator", "assignee"), Decimal(amount)
        places = DIGITS[invoice.fields["currency"]]
        if (
            invoice.status not in OPEN
            or not ZERO < money <= invoice.due
            or money != totals.rounded(money, places)
        ):
            raise Refused
        invoice.ledger.append((money, None))
        invoice.status = invoice.status if invoice.due else "Paid"
        invoice.entries += 1
        return 201

    def reverse(self, at: int, who: str, payment: int) -> int:
        invoice = self._see(at, who)
        if invoice.status in ("Draft", "Cancelled"):
            raise Refused
        if invoice.ledger[payment][1] is not None:
            raise Refused(404)
        if payment not in invoice.standing:
            raise Refused
        invoice.ledger.append((-invoice.ledger[payment][0], payment))
        invoice.status = invoice.open_status
        invoice.entries += 1
        return 200

    def mail(self, at: int, who: str) -> int:
        invoice = self._see(at, who, "creator", "assignee")
        if invoice.status == "Cancelled":
            raise Refused
        if invoice.status == "Draft":
            self._step(invoice, who, "Sent", "")
        invoice.entries += 1
        invoice.mails += 1
        return 200

    def delete(self, at: int, who: str) -> int:
        invoice = self._see(at, who, "creator")
        if invoice.status != "Draft":
            raise Refused
        self._void(invoice)
        invoice.is_deleted = True
        return 200

    def duplicate(self, at: int, who: str) -> int:
        source = self._see(at, who, "creator", "assignee", "team")
        fields = deepcopy(source.fields) | {"issue_date": None, "due_date": None}
        self.invoices.append(Invoice(who, fields, source.sums, source.adjustment))
        if self.number_on == "create":
            self._count(self.invoices[-1])
        return 201

    def _see(self, at: int, who: str, *may: str) -> Invoice:
        """An admin may everything; 404 for whom it is nothing of, 403 for whom it is, but not so much."""
        invoice = self.invoices[at]
        stands = {
            "creator": invoice.creator == who,
            "assignee": who in invoice.fields["assigned_to"],
            "team": bool(invoice.fields["teams"]) and who in self.team,
        }
        if invoice.is_deleted or not (who in self.admins or any(stands.values())):
            raise Refused(404)
        if not (who in self.admins or any(stands[one] for one in may)):
            raise Refused(403)
        return invoice

    def _step(self, invoice: Invoice, who: str, status: str, reason: str) -> None:
        if status == invoice.status:
            return
        needs = STEPS[invoice.status].get(status)
        if needs is None:
            raise Refused
        if "admin" in needs and who not in self.admins:
            raise Refused(403)
        if ("unpaid" in needs and invoice.paid) or ("reason" in needs and not reason):
            raise Refused
        if invoice.status == "Draft" and status == "Cancelled":
            self._void(invoice)
        elif invoice.status == "Draft":
            self._issue(invoice)
        if status == "Paid" and invoice.due:
            invoice.ledger.append((invoice.due, None))
        elif invoice.status == "Paid":
            invoice.ledger += [(-invoice.ledger[n][0], n) for n in invoice.standing]
        invoice.open_status = status if status in OPEN else invoice.open_status
        invoice.status = status
        invoice.entries += 1

    def _issue(self, invoice: Invoice) -> None:
        if invoice.number is None:
            self._count(invoice)
        invoice.fields["issue_date"] = invoice.fields["issue_date"] or "today"
        invoice.is_issued = True

    def _count(self, invoice: Invoice) -> None:
        """The next number of the series; one that was given by hand before is skipped."""
        self.counter += 1
        number = f"INV-{self.counter:03d}"
        is_taken = self._is_taken(number)
        self.register.append((number, "skipped" if is_taken else "used"))
        if is_taken:
            self._count(invoice)
        else:
            invoice.number = number

    def _choose(self, invoice: Invoice, number: str | None) -> None:
        if number is None or self._is_taken(number):
            raise Refused(409)
        self.register.append((number, "manual"))
        invoice.number = number

    def _void(self, invoice: Invoice) -> None:
        self.register = [
            (number, "void" if number == invoice.number and state != "skipped" else state)
            for number, state in self.register
        ]

    def _is_taken(self, number: str) -> bool:
        return any(number == one and state != "skipped" for one, state in self.register)


def _edit(invoice: Invoice, given: Given, *, is_new: bool = False) -> set[str]:
    """Put a request's fields in and compute; returns what is another than before. A part without an id is new."""
    fields, before = invoice.fields, dict(invoice.fields) | {"sums": invoice.sums}
    fields |= {name: given[name] for name in given.keys() & {*PLAIN, "lines"}}
    if shorthand := {name: given[name] for name in ("quantity", "rate") if name in given}:
        if len(fields["lines"]) > 1:
            raise Refused
        fields["lines"] = [fields["lines"][0] | shorthand]
    for kind, sign in (("allowances", -1), ("charges", 1)):
        if kind in given:
            fields[kind] = given[kind]
            if invoice.adjustment and invoice.adjustment[0] * sign > 0:
                invoice.adjustment = None
    _take_tax(invoice, given, is_new=is_new)
    issue_date, due_date = fields["issue_date"], fields["due_date"]
    if issue_date and due_date and due_date < issue_date and not invoice.is_issued:
        raise Refused
    fields["lines"] = [line | {"rate": _padded(line["rate"], fields["currency"])} for line in fields["lines"]]
    _adjust(invoice, given, is_new=is_new)
    new_parts = {name for name in ("lines", "allowances", "charges") if given.get(name)}
    return new_parts | {
        name for name, value in (fields | {"sums": invoice.sums}).items() if value != before[name]
    }


def _take_tax(invoice: Invoice, given: Given, *, is_new: bool) -> None:
    """An amount of tax takes the place of a rate, and a rate that of an amount; both at once are refused."""
    tax = None if given.get("tax") is None else Decimal(given["tax"])
    if "tax" in given and (is_new or tax != invoice.sums.tax):
        if tax is not None and given.get("tax_rate") is not None:
            raise Refused
        invoice.fields["tax"] = tax
        invoice.fields["tax_rate"] = invoice.fields["tax_rate"] if tax is None else None
    elif given.get("tax_rate") is not None:
        invoice.fields["tax"] = None


def _adjust(invoice: Invoice, given: Given, *, is_new: bool) -> None:
    """The total that is wanted, unless it is so already; null takes the adjustment away."""
    wanted = None if given.get("total_amount") is None else Decimal(given["total_amount"])
    if "total_amount" in given and (is_new or wanted != invoice.sums.total):
        invoice.adjustment = None if wanted is None else totals.adjust(invoice.fields, wanted)
    invoice.sums = totals.price(invoice.fields, invoice.adjustment)


def _padded(rate: str, currency: str) -> str:
    """A rate has at least the currency's digits; what it has beyond them stays."""
    has = len(rate.partition(".")[2])
    return rate if has >= DIGITS[currency] else f"{Decimal(rate):.{DIGITS[currency]}f}"
