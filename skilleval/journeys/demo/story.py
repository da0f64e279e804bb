"""The people and the month the demonstration starts with, made by the services that a user's click calls.

上海市计算技术研究所's 人工智能训练师 level 4 stands one short of its threshold; 计算机程序设计员 level 4 stands at
twelve and will roll over; some applications wait at the reviewer's and the finance clerk's. What was sat before is in
`past`.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from fees import services as fees
from registration.models import Application
from registration.queries.windows import window_open_on
from registration.services.calendars import extend_calendars
from scheduling.models import Room, Venue
from skilleval.accounts.enums import Role
from skilleval.accounts.models import Membership, User
from skilleval.accounts.services import open_account
from skilleval.catalogue.enums import ContactKind, Level
from skilleval.catalogue.models import Provider
from skilleval.core import clock, tasks
from skilleval.core.errors import Refused
from skilleval.journeys.demo import groups, past
from skilleval.journeys.demo.applicants import KUPAS, SICT, apply_for, approve, confirm, offering_of, owner
from skilleval.journeys.demo.people import PASSWORD, Person, paper

SHORT_OF_THRESHOLD = 29
ROLLS_OVER = 12
IN_REVIEW, UNPAID, OWING = 3, 2, 4
STAFF: tuple[tuple[str, str, str, str], ...] = (
    ("shenhe@example.com", "演示审核员", SICT, Role.REVIEWING),
    ("caiwu@example.com", "演示财务", SICT, Role.FINANCE),
    ("caiwu2@example.com", "演示财务复核员", SICT, Role.FINANCE),
    ("kaowu@example.com", "演示考务", SICT, Role.SCHEDULING),
    ("fuzeren@example.com", "演示负责人", SICT, Role.MANAGER),
    ("chengji@example.com", "演示成绩录入员", SICT, Role.RESULTS),
    ("fuhe@example.com", "演示成绩复核员", SICT, Role.RESULTS),
    ("zhengshu@example.com", "演示证书员", SICT, Role.CERTIFICATES),
    ("zhengshu2@example.com", "演示证书复核员", SICT, Role.CERTIFICATES),
    ("jianguan@example.com", "演示监管人员", "", Role.SUPERVISOR),
    ("jianguan2@example.com", "演示监管复核员", "", Role.SUPERVISOR),
    ("shenhe-kupas@example.com", "演示审核员（库帕思）", KUPAS, Role.REVIEWING),
    ("guanliyuan@example.com", "演示平台管理员", "", Role.ADMINISTRATOR),
)


def make() -> Iterator[str]:
    """Make what isn't there yet, and tell line by line; a second run finds everything done."""
    if not clock.is_demo():
        raise Refused("演示数据只能在演示环境中生成")
    extend_calendars(clock.today())
    yield from _staff()
    _rooms()
    if not Application.objects.exists():
        with transaction.atomic():  # all of the month or none of it, should it be cut short
            told = [*past.make(), *_applicants()]
        tasks.work_once(limit=None)
        yield from told
    yield from groups.make()


def _staff() -> Iterator[str]:
    for email, name, filing_number, role in STAFF:
        if User.objects.filter(email=email).exists():
            continue
        provider = Provider.objects.get(filing_number=filing_number) if filing_number else None
        with transaction.atomic():
            user = open_account(email=email, password=PASSWORD, name=name, by=None)
            Membership.objects.create(user=user, role=role, provider=provider, granted_by_label="演示")
        yield f"{name}：{email}"


def _rooms() -> None:
    for provider in Provider.objects.filter(filing_number__in=[SICT, KUPAS]):
        desk = provider.contacts.filter(kind=ContactKind.DESK).first()
        venue, _ = Venue.objects.get_or_create(
            provider=provider, name="演示考点", defaults={"address": desk.value if desk else provider.name}
        )
        for name, capacity in (("第一考场", 40), ("第二考场", 30), ("操作考场", 40)):
            Room.objects.get_or_create(venue=venue, name=name, defaults={"capacity": capacity})


def _applicants() -> Iterator[str]:
    on = clock.today()
    trainer = offering_of("4-04-05-05", Level.FOUR, on)
    programmer = offering_of("4-04-05-01", Level.FOUR, on)
    window = window_open_on(trainer.provider, on)
    if window is None:
        yield f"{trainer.provider} 目前不在申报时间内，未生成申报。"
        return
    people = iter(Person(serial) for serial in range(1, 100))
    at = clock.now()
    for offering, confirmed in ((trainer, SHORT_OF_THRESHOLD), (programmer, ROLLS_OVER)):
        for _ in range(confirmed):
            confirm(approve(apply_for(next(people), offering, window, at=at), at=at), at=at)
        yield f"{offering}：{confirmed} 人已确认"
    for _ in range(UNPAID):
        order = approve(apply_for(next(people), programmer, window, at=at), at=at)
        fees.attach_voucher(order, upload=paper("转账回单"), paid_on=on, by=owner(order), at=at)
    for _ in range(IN_REVIEW):
        apply_for(next(people), trainer, window, at=at)
    for _ in range(OWING):
        approve(apply_for(next(people), programmer, window, at=at), at=at)
    yield f"另有 {UNPAID + OWING} 人待确认到账，{IN_REVIEW} 人待审核"
