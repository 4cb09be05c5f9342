"""Finding records by any part of what names them, by an index.

Under row-level security PostgreSQL uses an index only for operators that it trusts not to leak, and array containment
is none. So one audited function of the owner's looks in each table, and it carries the organization itself; the owner
has a policy of its own to read by. It answers ids, and whoever asks sees of those only what they see anyway.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fairlead.records.kinds import Kind

# Shorter parts have no trigram: they find what begins with them.
LEAST = 3

_ORGANIZATION = "nullif(current_setting('app.org_id', true), '')::uuid"
_PATTERNS = r"""ARRAY(SELECT '%' || replace(replace(replace(part, '\', '\\'), '%', '\%'), '_', '\_') || '%'
                FROM unnest(parts) AS part)"""
# Behind every text that begins with the same letters, where texts are compared byte by byte.
_LAST = "chr(1114111)"


def function(kind: "Kind") -> str:
    """The name of the function that finds ids.

    It takes parts of a text that must all be there, the longest first, for that asks the index; the member whose
    records alone it tells (null: everybody's); and how many at most (null: all).
    """
    return f"{kind.table}_matching"


def rules(kind: "Kind") -> tuple[str, ...]:
    """The statements that make a table searchable; each may run again and again."""
    from fairlead.records import visibility  # which knows of kinds, as these know of us

    table, name = kind.table, function(kind)
    label, words, listed = (text.replace("r.", "") for text in (kind.label, kind.words, kind.is_listed))
    first = f'lower({label}) COLLATE "C"'
    wanted = f"""org_id = {_ORGANIZATION} AND {listed} AND ({words}) ILIKE ALL ({_PATTERNS})
                AND (who IS NULL OR {visibility.seen_by("t", "who")})"""
    return (
        f"CREATE INDEX IF NOT EXISTS {table}_by_part ON {table} USING gin (fairlead_trigrams(org_id, {words}))",
        f"CREATE INDEX IF NOT EXISTS {table}_by_beginning ON {table} (org_id, ({first}))",
        f"DROP FUNCTION IF EXISTS {name}(text, bigint)",
        f"""CREATE OR REPLACE FUNCTION {name}(parts text[], who uuid, most bigint) RETURNS SETOF uuid
            LANGUAGE sql STABLE SECURITY DEFINER ROWS 300 SET search_path = public, pg_temp AS $$
            (SELECT id FROM {table} t WHERE {wanted}
                AND {first} >= lower(parts[1]) AND {first} < lower(parts[1]) || {_LAST} LIMIT most)
            UNION
            (SELECT id FROM {table} t WHERE {wanted} AND length(parts[1]) >= {LEAST}
                AND fairlead_trigrams(org_id, {words}) @> fairlead_trigrams({_ORGANIZATION}, parts[1])
                LIMIT most) $$""",
        f"REVOKE ALL ON FUNCTION {name}(text[], uuid, bigint) FROM PUBLIC",
    )
