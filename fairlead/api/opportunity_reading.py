"""Opportunities as the API answers them: SQL on the row `r` of one."""

from fairlead.api import record_reading as reading
from fairlead.crm.account_contacts import usable


def _of_stage(column: str) -> str:
    return f"(SELECT s.{column} FROM crm_stage s WHERE s.org_id = r.org_id AND s.id = r.stage_id)"


PROBABILITY = f"coalesce(r.probability, {_of_stage('probability')})"
WEIGHTED = f"round(r.amount * {PROBABILITY} / 100, scale(r.amount))"
ROTTING = f"""coalesce(r.status = 'open' AND r.stage_since <
    now() - make_interval(days => {_of_stage("rotting_days")}), false)"""
STAGE = """(SELECT json_build_object('id', s.id, 'name', s.name, 'color', s.color)
    FROM crm_stage s WHERE s.org_id = r.org_id AND s.id = r.stage_id)"""
PIPELINE = """(SELECT json_build_object('id', p.id, 'name', p.name)
    FROM crm_stage s JOIN crm_pipeline p ON p.org_id = s.org_id AND p.id = s.pipeline_id
    WHERE s.org_id = r.org_id AND s.id = r.stage_id)"""
LINES = f"""SELECT l.id, l.description, {reading.quantity("l.quantity")} AS quantity, l.unit, l.rate::text,
        {reading.quantity("l.price_base")} AS price_base, trim_scale(l.discount_percent)::text AS discount_percent,
        l.discount_amount::text, l.charge_amount::text, l.vat_category, trim_scale(l.vat_rate)::text AS vat_rate,
        l.vat_exemption_reason, l.net_amount::text
    FROM crm_opportunityline l WHERE l.org_id = r.org_id AND l.opportunity_id = r.id ORDER BY l.position"""
CONTACTS = f"""SELECT c.id, c.label AS name
    FROM crm_opportunitycontact l JOIN crm_contact c ON c.org_id = l.org_id AND c.id = l.contact_id
    WHERE l.org_id = r.org_id AND l.opportunity_id = r.id AND {usable("c")} ORDER BY l.id"""
# The day of an instant where the organization is.
CLOSED_DAY = """(r.closed_at AT TIME ZONE
    (SELECT o.time_zone FROM tenancy_organization o WHERE o.id = r.org_id))::date"""
