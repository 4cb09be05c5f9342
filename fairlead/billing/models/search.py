"""Finding an invoice by any part of the customer's name, by an index.

Under row-level security PostgreSQL uses an index only for operators that it trusts not to leak, and array containment
is none. So one audited function of the owner's looks, and it carries the organization itself; the owner has a policy
of its own to read by. It answers ids, and whoever asks sees of those only what they see anyway.
"""

from fairlead.tenancy.context import ORGANIZATION

# Shorter parts have no trigram; they are looked for row by row.
LEAST = 3

_PATTERN = r"'%' || replace(replace(replace(part, '\', '\\'), '%', '\%'), '_', '\_') || '%'"
RULES = (
    f"""CREATE OR REPLACE FUNCTION billing_invoices_named(part text) RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER ROWS 300 SET search_path = public, pg_temp AS $$
        SELECT id FROM billing_invoice
        WHERE org_id = {ORGANIZATION} AND name ILIKE {_PATTERN}
            AND fairlead_trigrams(org_id, name) @> fairlead_trigrams({ORGANIZATION}, part) $$""",
    "REVOKE ALL ON FUNCTION billing_invoices_named(text) FROM PUBLIC",
)
