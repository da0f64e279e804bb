"""The people and the month the demonstration starts with, made by the services that a user's click calls.

上海市计算技术研究所's 人工智能训练师 level 4 stands one short of its threshold; 计算机程序设计员 level 4 stands at
twelve and will roll over; some applications wait at the reviewer's and the finance clerk's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import transaction

from fees import queries as fee_queries, services as fees
from fees.models import Order
from registration.models import Application, Window
from registration.queries.applications import current_rules
from registration.queries.windows import window_open_on
from registration.services import applications, candidates, profile_rows, reviews
from registration.services.calendars import extend_calendars
from scheduling.models import Room, Venue
from skilleval.accounts.enums import Role
from skilleval.accounts.models import Membership, User
from skilleval.accounts.services import open_account
from skilleval.catalogue.enums import ContactKind, Level
from skilleval.catalogue.models import Offering, Provider
from skilleval.core import clock, tasks
from skilleval.core.errors import Refused
from skilleval.journeys.demo.people import PASSWORD, Person, paper, portrait
from skilleval.journeys.desk import verbs

SICT, KUPAS = "S000031400054", "S000031200057"
SHORT_OF_THRESHOLD = 29
ROLLS_OVER = 12
IN_REVIEW, UNPAID = 3, 2
STAFF: tuple[tuple[str, str, str, str], ...] = (
    ("shenhe@example.com", "演示审核员", SICT, Role.REVIEWING),
    ("caiwu@example.com", "演示财务", SICT, Role.FINANCE),
    ("kaowu@example.com", "演示考务", SICT, Role.SCHEDULING),
    ("fuzeren@example.com", "演示负责人", SICT, Role.MANAGER),
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
            told = list(_applicants())
        tasks.work_once(limit=None)
        yield from told


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
    trainer = _offering("4-04-05-05", on)
    programmer = _offering("4-04-05-01", on)
    window = window_open_on(trainer.provider, on)
    if window is None:
        yield f"{trainer.provider} 目前不在申报时间内，未生成申报。"
        return
    people = iter(Person(serial) for serial in range(1, 100))
    for offering, confirmed in ((trainer, SHORT_OF_THRESHOLD), (programmer, ROLLS_OVER)):
        for _ in range(confirmed):
            _confirm(_approve(_submit(next(people), offering, window)))
        yield f"{offering}：{confirmed} 人已确认"
    for _ in range(UNPAID):
        order = _approve(_submit(next(people), programmer, window))
        fees.attach_voucher(order, upload=paper("转账回单"), paid_on=on, by=_owner(order), at=clock.now())
    for _ in range(IN_REVIEW):
        _submit(next(people), trainer, window)
    yield f"另有 {UNPAID} 人待确认到账，{IN_REVIEW} 人待审核"


def _offering(code: str, on: date) -> Offering:
    found = (
        Offering.objects.with_names()
        .valid_on(on)
        .filter(
            provider__filing_number=SICT, work_type__occupation__code=code, level=Level.FOUR, announcement__isnull=False
        )
    )
    return found.latest("year")


def _submit(person: Person, offering: Offering, window: Window) -> Application:
    """An account, its record with five years' work, and an application handed in."""
    at = clock.now()
    user = open_account(email=person.email, password=PASSWORD, name=person.name, by=None)
    candidate = candidates.save_candidate(
        user,
        name=person.name,
        id_type="resident",
        id_number=person.id_number,
        phone=person.phone,
        schooling="senior_middle",
        employer="样本企业（演示）",
        by=user,
        at=at,
    )
    candidates.set_photo(candidate, upload=portrait(person.serial), by=user, at=at)
    work: dict[str, Any] = {
        "employer": "样本企业（演示）",
        "position": "技术员",
        "code": offering.occupation.code,
        "started_on": date(2015, 3, 1),
    }
    profile_rows.save_row(candidate, kind="work", values=work, by=user, at=at)
    fee = fee_queries.price_of(offering, on=clock.today())
    application = applications.start(
        candidate, offering=offering, window=window, fee_published=fee.published, by=user, at=at
    )
    applications.choose_clause(application, clause="4.1", declared={}, by=user, at=at)
    application.refresh_from_db()
    for title in applications.papers(application):
        applications.attach(application, title=title[:60], upload=paper(title), by=user, at=at)
    rules = current_rules(offering, clock.today())
    if rules is None:
        raise Refused("参评人员须知尚未载入，请先执行 manage.py load_notices")
    applications.accept_rules(application, rules=rules, by=user, at=at)
    application.refresh_from_db()
    return applications.submit(application, fee_published=fee.published, by=user, at=at)


def _approve(application: Application) -> Order:
    reviewer = _member(Role.REVIEWING)
    order = verbs.approve(application, by=reviewer, at=clock.now())
    if order is None:
        raise Refused("演示项目须有收费标准，请先执行 manage.py load_notices")
    reviews.receive_original(application, by=reviewer, on=clock.today())
    return order


def _confirm(order: Order) -> None:
    at: datetime = clock.now()
    fees.confirm_payment(order, value_on=clock.today(), by=_member(Role.FINANCE), at=at, key=f"demo:{order.number}")


def _member(role: str) -> User:
    return Membership.objects.get(role=role, provider__filing_number=SICT).user


def _owner(order: Order) -> User:
    return User.objects.get(pk=order.lines.get().application.candidate.user_id)
