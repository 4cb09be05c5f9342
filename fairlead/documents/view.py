"""The shape of what a template prints: finished strings, in the order of the paper."""

from typing import Literal, TypedDict

Mark = Literal["draft", "paid", "cancelled"]


class Fact(TypedDict):
    """A value under its label."""

    label: str
    value: str


class Party(TypedDict):
    """Seller or buyer: the name, then address and identifiers, a line each."""

    name: str
    lines: list[str]


class Column(TypedDict):
    """A column of the line table."""

    label: str
    align: Literal["left", "right"]


class Cell(TypedDict):
    """A cell: its text and the small notes under it."""

    text: str
    notes: list[str]


class Row(TypedDict):
    """A line of the document; a tall one may break across pages, a kept one stays on the page of the total."""

    cells: list[Cell]
    tall: bool
    kept: bool


class Sum(TypedDict):
    """A row under the table: label, the lighter note beside it, amount."""

    label: str
    note: str
    amount: str


class Payment(TypedDict):
    """The payment box."""

    heading: str
    request: str
    facts: list[Fact]
    scan: str
    code: str


class View(TypedDict):
    """Everything that a template prints; `sums` stay on the page of the total, `early_sums` need not."""

    language: str
    region: str
    paper: Literal["a4", "us-letter"]
    accent: str
    title: str
    heading: str
    number: str
    subject: str
    mark: str
    stamp: str
    logo: str
    page: str
    seller: Party
    buyer: Party
    billed_to: str
    facts: list[Fact]
    columns: list[Column]
    rows: list[Row]
    early_sums: list[Sum]
    sums: list[Sum]
    total: Sum
    tax_notes: list[str]
    notes: str
    terms_heading: str
    terms: str
    payment: Payment | None
    imprint: list[str]
