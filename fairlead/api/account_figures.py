"""What an account is worth: sums of its opportunities and invoices in each currency, of what the reader sees."""

from ninja import Schema

from fairlead.api import invoice_reading, opportunity_reading
from fairlead.records import visibility


class AccountFigures(Schema):
    """Sums in one currency. `weighted` is the open pipeline by the probability of each opportunity."""

    currency: str
    open_pipeline: str
    weighted: str
    won: str
    invoiced: str
    outstanding: str
    overdue: str


_NAMES = tuple(AccountFigures.model_fields)[1:]


def _one(**amounts: tuple[str, str]) -> str:
    """Each figure of a row, or nothing with the digits of the currency: the amount, where the condition holds."""
    some, _ = next(iter(amounts.values()))
    shown = {name: amounts.get(name, (some, "false")) for name in _NAMES}
    return ", ".join(
        f"sum(CASE WHEN {condition} THEN {amount} ELSE 0 * {amount} END) AS {name}"
        for name, (amount, condition) in shown.items()
    )


_OPEN = "r.status = 'open'"
_SALES = f"""SELECT r.currency, {
    _one(
        open_pipeline=("r.amount", _OPEN),
        weighted=(opportunity_reading.WEIGHTED, _OPEN),
        won=("r.amount", "r.status = 'won'"),
    )
}
    FROM crm_opportunity r WHERE r.org_id = account.org_id AND r.account_id = account.id
        AND r.amount IS NOT NULL AND r.archived_at IS NULL
        AND {visibility.seen("r", "opportunities")} GROUP BY r.currency"""
_DUE = "i.total_amount - i.amount_paid"
_BILLS = f"""SELECT i.currency, {
    _one(
        invoiced=("i.total_amount", "true"),
        outstanding=(f"({_DUE})", "true"),
        overdue=(f"({_DUE})", invoice_reading.OVERDUE),
    )
}
    FROM billing_invoice i WHERE i.org_id = account.org_id AND i.account_id = account.id
        AND i.status IN ('Sent', 'Pending', 'Paid') AND {visibility.seen("i")} GROUP BY i.currency"""


_SUMS = ", ".join(f"sum({name})::text AS {name}" for name in _NAMES)
# Of the account in row `r`. Its name is another within, where opportunities are `r`.
SQL = f"""(SELECT coalesce(json_agg(f ORDER BY f.currency), '[]') FROM (
    SELECT currency, {_SUMS} FROM (SELECT r.org_id, r.id) AS account, LATERAL ({_SALES} UNION ALL {_BILLS}) AS part
    GROUP BY currency) AS f)"""
