"""Approving a group's members across apps: no order is drawn here, the institution's officer draws it (SPEC 5a, 6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from discipline.enums import ENDED
from discipline.models import Case
from fees import services as fees
from fees.queries import due_on, fees_at_approval
from registration.models import Application, Group
from registration.services import group_reviews
from skilleval.accounts.models import User
from skilleval.core.errors import Refused
from skilleval.core.wording import cn_deadline, yuan

OPEN_CASE = "有违纪违规案件未办结，请单独审核"
NO_FEE = "该评价项目现无有效的收费标准（费用待公布），请先由财务公布，之后才能通过审核"


@dataclass(frozen=True)
class Approved:
    """How many passed, how many of them were confirmed since nothing is to pay, and who was left out, each with why."""

    people: int
    confirmed: int
    left: Mapping[int, str]


@transaction.atomic
def approve_clear(group: Group, *, applications: Collection[int], by: User, at: datetime) -> Approved:
    """Pass those of a group's applications that nothing speaks against; where nothing is to pay, confirm at once.

    Everybody is told once. Raises what group_reviews.approve_clear raises, and what fees.bill_members raises where a
    price is missing: nobody passes then.
    """
    handled = group_reviews.approve_clear(group, applications=applications, held=held_by_cases(group), by=by, at=at)
    passed = Application.objects.filter(pk__in=[member.pk for member in handled.done])
    paying = fees.bill_members(passed, by=by, at=at)
    return Approved(len(handled.done), len(handled.done) - paying, handled.left)


def held_by_cases(group: Group) -> dict[int, str]:
    """Members with an open misconduct case: one that is reported at the review isn't passed in a crowd (SPEC 10)."""
    cases = Case.objects.exclude(state__in=ENDED).filter(application__group=group)
    return {pk: OPEN_CASE for pk in cases.values_list("application_id", flat=True) if pk}


def approval_means(group: Group, applications: Collection[int], on: date) -> list[str]:
    """What passing them on a day would mean, in plain words; the same few queries for 1 and 2,000.

    Raises Refused where a price is missing, as passing them would.
    """
    rows = list(Application.objects.filter(pk__in=applications).only("kind", "subjects", "offering"))
    for row in rows:
        row.approved_on = on
    prices = fees_at_approval(rows)
    if any(not price.published for price in prices.values()):
        raise Refused(NO_FEE, source="收费标准")
    owed = [price.amount for price in prices.values() if price.amount]
    told = [_owed(group, sum(owed, Decimal(0)), len(owed), on)] if owed else []
    if len(owed) < len(rows):
        told.append(f"{_people(len(rows) - len(owed))}不收费，通过后即确认并计入本批次人数")
    told.append("参评人员收到通知；经办人也收到通知，其中不写姓名")
    if not group.offering.work_type.occupation.minimum_schooling:
        told.append("本职业的普通受教育程度要求未登记，通过前请核对职业标准")
    return told


def _owed(group: Group, amount: Decimal, people: int, on: date) -> str:
    until = cn_deadline(due_on(group.offering.provider, group.window, on))
    total = f"，合计 {yuan(amount)}" if people > 1 else f"，应缴 {yuan(amount)}"
    return (
        f"{_people(people)}转为“待缴费”{total}：不开具个人订单，由{group.institution}开具团体订单，"
        f"款项须于{until}到账；到账确认后才计入本批次人数"
    )


def _people(number: int) -> str:
    """How many, where it isn't the one person the page is about."""
    return f"{number} 人" if number > 1 else "申报"
