"""Finding an invoice by any part of the customer's name, by an index.

By an audited function of the owner's, as all searches are (`records/search.py`); this one looks in the name alone.
"""

from fairlead.records.search import PATTERN
from fairlead.tenancy.context import ORGANIZATION

RULES = (
    f"""CREATE OR REPLACE FUNCTION billing_invoices_named(part text) RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER ROWS 300 SET search_path = public, pg_temp AS $$
        SELECT id FROM billing_invoice
        WHERE org_id = {ORGANIZATION} AND name ILIKE {PATTERN}
            AND fairlead_trigrams(org_id, name) @> fairlead_trigrams({ORGANIZATION}, part) $$""",
    "REVOKE ALL ON FUNCTION billing_invoices_named(text) FROM PUBLIC",
)
