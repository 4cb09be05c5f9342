"""History: what became of each invoice, from its making to its present status."""

from fairlead.cli.doctor.rule import Rule

_DO = (
    "History is append-only: rows were removed or written by the owner's role. Restore the latest backup whose doctor "
    "is green."
)

RULES = (
    Rule(
        name="history.begins",
        means="The history of every invoice begins with its making, and one that is gone ends with being deleted.",
        do=_DO,
        query="""
            WITH told AS (
                SELECT record_id, (array_agg(action ORDER BY id))[1] AS first, bool_or(action = 'deleted') AS is_gone
                FROM records_historyentry WHERE org_id = %(org)s AND kind = 'invoice' GROUP BY record_id
            )
            SELECT format('%%s (%%s)', coalesce(i.number, 'no number'), coalesce(i.id, h.record_id))
            FROM (SELECT id, number FROM billing_invoice WHERE org_id = %(org)s) AS i
            FULL JOIN told AS h ON h.record_id = i.id
            WHERE h.first IS DISTINCT FROM 'created' OR h.is_gone <> (i.id IS NULL)""",
    ),
    Rule(
        name="history.chain",
        means="Each change of status begins where the one before it ended, from Draft to the present one.",
        do=_DO,
        query="""
            WITH step AS (
                SELECT record_id, status_changed_from AS before, status_changed_to AS after,
                    lag(status_changed_to, 1, 'Draft'::varchar) OVER w AS stood, lead(id) OVER w IS NULL AS is_last
                FROM records_historyentry
                WHERE org_id = %(org)s AND kind = 'invoice' AND status_changed_to IS NOT NULL
                WINDOW w AS (PARTITION BY record_id ORDER BY id)
            )
            SELECT format('%%s: from %%s where it was %%s', record_id, before, stood) FROM step WHERE before <> stood
            UNION ALL
            SELECT format('%%s (%%s): %%s where it ends as %%s', coalesce(number, 'no number'), i.id, status,
                coalesce(after, 'Draft'))
            FROM billing_invoice AS i LEFT JOIN step ON step.record_id = i.id AND step.is_last
            WHERE i.org_id = %(org)s AND i.status <> coalesce(after, 'Draft')""",
    ),
    Rule(
        name="history.order",
        means="The times in each history never go back by more than a second.",
        do="The clock of a server was set back, or rows were written by hand: see to its time synchronisation.",
        query="""
            SELECT format('%%s: entry %%s is earlier than the one before', record_id, id) FROM (
                SELECT record_id, id, updated_on,
                    lag(updated_on) OVER (PARTITION BY record_id ORDER BY id) AS before
                FROM records_historyentry WHERE org_id = %(org)s AND kind = 'invoice'
            ) AS entry
            WHERE updated_on < before - interval '1 second'""",
    ),
)
