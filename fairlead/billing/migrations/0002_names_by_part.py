from django.db import migrations

# Each run of three letters of a name, as a number in which the organization is mixed: an index over many
# organizations then holds apart what they have. It is an index on an expression, for nobody reads these numbers.
TRIGRAMS = """
CREATE FUNCTION fairlead_trigrams(org uuid, value text) RETURNS int[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT hashtext(org::text || substr(folded.value, n, 3))), '{}')
    FROM (SELECT lower(value) AS value) AS folded, generate_series(1, length(folded.value) - 2) AS n
$$"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        migrations.RunSQL(TRIGRAMS, "DROP FUNCTION fairlead_trigrams(uuid, text)"),
        migrations.RunSQL(
            "CREATE INDEX invoice_by_part_of_name ON billing_invoice USING gin (fairlead_trigrams(org_id, name))",
            "DROP INDEX invoice_by_part_of_name",
        ),
    ]
