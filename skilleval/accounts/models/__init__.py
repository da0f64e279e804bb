"""Accounts, institutions and who holds which role where."""

from skilleval.accounts.models.institutions import Institution, InstitutionLog, Invitation
from skilleval.accounts.models.memberships import Membership
from skilleval.accounts.models.users import User, UserManager

__all__ = ["Institution", "InstitutionLog", "Invitation", "Membership", "User", "UserManager"]
