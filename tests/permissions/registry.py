"""The table of models.txt: every model of the admin, whose rows it shows to whom, and who may add and change them.

`rows-of`: a provider's own rows; rows shared by all of them; the portal's. The rest are roles, `all` for the six of a
provider; who sees rows of a provider sees those of their own one, the administrator those of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from skilleval.accounts.enums import PROVIDER_ROLES
from skilleval.core.admin import ScopedModelAdmin
from tests.permissions.table import lines_of
from tests.permissions.world import World

TABLE = Path(__file__).parent / "models.txt"
VIEWS = ("changelist", "add", "history", "delete", "change")


def _split(thing: str) -> list[str]:
    return thing.split(".")


@dataclass(frozen=True)
class Entry:
    """A line of the table."""

    label: str
    of: str
    rows_of: str
    seen_by: frozenset[str]
    added_by: frozenset[str]
    changed_by: frozenset[str]
    acted_on_by: frozenset[str]

    def __str__(self) -> str:
        return self.label

    @property
    def admin(self) -> ScopedModelAdmin:
        found = admin.site._registry[apps.get_model(self.label)]
        assert isinstance(found, ScopedModelAdmin), f"{self.label} isn't scoped"
        return found

    @property
    def names(self) -> list[str]:
        """The addresses that the admin gives to every model."""
        return [f"admin:{self.label.replace('.', '_')}_{view}" for view in VIEWS]

    def row(self, world: World) -> Any:
        """The row asked for: provider A's where it is a provider's."""
        return self.rows(world)[0]

    def rows(self, world: World) -> list[Any]:
        """The row, and with commas others in further states, so that each action has one it does something to."""
        return [reduce(getattr, path, world.things[thing]) for thing, *path in map(_split, self.of.split(","))]

    def address(self, view: str, world: World) -> str:
        name = f"admin:{self.label.replace('.', '_')}_{view}"
        return reverse(name, args=[] if view in ("changelist", "add") else [self.row(world).pk])

    def may(self, actor: str, roles: frozenset[str]) -> bool:
        """Whether an actor holds one of the roles somewhere."""
        return actor.split()[-1] in roles

    def reaches(self, actor: str) -> bool:
        """Whether the actor's roles reach the row asked for."""
        return self.rows_of != "provider" or not actor.startswith("rival ")


def entries() -> list[Entry]:
    return [Entry(*line[:3], *(_roles(words) for words in line[3:])) for line in lines_of(TABLE, 7)]


def _roles(words: str) -> frozenset[str]:
    named = set(words.split(",")) - {"-"}
    return frozenset(named - {"all"} | ({role.value for role in PROVIDER_ROLES} if "all" in named else set()))
