"""Opportunities: their sums, their stages so far, and the pipelines that they go through."""

from fairlead.cli.doctor.invoices import quotient
from fairlead.cli.doctor.rule import Rule

_SAVE = "Save the opportunity again with its lines; then ask who wrote to the database by hand."
_RESTORE = "Stage changes are append-only: restore the latest backup whose doctor is green."

_AMOUNTS = f"""
    WITH line AS (
        SELECT *, {quotient("worth", "price_base")} AS amount FROM (
            SELECT l.*, o.amount AS told, scale(o.amount) AS places, l.quantity * l.rate AS worth
            FROM crm_opportunityline AS l JOIN crm_opportunity AS o ON o.org_id = %(org)s AND o.id = l.opportunity_id
            WHERE l.org_id = %(org)s
        ) AS line
    )
    SELECT format('%%s line %%s', opportunity_id, position) FROM line
    WHERE net_amount <> amount + coalesce(charge_amount, 0)
        - coalesce(round(amount * discount_percent * 0.01, places), discount_amount, 0)
    UNION ALL
    SELECT format('%%s', opportunity_id) FROM line GROUP BY opportunity_id, told
    HAVING sum(net_amount) IS DISTINCT FROM told"""

_STAGES = """
    WITH step AS (
        SELECT opportunity_id, id, from_stage, to_stage, seconds, created_on, lag(to_stage) OVER w AS stood,
            created_on - lag(created_on) OVER w AS time, lead(id) OVER w IS NULL AS is_last
        FROM crm_stagechange WHERE org_id = %(org)s WINDOW w AS (PARTITION BY opportunity_id ORDER BY id)
    )
    SELECT format('%%s: change %%s does not begin where the one before ended', opportunity_id, id)
    FROM step WHERE from_stage IS DISTINCT FROM stood
    UNION ALL
    SELECT format('%%s: change %%s tells another time than has passed', opportunity_id, id)
    FROM step WHERE abs(seconds - extract(epoch FROM time)) > 1
    UNION ALL
    SELECT format('%%s: stands in another stage than the last one told', o.id)
    FROM crm_opportunity AS o LEFT JOIN step ON step.opportunity_id = o.id AND step.is_last
    WHERE o.org_id = %(org)s AND (step.to_stage, step.created_on) IS DISTINCT FROM (o.stage_id, o.stage_since)"""

_PIPELINES = """
    SELECT format('%%s default pipelines', count(*) FILTER (WHERE is_default))
    FROM crm_pipeline WHERE org_id = %(org)s HAVING count(*) > 0 AND count(*) FILTER (WHERE is_default) <> 1
    UNION ALL
    SELECT format('pipeline %%s has no stage of the kind %%s', p.id, k.kind)
    FROM crm_pipeline AS p CROSS JOIN (VALUES ('open'), ('won'), ('lost')) AS k (kind)
    WHERE p.org_id = %(org)s AND NOT EXISTS (
        SELECT FROM crm_stage AS s WHERE s.org_id = %(org)s AND s.pipeline_id = p.id AND s.kind = k.kind)"""

RULES = (
    Rule(
        name="sales.pipelines",
        means="One pipeline is the default, and in each one can begin, win and lose.",
        do="As an admin make one the default, and give each pipeline the stage that it lacks.",
        query=_PIPELINES,
    ),
    Rule(
        name="sales.status",
        means="Each opportunity is as its stage is: open, won or lost.",
        do="Move the opportunity to another stage and back; then ask who wrote to the database by hand.",
        query="""
            SELECT format('%%s is %%s in a stage that is %%s', o.id, o.status, s.kind)
            FROM crm_opportunity AS o JOIN crm_stage AS s ON s.org_id = %(org)s AND s.id = o.stage_id
            WHERE o.org_id = %(org)s AND o.status <> s.kind""",
    ),
    Rule(
        name="sales.amounts",
        means="The amount of an opportunity with lines is their sum, each reckoned as on an invoice.",
        do=_SAVE,
        query=_AMOUNTS,
    ),
    Rule(
        name="sales.stages",
        means="Each change of stage begins where the one before ended, tells how long it was, and the last one is now.",
        do=_RESTORE,
        query=_STAGES,
    ),
)
