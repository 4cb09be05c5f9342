"""Finding records by any part of what names them, by an index.

Under row-level security PostgreSQL uses an index only for operators that it trusts not to leak, and array containment
is none. So one audited function of the owner's looks in each table, and it carries the organization itself; the owner
has a policy of its own to read by. It answers ids, and whoever asks sees of those only what they see anyway.
"""

from typing import TYPE_CHECKING

from fairlead.tenancy.context import ORGANIZATION

if TYPE_CHECKING:
    from fairlead.records.kinds import Kind

# Shorter parts have no trigram.
LEAST = 3

# What a text is like that has `part` in it: marks of patterns mean themselves.
PATTERN = r"'%' || replace(replace(replace(part, '\', '\\'), '%', '\%'), '_', '\_') || '%'"
_PATTERNS = f"ARRAY(SELECT {PATTERN} FROM unnest(parts) AS part)"
_TRIGRAMS = f"ARRAY(SELECT unnest(fairlead_trigrams({ORGANIZATION}, part)) FROM unnest(parts) AS part)"
# Behind every text that begins with the same letters, where texts are compared byte by byte.
_LAST = "chr(1114111)"


def function(kind: "Kind") -> str:
    """The name of the function that finds ids.

    It takes parts of a text, the longest first, that must all be there; what to look for at the beginning of the label
    if the parts are too short for the index, or find more than is wanted; the member whose records alone it tells
    (null: everybody's); and how many at most of each (null: all).
    """
    return f"{kind.table}_matching"


def rules(kind: "Kind") -> tuple[str, ...]:
    """The statements that make a table searchable; each may run again and again."""
    from fairlead.records import visibility  # which knows of kinds, as these know of us

    table, name = kind.table, function(kind)
    label, words, listed = (text.replace("r.", "") for text in (kind.label, kind.words, kind.is_listed))
    first = f'lower({label}) COLLATE "C"'
    wanted = f"""org_id = {ORGANIZATION} AND {listed} AND ({words}) ILIKE ALL ({_PATTERNS})
                AND (who IS NULL OR {visibility.seen_among_many(kind, "t", "who")})"""
    return (
        f"CREATE INDEX IF NOT EXISTS {table}_by_part ON {table} USING gin (fairlead_trigrams(org_id, {words}))",
        f"CREATE INDEX IF NOT EXISTS {table}_by_beginning ON {table} (org_id, ({first}))",
        f"DROP FUNCTION IF EXISTS {name}(text, bigint), {name}(text[], uuid, bigint)",
        f"""CREATE OR REPLACE FUNCTION {name}(parts text[], beginning text, who uuid, most bigint)
            RETURNS SETOF uuid
            LANGUAGE sql STABLE SECURITY DEFINER ROWS 300 SET search_path = public, pg_temp AS $$
            WITH inside AS MATERIALIZED (
                SELECT id FROM {table} t WHERE length(parts[1]) >= {LEAST} AND {wanted}
                    AND fairlead_trigrams(org_id, {words}) @> {_TRIGRAMS} LIMIT most)
            SELECT id FROM inside UNION
            (SELECT id FROM {table} t
                WHERE (length(parts[1]) < {LEAST} OR (SELECT count(*) FROM inside) >= most) AND {wanted}
                    AND {first} >= lower(beginning) AND {first} < lower(beginning) || {_LAST} LIMIT most) $$""",
        f"REVOKE ALL ON FUNCTION {name}(text[], text, uuid, bigint) FROM PUBLIC",
    )
