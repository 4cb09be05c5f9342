from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0003_links")]

    operations = [
        migrations.RemoveIndex("assignee", "assignee_by_user"),
        migrations.AddIndex(
            "assignee", models.Index(fields=["org", "user", "kind", "record_id"], name="assignee_by_user")
        ),
    ]
