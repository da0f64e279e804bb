"""The candidate's page of an appointment, and where the task is told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from registration.models import Application, Appointment, Candidate
from skilleval.catalogue.models import Contact, Offering
from tests.factories import ApplicationFactory, CandidateFactory
from tests.journeys.applying.pages import text, url
from tests.registration.appointing import book, comer, desk_of

pytestmark = pytest.mark.django_db

PAGE = "application_appointment"


@pytest.fixture
def desk(offering: Offering) -> Contact:
    return desk_of(offering.provider)


@pytest.fixture
def application(candidate: Candidate, offering: Offering) -> Application:
    made: Application = ApplicationFactory(candidate=candidate, offering=offering)
    return made


def sent(desk: Contact, slot: str = "2026-03-11T09:30", **more: str) -> dict[str, Any]:
    return {"desk": desk.pk, "slot": slot} | more


def test_booking_moving_and_giving_back(tab: Client, application: Application, desk: Contact) -> None:
    page = url(PAGE, application)
    assert "余 4 位" in text(tab.get(page + "?day=2026-03-11"))
    assert tab.post(page, sent(desk))["Location"] == url("application_detail", application)
    assert "2026年3月11日（周三） 09:30–10:00" in text(tab.get(url("application_detail", application)))
    tab.post(page, sent(desk, "2026-03-12T13:30"))
    made = Appointment.objects.get()
    assert (str(made.day), made.state) == ("2026-03-12", "booked")
    tab.post(page, {"cancel": "1"})
    assert Appointment.objects.get().state == "cancelled"


@pytest.mark.parametrize("slot", ["", "x", "2026-03-11", "2026-13-40T09:30", "2026-03-11T99:99", "2026-03-11T09:31"])
def test_what_is_no_slot_is_refused_in_words(tab: Client, application: Application, desk: Contact, slot: str) -> None:
    answer = tab.post(url(PAGE, application), sent(desk, slot))
    assert answer.status_code == 400
    assert "选择" in text(answer)


def test_of_a_full_slot_the_others_are_offered(tab: Client, application: Application, desk: Contact) -> None:
    provider = application.offering.provider
    for _ in range(provider.appointment_capacity):
        book(comer(provider), desk)
    answer = tab.post(url(PAGE, application), sent(desk))
    assert answer.status_code == 409
    shown = text(answer)
    assert "刚被约满" in shown
    assert "已约满" in shown
    assert "余 4 位" in shown


def test_where_it_is_required_it_is_a_task_with_its_deadline(
    tab: Client, application: Application, desk: Contact
) -> None:
    provider = application.offering.provider
    mine, detail = reverse("my_applications"), url("application_detail", application)
    assert "须预约后到窗口交" not in text(tab.get(mine))
    provider.appointment_required = True
    provider.save()
    for page in (mine, detail):
        assert "须预约后到窗口交，您还没有预约" in text(tab.get(page))
        assert "准考证最早于 2026年3月29日（周日）发放" in text(tab.get(page))  # three days before April
    book(application, desk)
    assert "您还没有预约" not in text(tab.get(mine))
    assert "已预约 2026年3月11日" in text(tab.get(mine))


def test_where_approval_waits_for_it_the_review_s_deadline_is_told(
    tab: Client, application: Application, desk: Contact
) -> None:
    provider = application.offering.provider
    provider.appointment_required, provider.paper_gate = True, "approval"
    provider.save()
    for day, words in ((9, "请尽快交到"), (10, "请在3月10日 24:00 前交到")):
        Application.objects.filter(pk=application.pk).update(review_by=date(2026, 3, day))
        assert f"收到原件后才能通过审核，{words}" in text(tab.get(reverse("my_applications")))


@pytest.mark.parametrize("fields", [{"state": "draft"}, {"original_received_on": "2026-03-09"}, {"channel": "group"}])
def test_who_has_nothing_to_bring_is_led_back(
    tab: Client, candidate: Candidate, offering: Offering, desk: Contact, fields: dict[str, Any]
) -> None:
    application = ApplicationFactory(candidate=candidate, offering=offering, **fields)
    assert tab.get(url(PAGE, application))["Location"] == url("application_detail", application)


def test_without_a_desk_nothing_is_offered(tab: Client, application: Application) -> None:
    assert "近期没有可预约的时间" in text(tab.get(url(PAGE, application)))
    assert url(PAGE, application) not in text(tab.get(url("application_detail", application)))


def test_the_calendar_file_keeps_its_entry(tab: Client, application: Application, desk: Contact) -> None:
    address = url("appointment_calendar", application)
    assert tab.get(address).status_code == 404
    made = book(application, desk)
    answer = tab.get(address)
    assert answer["Content-Type"].startswith("text/calendar")
    assert f"UID:{made.uuid}@appointment" in text(answer)
    assert "DTSTART:20260311T013000Z" in text(answer)


def test_it_is_nobody_else_s(application: Application, desk: Contact) -> None:
    book(application, desk)
    stranger = Client()
    stranger.force_login(CandidateFactory().user)
    for name in (PAGE, "appointment_calendar"):
        assert stranger.get(url(name, application)).status_code == 404
    assert stranger.post(url(PAGE, application), {"cancel": "1"}).status_code == 404
    assert Appointment.objects.get().state == "booked"
