"""Which rows a user's roles reach: the scopes in which an action was granted, applied to querysets and objects."""

from collections.abc import Iterable
from typing import Any, Protocol

from django.db import models

from skilleval.core.policy import Actor, policy

SELF = "self"


class ScopedActor(Actor, Protocol):
    """An actor who also knows the scopes they hold a role in; those held everywhere need none."""

    @property
    def scopes(self) -> Iterable[models.Model]: ...


def everywhere(user: ScopedActor, *actions: str) -> bool:
    """Whether a role held everywhere gives one of the actions."""
    return any(policy.allows(user.roles_in(None), action) for action in actions)


def scope_ids(user: ScopedActor, *actions: str) -> frozenset[Any]:
    """The keys of the scopes in which a role gives one of the actions."""
    return frozenset(
        scope.pk for scope in user.scopes if any(policy.allows(user.roles_in(scope), action) for action in actions)
    )


def reaches(user: ScopedActor, *actions: str) -> bool:
    """Whether the user has one of the actions anywhere at all."""
    return everywhere(user, *actions) or bool(scope_ids(user, *actions))


def limit(queryset: models.QuerySet[Any], path: str | None, user: ScopedActor, *actions: str) -> models.QuerySet[Any]:
    """The rows on which the user has one of the actions; ``path`` leads to the scope, None is data shared by all."""
    if everywhere(user, *actions) or (path is None and reaches(user, *actions)):
        return queryset
    if path is None:
        return queryset.none()
    lookup = "pk__in" if path == SELF else f"{path}__in"
    return queryset.filter(**{lookup: scope_ids(user, *actions)})


def covers(obj: models.Model, path: str | None, user: ScopedActor, *actions: str) -> bool:
    """Whether the user has one of the actions on an object, saved or not; the path ends in the scope or in its key."""
    if path is None or everywhere(user, *actions):
        return reaches(user, *actions)
    target: Any = obj
    for step in [] if path == SELF else path.split("__"):
        target = getattr(target, step, None)
    return target is not None and getattr(target, "pk", target) in scope_ids(user, *actions)
