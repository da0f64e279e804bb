"""One of the demonstration's applicants: an account, its record, an application, as far as it has come."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from fees import queries as fee_queries, services as fees
from fees.models import Order
from registration.models import Application, Window
from registration.queries.applications import current_rules
from registration.services import applications, candidates, profile_rows, reviews
from skilleval.accounts.models import Membership, User
from skilleval.accounts.services import open_account
from skilleval.catalogue.models import Offering
from skilleval.core.clock import SHANGHAI
from skilleval.core.errors import Refused
from skilleval.journeys.demo.people import PASSWORD, Person, paper, portrait
from skilleval.journeys.desk import verbs

SICT, KUPAS = "S000031400054", "S000031200057"
#: The clause of each level that eleven years' work meets.
BY_WORK = {"4": "4.1", "3": "3.1"}


def offering_of(code: str, level: str, on: date, work_type: str = "") -> Offering:
    """SICT's offering of an occupation and level that is in force on a day."""
    found = Offering.objects.with_names().valid_on(on).filter(provider__filing_number=SICT, announcement__isnull=False)
    return found.filter(work_type__occupation__code=code, work_type__name=work_type, level=level).latest("year")


def apply_for(person: Person, offering: Offering, window: Window, *, at: datetime) -> Application:
    """An account, its record with years of work, and an application handed in."""
    on = at.astimezone(SHANGHAI).date()
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
    fee = fee_queries.price_of(offering, on=on)
    application = applications.start(
        candidate, offering=offering, window=window, fee_published=fee.published, by=user, at=at
    )
    applications.choose_clause(application, clause=BY_WORK[offering.level], declared={}, by=user, at=at)
    application.refresh_from_db()
    for title in applications.papers(application):
        applications.attach(application, title=title[:60], upload=paper(title), by=user, at=at)
    rules = current_rules(offering, on)
    if rules is None:
        raise Refused("参评人员须知尚未载入，请先执行 manage.py load_notices")
    applications.accept_rules(application, rules=rules, by=user, at=at)
    application.refresh_from_db()
    return applications.submit(application, fee_published=fee.published, by=user, at=at)


def approve(application: Application, *, at: datetime) -> Order:
    """Passed by the reviewer, the signed original received; the order."""
    reviewer = member("reviewing")
    order = verbs.approve(application, by=reviewer, at=at)
    if order is None:
        raise Refused("演示项目须有收费标准，请先执行 manage.py load_notices")
    reviews.receive_original(application, by=reviewer, on=at.astimezone(SHANGHAI).date())
    return order


def confirm(order: Order, *, at: datetime) -> None:
    """Paid and booked on the same day."""
    on = at.astimezone(SHANGHAI).date()
    fees.confirm_payment(order, value_on=on, by=member("finance"), at=at, key=f"demo:{order.number}")


def member(role: str, place: int = 0) -> User:
    """Who holds a role at SICT; `place` tells those apart who share one."""
    return Membership.objects.filter(role=role, provider__filing_number=SICT).order_by("pk")[place].user


def owner(order: Order) -> User:
    """The payer's account."""
    return User.objects.get(pk=order.lines.get().application.candidate.user_id)
