from django.db import migrations


class Migration(migrations.Migration):
    """An index on procrastinate's table, by which a job finds its place among those of its organization."""

    dependencies = [("messaging", "0001_initial"), ("procrastinate", "0041_post_retry_failed_job")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX procrastinate_jobs_waiting_by_org ON procrastinate_jobs ((args->>'org')) WHERE status = 'todo'",
            "DROP INDEX procrastinate_jobs_waiting_by_org",
        )
    ]
