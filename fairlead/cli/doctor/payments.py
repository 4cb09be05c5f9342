"""Payments: the ledger, and what the invoice says of it."""

from fairlead.cli.doctor.rule import Rule

_DO = (
    "The ledger is append-only, so it is right: compare it with the bank, then restore the latest backup whose doctor "
    "is green."
)

RULES = (
    Rule(
        name="payments.balance",
        means="What each invoice says is paid is the sum of its payments and reversals.",
        do=_DO,
        query="""
            SELECT format('%%s (%%s)', coalesce(i.number, 'no number'), i.id)
            FROM billing_invoice AS i LEFT JOIN (
                SELECT invoice_id, sum(amount) AS amount FROM billing_payment WHERE org_id = %(org)s GROUP BY 1
            ) AS p ON p.invoice_id = i.id
            WHERE i.org_id = %(org)s AND i.amount_paid <> coalesce(p.amount, 0)""",
    ),
    Rule(
        name="payments.status",
        means="Paid is what is settled, Sent and Pending what is not; of a draft or a cancelled one nothing is paid.",
        do=_DO,
        query="""
            SELECT format('%%s (%%s) is %%s', coalesce(number, 'no number'), id, status)
            FROM billing_invoice WHERE org_id = %(org)s AND NOT CASE
                WHEN status = 'Paid' THEN amount_paid = total_amount
                WHEN status IN ('Sent', 'Pending') THEN amount_paid < total_amount OR total_amount = 0
                ELSE amount_paid = 0 END""",
    ),
    Rule(
        name="payments.reversals",
        means="A reversal takes back one payment of the same invoice, all of it, once, and only of what was issued.",
        do=_DO,
        query="""
            SELECT format('payment %%s of %%s', p.id, p.invoice_id)
            FROM billing_payment AS p
            LEFT JOIN billing_invoice AS i ON i.org_id = %(org)s AND i.id = p.invoice_id
            LEFT JOIN billing_payment AS back ON back.org_id = %(org)s AND back.id = p.reversal_of_id
            WHERE p.org_id = %(org)s AND (i.issued_at IS NULL OR CASE
                WHEN p.reversal_of_id IS NULL THEN p.amount <= 0
                ELSE (back.invoice_id, back.amount) IS DISTINCT FROM (p.invoice_id, -p.amount) END)
            UNION ALL
            SELECT format('payment %%s: reversed %%s times', reversal_of_id, count(*)) FROM billing_payment
            WHERE org_id = %(org)s AND reversal_of_id IS NOT NULL GROUP BY reversal_of_id HAVING count(*) > 1""",
    ),
)
