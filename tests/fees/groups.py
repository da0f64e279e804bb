"""Groups with approved members, their officers, and the orders they draw."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from fees import services
from fees.models import Order
from registration.models import Application, Group
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.enums import Channel
from skilleval.core.models import OutboxMessage
from tests.factories import ApplicationFactory, GroupFactory, MembershipFactory, UserFactory, at, publish_fees, staff

NOW = at(2026, 3, 20)


def a_group(**fields: Any) -> Group:
    """A group of March whose offering costs ¥100 + ¥300."""
    group = GroupFactory(**fields)
    publish_fees(group.offering)
    return group


def officer_of(group: Group, **user: Any) -> User:
    person = UserFactory(**user)
    MembershipFactory(user=person, role=Role.OFFICER, institution=group.institution)
    return person


def members(group: Group, count: int = 3, *, approved_on: date = date(2026, 3, 10), **fields: Any) -> list[Application]:
    """Approved members of a group, in no order."""
    facts = {"group": group, "channel": Channel.GROUP, "offering": group.offering, "state": "approved"}
    return [ApplicationFactory(**facts | {"approved_on": approved_on} | fields) for _ in range(count)]


def draw(group: Group, *, applications: Any = None, by: User | None = None, when: datetime = NOW) -> Order:
    return services.draw_group_order(group, applications=applications, by=by or officer_of(group), at=when)


def confirm(order: Order, *, value_on: date = date(2026, 3, 25), when: datetime | None = None, key: str = "a") -> Order:
    clerk = staff(order.provider, Role.FINANCE)
    return services.confirm_payment(order, value_on=value_on, by=clerk, at=when or at(2026, 3, 26), key=key)


def states(applications: list[Application]) -> list[str]:
    rows = Application.objects.filter(pk__in=[one.pk for one in applications])
    return list(rows.order_by("pk").values_list("state", flat=True))


def a_named_group() -> Group:
    """Of 测试学校, for 人工智能训练师 level 4."""
    return a_group(
        institution__name="测试学校",
        offering__provider__filing_number="S000031400054",
        offering__work_type__occupation__name="人工智能训练师",
    )


def told(subject: str, channel: str = "portal") -> list[OutboxMessage]:
    """The messages of a subject."""
    return list(OutboxMessage.objects.filter(subject=subject, channel=channel))
