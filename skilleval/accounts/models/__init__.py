"""Accounts, institutions, who holds which role where, and providers' own words for messages."""

from skilleval.accounts.models.institutions import Institution, InstitutionLog, Invitation
from skilleval.accounts.models.memberships import Membership
from skilleval.accounts.models.messages import MessageTemplate, ProviderMessage
from skilleval.accounts.models.users import User, UserManager

__all__ = [
    "Institution",
    "InstitutionLog",
    "Invitation",
    "Membership",
    "MessageTemplate",
    "ProviderMessage",
    "User",
    "UserManager",
]
