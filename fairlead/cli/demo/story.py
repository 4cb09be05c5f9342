"""The words in which the demo is told: customers, bills, and what becomes of each bill.

Figures are decimal texts. Where a bill's texts say `{month}`, `{quarter}` or `{year}`, it is that of the day on which
it is made, in the customer's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Address = Mapping[str, str]
Paper = Literal["timesheet", "acceptance", "wireframe", "palette"]

HOURS, DAYS, MONTHS, PIECES, SETS = "HUR", "DAY", "MON", "H87", "SET"


@dataclass(frozen=True, slots=True)
class Tax:
    """How a customer's lines are taxed unless they say otherwise: by a rate, or by a category that knows none."""

    rate: str | None = None
    category: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Customer:
    """Who is billed, and how. `terms` are days, None for the company's own; `contact` is who signs."""

    name: str
    email: str
    address: Address
    tax: Tax
    language: str = "en"
    currency: str = "EUR"
    vat_id: str = ""
    phone: str = ""
    contact: str = ""
    buyer_reference: str = ""
    terms: int | None = None
    prices_include_tax: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    description: str
    quantity: str
    rate: str
    unit: str = "C62"
    price_base: str = "1"
    discount_percent: str | None = None
    discount_amount: str | None = None
    charge_amount: str | None = None
    vat_rate: str | None = None
    vat_category: str | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """An allowance or a charge on the whole bill."""

    reason: str
    amount: str | None = None
    percent: str | None = None
    vat_rate: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """The bill takes another status."""

    after: int
    status: str
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pay:
    """Money comes in; without an amount, all that is due."""

    after: int
    amount: str = ""
    method: str = "Bank transfer"
    reference: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Reverse:
    """The last payment is taken back."""

    after: int
    reason: str
    by: str = "admin"


@dataclass(frozen=True, slots=True)
class Say:
    after: int
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Attach:
    after: int
    by: str
    file_name: str
    paper: Paper


@dataclass(frozen=True, slots=True)
class Edit:
    """Fields of the bill change, as `invoices.change` takes them."""

    after: int
    given: Mapping[str, Any]
    by: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """Some days of grace, counted from this one."""

    after: int
    days: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class Delete:
    after: int
    by: str = ""


Step = Turn | Pay | Reverse | Say | Attach | Edit | Grant | Delete
ISSUE = Turn(0, "Sent")


@dataclass(frozen=True, slots=True)
class Days:
    """So many days before today, or on the Friday before that day if it is at a weekend."""

    ago: int


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """The last working day of a month; 1 is the month before the present one."""

    ago: int


@dataclass(frozen=True, slots=True)
class QuarterEnd:
    """The last working day of a quarter; 1 is the quarter before the present one."""

    ago: int


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice: when it was made, for whom, of what; `steps` in the order of their days after it was made.

    Steps that would fall on today or later have not happened yet.
    """

    made: Days | MonthEnd | QuarterEnd
    to: Customer
    title: str
    lines: tuple[Line, ...]
    steps: tuple[Step, ...] = (ISSUE,)
    by: str = ""
    assigned_to: tuple[str, ...] | None = None
    teams: tuple[str, ...] | None = None
    notes: str = ""
    internal_notes: str = ""
    purchase_order: str = ""
    allowances: tuple[Amount, ...] = ()
    charges: tuple[Amount, ...] = ()
    terms: int | None = None
