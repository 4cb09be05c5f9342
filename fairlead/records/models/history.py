from django.db import models

from fairlead.foundation.clock import now
from fairlead.records.models.base import AboutRecord
from fairlead.tenancy.context import ORGANIZATION
from fairlead.tenancy.models import MemberForeignKey

EMPTY = "records_empty_history"
# The app role may not change history. All that this can do to it, and only in the organization that is bound, is to
# empty the values: which fields were changed, when and by whom stays as it was written. Of lists of other records that
# name these, it leaves the ids.
_EMPTYING = (
    f"""CREATE OR REPLACE FUNCTION {EMPTY}(about text, ids uuid[]) RETURNS void
        LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        UPDATE records_historyentry SET changes = (
            SELECT coalesce(jsonb_object_agg(key, '[null, null]'::jsonb), '{{}}') FROM jsonb_each(changes))
        WHERE org_id = {ORGANIZATION} AND kind = about
            AND record_id = ANY (ids);
        UPDATE records_historyentry SET changes = (
            SELECT jsonb_object_agg(key, CASE WHEN jsonb_typeof(value) = 'array' THEN (
                SELECT jsonb_agg(CASE WHEN jsonb_typeof(side) = 'array' THEN (
                    SELECT coalesce(jsonb_agg(CASE WHEN entry ->> 'id' = ANY (ids::text[])
                        THEN jsonb_build_object('id', entry -> 'id') ELSE entry END ORDER BY place), '[]')
                    FROM jsonb_array_elements(side) WITH ORDINALITY AS e(entry, place)
                ) ELSE side END ORDER BY turn) FROM jsonb_array_elements(value) WITH ORDINALITY AS s(side, turn)
            ) ELSE value END) FROM jsonb_each(changes))
        WHERE org_id = {ORGANIZATION} AND kind <> about
            AND jsonb_path_query_array(changes, 'lax $.*[*][*].id') ?| ids::text[] $$""",
    f"REVOKE ALL ON FUNCTION {EMPTY}(text, uuid[]) FROM PUBLIC",
)


class HistoryEntry(AboutRecord):
    """One change of a record: who, when, and each field before and after. `updated_by` is null for the system."""

    app_may = ("select", "insert")
    database_rules = _EMPTYING

    updated_by = MemberForeignKey(null=True)
    updated_on = models.DateTimeField(default=now, editable=False)
    action = models.CharField(max_length=40)
    status_changed_from = models.CharField(max_length=40, null=True)
    status_changed_to = models.CharField(max_length=40, null=True)
    changes = models.JSONField(default=dict)

    class Meta(AboutRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status_changed_from=None, status_changed_to=None)
                | models.Q(status_changed_from__isnull=False, status_changed_to__isnull=False),
                name="historyentry_status_both_or_none",
            )
        ]
