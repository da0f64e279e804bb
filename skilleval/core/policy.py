"""Who may do what: roles × actions as data. Core holds the mechanism; the apps grant.

Nobody is all-powerful: an action nobody was granted is refused to everybody.
"""

from typing import Any, Protocol

from skilleval.core.errors import NotAllowed


class Actor(Protocol):
    """What core needs to know of a user."""

    @property
    def id(self) -> int: ...

    @property
    def label(self) -> str:
        """The name shown in logs: no document number, no telephone."""

    def roles_in(self, scope: Any) -> frozenset[str]:
        """The roles held in one scope, an object of the portal; None asks for the roles held everywhere."""


class Policy:
    """A table of action → roles, filled once at start."""

    def __init__(self) -> None:
        self._roles: dict[str, frozenset[str]] = {}

    def grant(self, action: str, *roles: str) -> None:
        """Give roles an action; repeated grants add up."""
        self._roles[action] = self._roles.get(action, frozenset()) | frozenset(roles)

    def allows(self, roles: frozenset[str], action: str) -> bool:
        """Whether any of the roles was granted the action."""
        return not roles.isdisjoint(self._roles.get(action, frozenset()))

    def roles_for(self, action: str) -> frozenset[str]:
        """The roles that were granted an action."""
        return self._roles.get(action, frozenset())

    def actions(self) -> frozenset[str]:
        """Every action somebody was granted; the permission matrix is printed and tested from it."""
        return frozenset(self._roles)


policy = Policy()


def can(user: Actor, action: str, scope: Any = None) -> bool:
    """Whether the user's roles in the scope, or those held everywhere, give them the action."""
    return policy.allows(user.roles_in(scope) | user.roles_in(None), action)


def require(user: Actor, action: str, scope: Any = None) -> None:
    """Raise NotAllowed unless the user may."""
    if not can(user, action, scope):
        raise NotAllowed()
