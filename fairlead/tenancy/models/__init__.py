"""The tables of tenancy."""

from fairlead.tenancy.models.access import ApiToken, Invitation, KnownNetwork, RateBucket, Session
from fairlead.tenancy.models.base import MemberForeignKey, OrganizationOwned, OrgForeignKey, Record
from fairlead.tenancy.models.organization import Logo, Membership, Organization, Role, Team, TeamMember, User

__all__ = [
    "ApiToken",
    "Invitation",
    "KnownNetwork",
    "Logo",
    "MemberForeignKey",
    "Membership",
    "OrgForeignKey",
    "Organization",
    "OrganizationOwned",
    "RateBucket",
    "Record",
    "Role",
    "Session",
    "Team",
    "TeamMember",
    "User",
]
