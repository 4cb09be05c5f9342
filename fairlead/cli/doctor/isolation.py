"""The wall between organizations and the guards of the rows, as the database's catalog has them now."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import connection

from fairlead.cli.doctor.rule import Rule
from fairlead.tenancy import isolation
from fairlead.tenancy.models import OrganizationOwned

_MIGRATE = (
    "Run `fairlead migrate`, which derives it from the models again; then ask who had the owner's role."
)
_ROLE = "As a superuser take it away, and ask who gave it; `fairlead migrate` brings the grants of tables in line."
_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_EVENTS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
_ROW_BEFORE = 3
# Its name, permissive or restrictive, for what and for whom, what is seen, what may be written.
_Policy = tuple[str, str, str, str, str]
_FUNCTION = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\(.*?\$\$(.*)\$\$", re.DOTALL)
_ADDED = re.compile(r"ALTER TABLE \w+ ADD CONSTRAINT (\w+)\s+([^;]*)")
_TRIGGER = re.compile(r"CREATE OR REPLACE TRIGGER (\w+) BEFORE ([A-Z ]+) ON (\w+) FOR EACH ROW")


def _unwalled() -> Iterator[str]:
    """Row-level security and its policies on every table of an organization."""
    flags = {
        table: (enabled, forced)
        for table, enabled, forced in _rows(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace"
        )
    }
    for model in isolation.owned_models():
        table = model._meta.db_table
        enabled, forced = flags.get(table, (False, False))
        if not (enabled and forced):
            yield f"{table}: row-level security is {'not forced' if enabled else 'off'}"
        if _policies(table) != _wanted_policies(model):
            yield f"{table}: its policies are not the derived ones"


def _policies(table: str) -> set[_Policy]:
    return {
        (name, permissive, command, _bare(using), _bare(check))
        for name, permissive, command, using, check in _rows(
            "SELECT policyname, permissive, cmd || ' ' || array_to_string(roles, ','), qual, with_check"
            " FROM pg_policies WHERE schemaname = 'public' AND tablename = %s",
            table,
        )
    }


def _wanted_policies(model: type[OrganizationOwned]) -> set[_Policy]:
    condition = _bare(isolation.CONDITION)
    wanted = {(isolation.POLICY, "PERMISSIVE", "ALL public", condition, condition)}
    if model.owner_reads:
        owner = _rows("SELECT tableowner FROM pg_tables WHERE tablename = %s", model._meta.db_table)[0][0]
        wanted.add((isolation.OWNER_POLICY, "PERMISSIVE", f"SELECT {owner}", "true", ""))
    return wanted


def _bare(expression: str | None) -> str:
    """A condition without what the server adds when it shows it."""
    return re.sub(r'as "nullif"|::text|[\s()]', "", (expression or "").lower())


def _powers() -> Iterator[str]:
    """What the role that serves is above the rules by."""
    flags = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication")
    row = _rows(f"SELECT {', '.join(flags)} FROM pg_roles WHERE rolname = current_user")[0]
    yield from (
        f"the role has {flag.removeprefix('rol')}" for flag, is_set in zip(flags, row, strict=True) if is_set
    )
    for (role,) in _rows(
        "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = current_user::regrole"
    ):
        yield f"the role is a member of {role}"
    for (thing,) in _rows(
        "SELECT pg_describe_object(classid, objid, 0) FROM pg_shdepend"
        " WHERE refobjid = current_user::regrole AND deptype = 'o'"
        " AND dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))"
    ):
        yield f"the role owns {thing}"
    if _rows("SELECT 1 WHERE has_schema_privilege('public', 'CREATE')"):
        yield "the role may create in the schema public"


def _grants() -> Iterator[str]:
    """What the role that serves may do to each table, beyond or short of what the model says."""
    wanted = {
        model._meta.db_table: {word.upper() for word in model.app_may} for model in isolation.owned_models()
    }
    everyday = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    checks = ", ".join(f"has_table_privilege(oid, '{privilege}')" for privilege in _PRIVILEGES)
    for table, *has in _rows(
        f"SELECT relname, {checks} FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm')"
        " AND relnamespace = 'public'::regnamespace ORDER BY relname"
    ):
        may = {privilege for privilege, is_granted in zip(_PRIVILEGES, has, strict=True) if is_granted}
        should = {"SELECT"} if table == "django_migrations" else wanted.get(table, everyday)
        yield from (f"{table}: may {privilege}" for privilege in sorted(may - should))
        yield from (f"{table}: may not {privilege}" for privilege in sorted(should - may))


def _column_grants() -> Iterator[str]:
    for model in isolation.owned_models():
        if "update" in model.app_may:
            continue
        table = model._meta.db_table
        granted = {
            column
            for (column,) in _rows(
                "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0"
                " AND NOT attisdropped AND has_column_privilege(attrelid, attnum, 'UPDATE')",
                table,
            )
        }
        should = {_column(model, name) for name in model.app_may_update}
        yield from (f"{table}.{column}: may UPDATE" for column in sorted(granted - should))
        yield from (f"{table}.{column}: may not UPDATE" for column in sorted(should - granted))


def _column(model: type[OrganizationOwned], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.column)


def _keys() -> Iterator[str]:
    """The foreign keys that carry org_id, and every constraint that a model names."""
    found = {
        (table, name): definition
        for table, name, definition in _rows(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace"
        )
    }
    indexes = {name for (name,) in _rows("SELECT indexrelid::regclass::text FROM pg_index WHERE indisvalid")}
    for model in isolation.owned_models():
        table = model._meta.db_table
        for name, definition in (*isolation.foreign_keys(model), *_added_keys(model)):
            if _plain(found.get((table, name))) != _plain(definition):
                yield f"{table}: {name} is {_state(found.get((table, name)))}"
    for owned in apps.get_models():
        table = owned._meta.db_table
        for constraint in owned._meta.constraints:
            definition_found = found.get((table, constraint.name))
            if (definition_found is None or _is_loose(definition_found)) and constraint.name not in indexes:
                yield f"{table}: {constraint.name} is {_state(definition_found)}"
    yield from _loose(found)


def _added_keys(model: type[OrganizationOwned]) -> Iterator[tuple[str, str]]:
    return (
        (name, " ".join(definition.split())) for name, definition in _matches(_ADDED, model.database_rules)
    )


def _loose(found: dict[tuple[str, str], str]) -> Iterator[str]:
    """Constraints of whatever origin that have not been checked for every row."""
    return (f"{table}: {name} is not validated" for (table, name), text in found.items() if _is_loose(text))


def _is_loose(definition: str) -> bool:
    return definition.endswith((" NOT VALID", " NOT ENFORCED"))


def _plain(definition: str | None) -> str:
    bare = (definition or "").replace('"', "").replace(" (", "(")
    return bare.removesuffix(" ON DELETE NO ACTION")


def _state(definition: str | None) -> str:
    return "missing" if definition is None else "not the derived one"


def _guards() -> Iterator[str]:
    """The triggers that the models ask for, the bodies of their functions, and that nothing is switched off."""
    rules = [rule for model in isolation.owned_models() for rule in model.database_rules]
    bodies = dict(_rows("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"))
    triggers = {
        (table, name): kind
        for table, name, kind in _rows(
            "SELECT tgrelid::regclass::text, tgname, tgtype FROM pg_trigger WHERE tgenabled IN ('O', 'A')"
        )
    }
    for name, body in _matches(_FUNCTION, rules):
        if bodies.get(name) != body:
            yield f"function {name} is not the program's"
    for name, events, table in _matches(_TRIGGER, rules):
        if triggers.get((table, name)) != _ROW_BEFORE + sum(_EVENTS[event] for event in events.split(" OR ")):
            yield f"trigger {name} on {table} is missing, switched off or not the program's"
    for table, name in _rows(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled NOT IN ('O', 'A') AND tgisinternal"
    ):
        yield f"{table}: the check {name} is switched off"
    if _rows("SELECT 1 WHERE current_setting('session_replication_role') <> 'origin'"):
        yield "session_replication_role switches every trigger off"


def _matches(pattern: re.Pattern[str], rules: Sequence[str]) -> list[tuple[str, ...]]:
    return [match.groups() for rule in rules if (match := pattern.search(rule))]


def _rows(sql: str, *values: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return list(cursor.fetchall())


def _all_grants() -> Iterator[str]:
    yield from _grants()
    yield from _column_grants()


RULES = (
    Rule(
        name="isolation.walls",
        means="Every table of an organization has row-level security, enabled and forced, with the derived policy.",
        do=_MIGRATE,
        scope="database",
        query=_unwalled,
    ),
    Rule(
        name="isolation.role",
        means="The role that serves is no superuser, passes no wall, belongs to no other role and owns nothing.",
        do=_ROLE,
        scope="database",
        query=_powers,
    ),
    Rule(
        name="isolation.grants",
        means="The role that serves may do to each table what the model says, and nothing else.",
        do=_ROLE,
        scope="database",
        query=_all_grants,
    ),
    Rule(
        name="isolation.keys",
        means="Every foreign key carries the organization, and every constraint of the models is there and validated.",
        do="Mend the rows that are against it, then " + _MIGRATE[0].lower() + _MIGRATE[1:],
        scope="database",
        query=_keys,
    ),
    Rule(
        name="isolation.guards",
        means="The triggers that keep issued invoices, the ledger and the register are there, unchanged and on.",
        do=_MIGRATE,
        scope="database",
        query=_guards,
    ),
)
