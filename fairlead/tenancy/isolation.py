"""The wall between organizations, derived from the models after every migration.

For each table of an organization: row-level security enabled and forced with one policy, UNIQUE (org_id, id), foreign
keys that carry org_id, the grants of the app role, and the model's own database rules. PostgreSQL's checks of plain
foreign keys do not see row-level security, hence the composite ones.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, cast

from django.apps import apps
from django.db import connections, models, transaction
from django.db.backends.utils import CursorWrapper

from fairlead.tenancy.context import ORGANIZATION
from fairlead.tenancy.models.base import MemberForeignKey, OrganizationOwned, OrgForeignKey
from fairlead.tenancy.models.organization import Membership

POLICY = "organization"
OWNER_POLICY = "owner_reads"
# The sub-select is evaluated once per statement.
CONDITION = f"org_id = (SELECT {ORGANIZATION})"
_ON_DELETE: dict[Any, str] = {
    models.CASCADE: "CASCADE",
    models.PROTECT: "NO ACTION",
    models.RESTRICT: "NO ACTION",
}


def owned_models() -> list[type[OrganizationOwned]]:
    """Every concrete model whose rows belong to one organization."""
    return [model for model in apps.get_models() if issubclass(model, OrganizationOwned)]


def derive(using: str) -> None:
    """Bring the database's rules in line with the models. `using` must be the owner's connection."""
    connection = connections[using]
    app_role = connections["default"].settings_dict["USER"]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        _grant(cursor, app_role)
        for model in owned_models():
            _require_unique(cursor, model)
        for model in owned_models():
            _require_foreign_keys(cursor, model)
            _require_security(cursor, model)
            _narrow_grants(cursor, model, app_role)
            for rule in model.database_rules:
                cursor.execute(rule)
        cursor.execute(f'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO "{app_role}"')


def foreign_keys(model: type[OrganizationOwned]) -> Iterator[tuple[str, str]]:
    """The name and the definition of each composite foreign key that this model needs."""
    for field in model._meta.concrete_fields:
        if isinstance(field, MemberForeignKey):
            target, key = Membership._meta.db_table, "user_id"
        elif isinstance(field, OrgForeignKey):
            target, key = field.related_model._meta.db_table, "id"
        else:
            continue
        name = _short(f"{model._meta.db_table}_{field.column}_in_org")
        on_delete = _ON_DELETE[field.remote_field.on_delete]
        yield (
            name,
            f'FOREIGN KEY (org_id, "{field.column}") REFERENCES "{target}" (org_id, {key}) ON DELETE {on_delete}',
        )


def _grant(cursor: CursorWrapper, role: str) -> None:
    cursor.execute(f'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "{role}"')
    cursor.execute(f'GRANT USAGE ON SCHEMA public TO "{role}"')
    cursor.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"')
    cursor.execute(f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "{role}"')
    cursor.execute(f'REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM "{role}"')


def _narrow_grants(cursor: CursorWrapper, model: type[OrganizationOwned], role: str) -> None:
    if set(model.app_may) == {"select", "insert", "update", "delete"}:
        return
    table = model._meta.db_table
    cursor.execute(f'REVOKE ALL ON "{table}" FROM "{role}"')
    cursor.execute(f'GRANT {", ".join(model.app_may)} ON "{table}" TO "{role}"')
    if model.app_may_update:
        columns = ", ".join(
            f'"{cast("models.Field[Any, Any]", model._meta.get_field(name)).column}"'
            for name in model.app_may_update
        )
        cursor.execute(f'GRANT UPDATE ({columns}) ON "{table}" TO "{role}"')


def _require_unique(cursor: CursorWrapper, model: type[OrganizationOwned]) -> None:
    table = model._meta.db_table
    name = _short(f"{table}_org_id_id")
    if model._meta.pk.column == "id" and not _has_constraint(cursor, table, name):
        cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" UNIQUE (org_id, id)')


def _require_foreign_keys(cursor: CursorWrapper, model: type[OrganizationOwned]) -> None:
    table = model._meta.db_table
    for name, definition in foreign_keys(model):
        if _has_constraint(cursor, table, name):
            continue
        # Under FORCE the owner's own check of existing rows sees none of them and accepts anything.
        target = definition.split('"')[3]
        for side in (table, target):
            cursor.execute(f'ALTER TABLE "{side}" NO FORCE ROW LEVEL SECURITY')
        cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')
        if target in {owned._meta.db_table for owned in owned_models()}:
            cursor.execute(f'ALTER TABLE "{target}" FORCE ROW LEVEL SECURITY')


def _require_security(cursor: CursorWrapper, model: type[OrganizationOwned]) -> None:
    table = model._meta.db_table
    # Where it is so already, nobody is made to wait: these take the table for themselves, also from a running backup.
    if not _is_forced(cursor, table):
        cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        cursor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    if not _has_policy(cursor, table, POLICY):
        cursor.execute(f'CREATE POLICY {POLICY} ON "{table}" USING ({CONDITION}) WITH CHECK ({CONDITION})')
    if model.owner_reads and not _has_policy(cursor, table, OWNER_POLICY):
        cursor.execute(f'CREATE POLICY {OWNER_POLICY} ON "{table}" FOR SELECT TO CURRENT_USER USING (true)')


def _is_forced(cursor: CursorWrapper, table: str) -> bool:
    cursor.execute(
        "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [f'"{table}"']
    )
    return bool(cursor.fetchone()[0])


def _has_policy(cursor: CursorWrapper, table: str, name: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_policies WHERE tablename = %s AND policyname = %s", [table, name])
    return cursor.fetchone() is not None


def _has_constraint(cursor: CursorWrapper, table: str, name: str) -> bool:
    cursor.execute(
        "SELECT 1 FROM pg_constraint WHERE conrelid = %s::regclass AND conname = %s", [f'"{table}"', name]
    )
    return cursor.fetchone() is not None


def _short(name: str) -> str:
    """PostgreSQL cuts names at 63 bytes without a word; cut them ourselves so that they stay distinct."""
    return name if len(name) <= 63 else f"{name[:54]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
