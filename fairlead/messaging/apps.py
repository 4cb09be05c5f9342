from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "fairlead.messaging"
    label = "messaging"

    def ready(self) -> None:
        # Their jobs, chores and secrets register themselves.
        from fairlead.messaging import invitations, outbox, worker  # noqa: F401
