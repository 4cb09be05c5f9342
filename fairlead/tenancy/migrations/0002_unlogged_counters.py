from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]

    operations = [
        # Counts of requests need not survive a crash, and an unlogged table does not wait for the disk.
        migrations.RunSQL(
            "ALTER TABLE tenancy_ratebucket SET UNLOGGED; ALTER TABLE tenancy_ratebucket SET (fillfactor = 50)",
            "ALTER TABLE tenancy_ratebucket SET LOGGED",
        )
    ]
