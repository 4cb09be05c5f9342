"""Bringing the database to the version of this program."""

from fairlead.cli.trouble import Trouble

# Any number will do, as long as all starts take the same.
LOCK = 4_617_081_935


def migrate() -> list[str]:
    """Apply what is missing, one start at a time, and return the names of what was.

    Always goes through Django's command: its last step derives the wall between organizations from the models, and
    an earlier start may have been killed before that.

    Raises Trouble where the database knows migrations that this program does not.
    """
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    try:
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        missing = _missing()
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        return missing
    finally:
        connections.close_all()


def known() -> list[str]:
    """The names of the migrations that this program has, those of its libraries included."""
    from django.db.migrations.loader import MigrationLoader

    return sorted(".".join(name) for name in MigrationLoader(None).disk_migrations)


def write(app: str) -> None:
    """Write the migration that an app's models need by now, for whoever works on Fairlead."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("makemigrations", app)


def _missing() -> list[str]:
    from django.db import connections
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connections["owner"])
    known, applied = set(loader.disk_migrations), set(loader.applied_migrations)
    if unknown := sorted(applied - known):
        newest = ".".join(unknown[-1])
        raise Trouble(
            f"The database was written by a newer Fairlead (it has {newest}): start it with that one."
        )
    return sorted(".".join(name) for name in known - applied)
