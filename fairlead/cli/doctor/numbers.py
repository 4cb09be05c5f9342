"""Numbers: each value of a series is accounted for."""

from fairlead.cli.doctor.rule import Rule

_KEEP = "Change nothing by hand. Restore the latest backup whose doctor is green, and ask who had the owner's role."

RULES = (
    Rule(
        name="numbers.gapless",
        means="The values in the register run from 1 without a hole or a double, each naming the one before it.",
        do=_KEEP,
        query="""
            SELECT format('%%s (value %%s of period %%s) follows %%s', number, value, period, before)
            FROM (
                SELECT number, value, period, previous,
                    lag(value, 1, 0::bigint) OVER (PARTITION BY series_id, period ORDER BY value, id) AS before
                FROM billing_registerednumber WHERE org_id = %(org)s AND value IS NOT NULL
            ) AS entry
            WHERE value <> before + 1 OR previous IS DISTINCT FROM nullif(value - 1, 0)""",
    ),
    Rule(
        name="numbers.counters",
        means="Each counter stands at the last value that the register has of its series and period.",
        do="A counter that lags would repeat a number, one ahead would leave a hole: stop the server, then "
        "restore the latest backup whose doctor is green.",
        query="""
            SELECT format('series %%s, period %%s: counter at %%s, register at %%s', series_id, period,
                coalesce(counter.value, 0), coalesce(register.value, 0))
            FROM (SELECT * FROM billing_numbercounter WHERE org_id = %(org)s) AS counter
            FULL JOIN (
                SELECT series_id, period, max(value) AS value FROM billing_registerednumber
                WHERE org_id = %(org)s AND value IS NOT NULL GROUP BY series_id, period
            ) AS register USING (series_id, period)
            WHERE counter.value IS DISTINCT FROM register.value""",
    ),
    Rule(
        name="numbers.once",
        means="No number is given twice, neither in the register of a series nor among the invoices.",
        do=_KEEP,
        query="""
            SELECT format('%%s: %%s times in the register', number, count(*)) FROM billing_registerednumber
            WHERE org_id = %(org)s AND state <> 'skipped' GROUP BY series_id, number HAVING count(*) > 1
            UNION ALL
            SELECT format('%%s: on %%s invoices', number, count(*)) FROM billing_invoice
            WHERE org_id = %(org)s GROUP BY number HAVING number IS NOT NULL AND count(*) > 1""",
    ),
    Rule(
        name="numbers.explained",
        means="A number that is void or skipped says why, and one that was skipped was given before.",
        do="Find out from the history what became of the number, and write it down for the auditor.",
        query="""
            SELECT format('%%s is %%s', number, state) FROM billing_registerednumber AS r
            WHERE org_id = %(org)s AND state IN ('void', 'skipped') AND (
                reason = '' OR state = 'skipped' AND NOT EXISTS (
                    SELECT FROM billing_registerednumber AS given WHERE given.org_id = %(org)s
                    AND given.series_id = r.series_id AND given.number = r.number AND given.state <> 'skipped'))""",
    ),
    Rule(
        name="numbers.registered",
        means="Every invoice that is issued has a number, and the register has each invoice's number for it; "
        "void is only that of a draft that was cancelled.",
        do=_KEEP,
        query="""
            SELECT format('%%s (%%s)', coalesce(i.number, 'no number'), i.id)
            FROM billing_invoice AS i LEFT JOIN billing_registerednumber AS r
                ON r.org_id = %(org)s AND r.document_id = i.id AND r.number = i.number AND r.state <> 'skipped'
            WHERE i.org_id = %(org)s AND (i.number IS NOT NULL OR i.issued_at IS NOT NULL) AND (
                r.id IS NULL OR r.state = 'void' AND (i.status <> 'Cancelled' OR i.issued_at IS NOT NULL))""",
    ),
    Rule(
        name="numbers.used",
        means="Every number that the register has as used or manual is that of an invoice.",
        do="An invoice was deleted past its guards: restore the latest backup whose doctor is green.",
        query="""
            SELECT format('%%s (%%s)', r.number, coalesce(r.document_id::text, 'no document'))
            FROM billing_registerednumber AS r
            JOIN billing_numberseries AS s ON s.org_id = %(org)s AND s.id = r.series_id AND s.code = 'invoice'
            LEFT JOIN billing_invoice AS i ON i.org_id = %(org)s AND i.id = r.document_id
            WHERE r.org_id = %(org)s AND r.state IN ('used', 'manual') AND i.number IS DISTINCT FROM r.number""",
    ),
)
