"""A group at the provider's desk: its addresses, its members, who comes."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse, reverse_lazy

from registration.models import Application, Group
from skilleval.accounts.models import User
from skilleval.journeys.desk import group_verbs
from tests.factories import at, staff
from tests.journeys.desk import member as staff_client

LIST = reverse_lazy("admin:registration_group_changelist")
ACTS = ("desk_group_approve", "desk_group_return", "desk_group_originals")
NOW = at(2026, 3, 20)


def of(group: Group) -> str:
    """The group's page."""
    return reverse("admin:registration_group_change", args=[group.pk])


def act(name: str, group: Group) -> str:
    return reverse(f"admin:{name}", args=[group.pk])


def reviewing(group: Group) -> Client:
    return staff_client(group.offering.provider)


def first(group: Group) -> Application:
    return group.members.order_by("pk")[0]


def keys(group: Group) -> str:
    """Its members' keys, as the pages send them."""
    return ",".join(str(pk) for pk in group.members.order_by("pk").values_list("pk", flat=True))


def states(group: Group) -> list[str]:
    return list(group.members.order_by("pk").values_list("state", flat=True))


def approve(group: Group, by: User | None = None) -> group_verbs.Approved:
    """Everybody who is clear passes."""
    reviewer: Any = by or staff(group.offering.provider)
    return group_verbs.approve_clear(
        group, applications=[int(pk) for pk in keys(group).split(",")], by=reviewer, at=NOW
    )
