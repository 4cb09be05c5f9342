"""What proves who a caller is: sessions, API tokens, invitations; and what slows one who guesses."""

from django.db import models

from fairlead.foundation.clock import now
from fairlead.foundation.ids import new_id
from fairlead.tenancy.models.organization import Organization, User


class Session(models.Model):
    """A sign-in and the family of refresh tokens that grew from it; only the newest generation is good."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    generation = models.PositiveIntegerField(default=1)
    created_on = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class ApiToken(models.Model):
    """A personal token for one organization. Only a keyed hash of its secret is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    org = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    secret_hash = models.BinaryField()
    scopes = models.JSONField(default=list)
    created_on = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Invitation(models.Model):
    """A link sent to somebody, good once, by which they become a member and choose their password if they have none.

    Its token is derived from the secret key and the id (`members.invitation_token`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    org = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="invitations")
    created_on = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class KnownNetwork(models.Model):
    """A network from which this person has signed in; strangers who guess cannot use up its tries."""

    pk = models.CompositePrimaryKey("user", "network_hash")
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    network_hash = models.BinaryField()
    last_at = models.DateTimeField(default=now)


class RateBucket(models.Model):
    """How often something happened in the present window. The table is unlogged: a crash may forget it."""

    key = models.CharField(max_length=100, primary_key=True)
    window_start = models.BigIntegerField()
    count = models.PositiveIntegerField()
