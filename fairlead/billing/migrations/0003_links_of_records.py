from django.db import migrations

# Under forced row-level security the owner sees no rows, so it is lifted from all that this touches. What is derived
# after the migration forces it again where tables stay.
MOVE = """
ALTER TABLE billing_invoiceassignee NO FORCE ROW LEVEL SECURITY;
ALTER TABLE billing_invoiceteam NO FORCE ROW LEVEL SECURITY;
ALTER TABLE records_assignee NO FORCE ROW LEVEL SECURITY;
ALTER TABLE records_assignedteam NO FORCE ROW LEVEL SECURITY;
INSERT INTO records_assignee (org_id, kind, record_id, user_id)
    SELECT org_id, 'invoice', invoice_id, user_id FROM billing_invoiceassignee;
INSERT INTO records_assignedteam (org_id, kind, record_id, team_id)
    SELECT org_id, 'invoice', invoice_id, team_id FROM billing_invoiceteam;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_names_by_part"), ("records", "0003_links")]

    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.DeleteModel("InvoiceAssignee"),
        migrations.DeleteModel("InvoiceTeam"),
    ]
