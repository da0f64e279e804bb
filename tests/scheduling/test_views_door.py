"""The door's pages: who is let in is said in big words, and pressing a button notes it (SPEC 8)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registration.models import Application
from scheduling import door_links, services
from scheduling.models import AdmissionTicket, Attendance, ExamSession
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.clock import SHANGHAI
from tests import factories
from tests.scheduling.people import NOON, planned, publish, scheduler

pytestmark = pytest.mark.django_db
#: Theory 09:00–10:30, practical 11:00–12:30.
MORNING = datetime(2026, 4, 11, 8, 40, tzinfo=SHANGHAI)


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory(provider__threshold=3)


@pytest.fixture
def session(offering: Offering) -> ExamSession:
    session = publish(planned(offering, 3, original_received_on=date(2026, 3, 10))[0], by=scheduler(offering.provider))
    services.release_tickets(date(2026, 4, 8), at=NOON)
    return session


@pytest.fixture
def ticket(session: ExamSession) -> AdmissionTicket:
    return AdmissionTicket.objects.order_by("number")[0]


@pytest.fixture
def by(offering: Offering, client: Client) -> User:
    user = factories.staff(offering.provider, Role.REVIEWING)
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def morning(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, MORNING)


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr("skilleval.core.clock.now", lambda: moment)


def check(client: Client, ticket: AdmissionTicket) -> str:
    return client.get(reverse("ticket_check", args=[ticket.uuid])).content.decode()


def press(client: Client, ticket: AdmissionTicket, subject: str, present: str) -> str:
    sent = {"subject": subject, "present": present}
    return client.post(reverse("ticket_check", args=[ticket.uuid]), sent, follow=True).content.decode()


@pytest.mark.parametrize("role", PROVIDER_ROLES)
def test_whoever_is_on_duty_lets_in_and_notes(
    ticket: AdmissionTicket, offering: Offering, client: Client, role: str
) -> None:
    client.force_login(factories.staff(offering.provider, role))
    page = check(client, ticket)
    assert "可以入场" in page
    assert ticket.application.candidate.masked_id in page
    assert ticket.application.candidate.id_number not in page
    assert "理论知识已签到" in press(client, ticket, "theory", "1")
    assert "理论知识缺考" in press(client, ticket, "theory", "0")
    assert Attendance.objects.get().present is False


def test_the_sitting_that_is_next_comes_first_and_large(
    ticket: AdmissionTicket, by: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for moment, subject in (
        (MORNING, "theory"),
        (MORNING.replace(hour=10, minute=29), "theory"),
        (MORNING.replace(hour=10, minute=30), "practical"),
        (MORNING.replace(hour=18), "practical"),
    ):
        set_clock(monkeypatch, moment)
        large = check(client, ticket).partition("door-place-big")[2]
        assert large.partition('name="subject" value="')[2].partition('"')[0] == subject


@pytest.mark.parametrize(
    ("ahead", "words", "buttons"),
    [(-1, "有效，但不是今天的考试", False), (0, "可以入场", True), (1, "考试日期已过", False)],
)
def test_other_days_are_said_and_offer_no_button(
    ticket: AdmissionTicket,
    by: User,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    ahead: int,
    words: str,
    buttons: bool,
) -> None:
    set_clock(monkeypatch, MORNING + timedelta(days=ahead))
    page = check(client, ticket)
    assert words in page
    assert ('name="present"' in page) == buttons


def a_week_later(session: ExamSession) -> None:
    """The practical subject, by itself."""
    practical = session.sittings.get(subject="practical")
    practical.during = (practical.starts + timedelta(days=7), practical.ends + timedelta(days=7))
    practical.save()


@pytest.mark.parametrize(
    ("ahead", "words", "button"),
    [(0, "可以入场", "理论知识签到"), (1, "考试日期为2026年4月18日", ""), (7, "可以入场", "签到"), (8, "日期已过", "")],
)
def test_subjects_on_two_days_are_let_in_on_both(
    session: ExamSession,
    ticket: AdmissionTicket,
    by: User,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    ahead: int,
    words: str,
    button: str,
) -> None:
    a_week_later(session)
    set_clock(monkeypatch, MORNING + timedelta(days=ahead))
    page = check(client, ticket)
    assert words in page
    assert page.count('name="present" value="1"') == bool(button)
    assert button in page


def test_a_ban_from_the_second_day_on_keeps_out_on_the_second(
    session: ExamSession, ticket: AdmissionTicket, by: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_week_later(session)
    factories.BanFactory(
        candidate=ticket.application.candidate, starts_on=date(2026, 4, 12), ends_on=date(2026, 12, 31)
    )
    assert "可以入场" in check(client, ticket)
    set_clock(monkeypatch, MORNING + timedelta(days=7))
    assert "不得入场" in check(client, ticket)


def test_pressed_too_early_it_says_so(
    ticket: AdmissionTicket, by: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, MORNING - timedelta(days=1))
    assert "当天才能登记" in press(client, ticket, "theory", "1")
    assert not Attendance.objects.exists()


def refused(client: Client, ticket: AdmissionTicket, why: str) -> None:
    page = check(client, ticket)
    assert "不得入场" in page
    assert why in page
    assert "可以入场" not in page
    assert 'name="present" value="1"' not in page
    assert "不得入场" in press(client, ticket, "theory", "1")
    assert not Attendance.objects.filter(present=True).exists()


def test_a_banned_person_is_refused_in_big_words(ticket: AdmissionTicket, by: User, client: Client) -> None:
    candidate = ticket.application.candidate
    factories.BanFactory(candidate=candidate, starts_on=date(2026, 4, 11), ends_on=date(2026, 12, 31))
    refused(client, ticket, "2026年4月11日至12月31日期间不得参加评价")


def test_so_is_one_whose_seat_was_freed_for_the_ban(ticket: AdmissionTicket, by: User, client: Client) -> None:
    services.free_seats(ticket.application, by=None, at=NOON, reason="处理决定")
    factories.BanFactory(candidate=ticket.application.candidate, starts_on=date(2026, 4, 10), ends_on=date(2026, 4, 30))
    page = check(client, ticket)
    assert "不得入场" in page
    assert "期间不得参加评价" in page
    assert "没有这一科目的座位" in press(client, ticket, "theory", "0")


def test_so_is_one_whose_application_is_void(ticket: AdmissionTicket, by: User, client: Client) -> None:
    Application.objects.filter(pk=ticket.application_id).update(state="void")
    refused(client, ticket, "“已作废”")


def test_a_withdrawn_ticket_points_to_the_one_in_force(
    ticket: AdmissionTicket, session: ExamSession, by: User, client: Client
) -> None:
    AdmissionTicket.objects.filter(pk=ticket.pk).update(withdrawn_at=NOON)
    newer = AdmissionTicket.objects.create(
        application=ticket.application, session=session, number="99992604999990", released_at=NOON
    )
    refused(client, ticket, "已收回，无效")
    assert newer.number in check(client, ticket)
    assert "可以入场" in check(client, newer)


# --- finding somebody, and the day's sittings -----------------------------------------------------------------------


def test_a_number_leads_to_its_ticket_however_it_is_typed(ticket: AdmissionTicket, by: User, client: Client) -> None:
    full_width = ticket.number.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    for typed in (ticket.number, full_width, f" {ticket.number[:4]} {ticket.number[4:8]}-{ticket.number[8:]} "):
        answer = client.get(reverse("door"), {"number": typed})
        assert answer["Location"] == reverse("ticket_check", args=[ticket.uuid])


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "请填写准考证号"),
        ("123", "14 位数字"),
        ("1" * 50, "14 位数字"),
        ("0" * 14, "没有找到"),
        ("甲" * 14, "14 位数字"),
    ],
)
def test_what_is_no_number_is_said(by: User, client: Client, typed: str, words: str) -> None:
    assert words in client.get(reverse("door"), {"number": typed}).content.decode()


def test_another_providers_ticket_isnt_found(ticket: AdmissionTicket, client: Client) -> None:
    client.force_login(scheduler(factories.ProviderFactory()))
    assert "没有找到" in client.get(reverse("door"), {"number": ticket.number}).content.decode()
    assert client.get(reverse("ticket_check", args=[ticket.uuid])).status_code == 404


def test_candidates_have_no_door(ticket: AdmissionTicket, client: Client) -> None:
    client.force_login(factories.UserFactory())
    assert client.get(reverse("door")).status_code == 403


def test_the_days_sittings_are_listed_with_their_counts(
    session: ExamSession, ticket: AdmissionTicket, by: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.note_ticket(ticket, subject="theory", present=True, by=by, at=MORNING)
    page = client.get(reverse("door")).content.decode()
    assert "共 3 人，已签到 1，缺考 0" in page
    assert "共 3 人，已签到 0，缺考 0" in page
    set_clock(monkeypatch, MORNING + timedelta(days=1))
    assert "今天没有考试" in client.get(reverse("door")).content.decode()


def test_it_takes_as_many_queries_for_thirty_sittings_as_for_one(
    session: ExamSession, by: User, client: Client
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("door"))
        return len(queries)

    session.sittings.exclude(subject="theory").update(live=False)
    once = cost()
    theory = session.sittings.get(subject="theory")
    for minutes in range(1, 31):
        theory.pk, shift = None, timedelta(hours=2 + minutes / 4)
        theory.during = (MORNING + shift, MORNING + shift + timedelta(minutes=10))
        theory.save()
    assert cost() == once


# --- links of other apps --------------------------------------------------------------------------------------------


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_links, "_makers", {})
    door_links.offer("b", lambda ticket, user: door_links.DoorLink("别处的链接", f"/x/{ticket.number}/{user.pk}"))
    door_links.offer("a", lambda ticket, user: None)


def test_other_apps_put_their_links_beneath(offered: None, ticket: AdmissionTicket, by: User, client: Client) -> None:
    page = check(client, ticket)
    assert f'href="/x/{ticket.number}/{by.pk}"' in page
    assert page.count("别处的链接") == 1
