"""The desk's list of a day: one press, who may, closures."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from registration.models import Application, Appointment, DeskClosure
from skilleval.accounts.enums import Role
from skilleval.core import clock
from tests.factories import ProviderFactory, at, staff
from tests.journeys.desk import member, signed_in
from tests.registration.appointing import WEDNESDAY, book, comer, desk_of

pytestmark = pytest.mark.django_db

LIST = "/admin/registration/appointment/"
CLOSURES = "/admin/registration/deskclosure/"


@pytest.fixture
def appointment() -> Appointment:
    application = comer()
    return book(application, desk_of(application.offering.provider))


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten o'clock of the day of the appointment."""
    monkeypatch.setattr(clock, "now", lambda: at(2026, 3, 11, 2))


def page(name: str, row: Appointment) -> str:
    return reverse(f"admin:desk_{name}", args=[row.pk])


def clerk(row: Appointment, *roles: str) -> Client:
    return member(row.contact.provider, *roles)


def text(response: Any) -> str:
    return str(response.content.decode())


def test_today_s_list_has_a_button_that_does_it_all(appointment: Appointment) -> None:
    client = clerk(appointment)
    shown = text(client.get(LIST))
    assert "已到，收原件" in shown
    assert appointment.application.candidate.id_number not in shown
    done = client.post(page("appointment_arrive", appointment), {"received": "1"}, follow=True)
    assert "已登记到窗口，原件已收" in text(done)
    row = Appointment.objects.select_related("application").get()
    assert (row.state, row.application.original_received_on) == ("kept", WEDNESDAY)
    again = client.post(page("appointment_arrive", appointment), {"received": "1"}, follow=True)
    assert "已登记为“已到”" in text(again)


def test_who_came_without_papers_and_who_didn_t(appointment: Appointment) -> None:
    client = clerk(appointment)
    shown = text(client.get(reverse("admin:registration_appointment_change", args=[appointment.pk])))
    assert "已到，材料不全未收" in shown
    client.post(page("appointment_miss", appointment))
    assert Appointment.objects.get().state == "missed"
    client.post(page("appointment_arrive", appointment), {"received": ""})
    row = Appointment.objects.select_related("application").get()
    assert (row.state, row.application.original_received_on) == ("kept", None)


def test_tabs_hold_their_days(appointment: Appointment) -> None:
    provider = appointment.contact.provider
    later = book(comer(provider), appointment.contact, date(2026, 3, 12))
    earlier = book(comer(provider), appointment.contact)
    Appointment.objects.filter(pk=earlier.pk).update(day=date(2026, 3, 9))
    client = clerk(appointment)
    for queue, shown in (("today", appointment), ("coming", later), ("open", earlier)):
        found = text(client.get(f"{LIST}?queue={queue}"))
        numbers = [row.application.number for row in (appointment, later, earlier) if row.application.number in found]
        assert numbers == [shown.application.number], queue
    index = text(client.get(reverse("admin:index")))
    assert "位今天预约到窗口" in index
    assert "个窗口预约没有登记到否" in index


def test_the_desk_cancels_with_a_reason(appointment: Appointment) -> None:
    client, address = clerk(appointment), page("appointment_cancel", appointment)
    assert client.post(address, {"reason": ""}).status_code == 400
    client.post(address, {"reason": "窗口停电"})
    assert (Appointment.objects.get().state, Appointment.objects.get().reason) == ("cancelled", "窗口停电")


def test_other_roles_look_and_note_nothing(appointment: Appointment) -> None:
    client = clerk(appointment, Role.FINANCE)
    assert "已到，收原件" not in text(client.get(LIST))
    for name in ("appointment_arrive", "appointment_miss", "appointment_cancel"):
        assert client.post(page(name, appointment), {"received": "1", "reason": "x"}).status_code == 403
    stranger = member(ProviderFactory())
    assert stranger.post(page("appointment_arrive", appointment)).status_code == 404
    assert Appointment.objects.get().state == "booked"
    assert clerk(appointment).get(page("appointment_arrive", appointment)).status_code == 405


def test_one_s_own_is_only_looked_at(appointment: Appointment) -> None:
    user = staff(appointment.contact.provider)
    candidate = appointment.application.candidate
    candidate.user = user
    candidate.save()
    shown = text(signed_in(user).get(reverse("admin:registration_appointment_change", args=[appointment.pk])))
    assert "这是您本人的预约" in shown
    assert "已到" not in shown


def test_a_closure_cancels_and_says_how_many(appointment: Appointment) -> None:
    client = clerk(appointment, Role.MANAGER)
    sent = {"contact": appointment.contact_id, "first_day": "2026-03-11", "last_day": "2026-03-13", "reason": "盘点"}
    wrong = client.post(f"{CLOSURES}add/", sent | {"first_day": "2026-03-01", "last_day": "2026-03-02"})
    assert "停止受理的日期已过" in text(wrong)
    Appointment.objects.update(day=date(2026, 3, 12))
    done = client.post(f"{CLOSURES}add/", sent, follow=True)
    assert "已取消这些日期的 1 个预约" in text(done)
    closure = DeskClosure.objects.get()
    chosen = {"action": "reopen_desks", "_selected_action": [closure.pk], "confirmed": "1"}
    client.post(CLOSURES, chosen)
    assert DeskClosure.objects.get().lifted_on == WEDNESDAY
    assert Application.objects.get().original_received_on is None
