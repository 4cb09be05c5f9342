"""The rows that are kept so far, by their numbers in the table of promises. A test names its row by its mark.

@pytest.mark.promise(7)              proves the row
@pytest.mark.promise(7, sabotage="MAX+1 in the place of the counter")
                                     plants that fault, and sees the proof fail
@pytest.mark.long                    takes minutes: `bin/promises --tier N` runs it, `bin/test` does not
@pytest.mark.rare                    takes more than minutes: `bin/promises --tier R` alone runs it
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One promise in a sentence."""

    number: int
    name: str
    promise: str


_ROWS = (
    Row(1, "API contract", "No 5xx, no answer outside of the description, nothing forbidden accepted."),
    Row(2, "Errors", "Every refusal is a problem with type, request_id and errors by field, and gives nothing away."),
    Row(3, "Idempotency", "The same key and body at once, or after a crash, have one effect and one answer."),
    Row(6, "Invoice lifecycle", "No sequence of calls leaves the model: sums, payments, statuses, ledger, register."),
    Row(7, "Numbers", "Unique and without a gap, under a hundred writers of whom a fifth give up."),
    Row(8, "Immutability", "Every column of an issued document refuses the app role, whatever the statement."),
    Row(10, "Payment races", "However many pay, reverse and cancel at once, never more than the total."),
    Row(11, "Decimal abuse", "What is no plain decimal is refused by its field, or is exact; it is never stored cut."),
    Row(13, "Unicode", "A text comes back as it went in, or is refused by its field; paper and mail bear it."),
    Row(14, "kill -9", "What was acknowledged is there, whichever processes are killed, and nothing is half-done."),
    Row(15, "Power loss", "The server writes to the disk what it acknowledges, and finds a page that went bad."),
    Row(16, "E-mail", "Each mail goes out, under one Message-ID, and nothing of rolled-back work does."),
    Row(18, "Jobs", "A killed worker's job is done again within a minute; a poisoned one is kept with its error."),
    Row(20, "Database gone", "While it is away 503 with Retry-After, at once; once it is back, at work again."),
    Row(22, "Isolation, application", "Another organization's id is one that never was, wherever it is given."),
    Row(23, "Isolation, database", "Every table is walled, forced and keyed, also through a pooler."),
    Row(24, "Permission matrix", "Who may do what is the published table, in every cell."),
    Row(25, "Mass assignment", "No body sets what is not the caller's to set."),
    Row(30, "Brute force", "Ten tries for an account, a hundred for a network; the owner is never locked out."),
    Row(31, "Tokens", "Kept as hashes, with scopes and an end; revoked, they stop at once in every process."),
    Row(32, "JWT", "No forgery is taken."),
    Row(34, "Upload", "Whatever is uploaded is refused or inert, and lies under our key inside the store."),
    Row(36, "PDF and templates", "Text of a tenant is never code, and no document takes the renderer down."),
    Row(37, "DoS shape", "Oversized and deep requests are refused in little time and memory; slow ones block nobody."),
)  # fmt: skip
ROWS = {row.number: row for row in _ROWS}
