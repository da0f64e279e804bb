"""Placeholder until the account adapter lands."""

from allauth.account.adapter import DefaultAccountAdapter


class PortalAccountAdapter(DefaultAccountAdapter):
    """The portal's adapter."""
