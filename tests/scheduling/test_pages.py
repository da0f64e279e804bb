"""The ticket as page, PDF and calendar file: whose it is, and what stands on it (SPEC 8)."""

from __future__ import annotations

import io
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from registration.models import Application
from scheduling import services
from scheduling.models import AdmissionTicket
from skilleval.catalogue.enums import Channel
from skilleval.catalogue.models import Offering
from skilleval.core import files
from skilleval.core.enums import FileKind
from tests import factories
from tests.scheduling.people import NOON, gather, planned, publish, scheduler

pytestmark = pytest.mark.django_db
PAGES = ("ticket_page", "ticket_pdf", "ticket_calendar", "ticket_check")
EXAM_DAY = date(2026, 4, 11)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory()


@pytest.fixture
def ticket(offering: Offering) -> AdmissionTicket:
    """Somebody's ticket, with a red photo; their neighbour's is blue."""
    people = [gather(offering, 1, original_received_on=date(2026, 3, 10))[0] for _ in range(2)]
    for application, colour in zip(people, ("red", "blue"), strict=True):
        application.candidate.photo = portrait(colour)
        application.candidate.save()
    publish(planned(offering, 28, original_received_on=date(2026, 3, 10))[0], by=scheduler(offering.provider))
    services.release_tickets(date(2026, 4, 8), at=NOON)
    return AdmissionTicket.objects.get(application=people[0])


def portrait(colour: str) -> Any:
    picture = io.BytesIO()
    Image.new("RGB", (413, 579), colour).save(picture, "JPEG")
    upload = SimpleUploadedFile("a.jpg", picture.getvalue(), "image/jpeg")
    return files.store(upload, kind=FileKind.PHOTO, by=None, owner_label="test")


def holder(ticket: AdmissionTicket, client: Client) -> Client:
    user = ticket.application.candidate.user
    assert user is not None
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", PAGES)
def test_strangers_get_404_and_the_anonymous_are_asked_to_sign_in(
    ticket: AdmissionTicket, client: Client, name: str
) -> None:
    address = reverse(name, args=[ticket.uuid])
    assert client.get(address).status_code == 302
    neighbour = Application.objects.exclude(pk=ticket.application_id)[0].candidate.user
    others = [neighbour, factories.UserFactory(), scheduler(factories.ProviderFactory())]
    for somebody in others:
        client.force_login(somebody)
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_nobody_keeps_a_copy_and_nothing_is_posted(ticket: AdmissionTicket, client: Client, name: str) -> None:
    holder(ticket, client)
    address = reverse(name, args=[ticket.uuid])
    assert client.post(address).status_code == (302 if name == "ticket_check" else 405)
    if name != "ticket_check":
        assert "no-store" in client.get(address)["Cache-Control"]


def test_the_page_shows_every_field(ticket: AdmissionTicket, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skilleval.core.clock.today", lambda: EXAM_DAY)
    page = holder(ticket, client).get(reverse("ticket_page", args=[ticket.uuid])).content.decode()
    candidate = ticket.application.candidate
    for field in (
        ticket.number,
        candidate.name,
        candidate.masked_id,
        str(ticket.application.offering),
        "2026年4月11日（周六）",
        "09:00–10:30",
        "11:00–12:30",
        "测试考点",
        "测试路 1 号",
        "data:image/jpeg;base64,",
        "data:image/png;base64,",
        reverse("ticket_pdf", args=[ticket.uuid]),
        reverse("ticket_calendar", args=[ticket.uuid]),
    ):
        assert field in page, field
    assert candidate.id_number not in page
    ticket.refresh_from_db()
    assert ticket.first_fetched_at is not None


def test_after_the_day_the_page_says_so(
    ticket: AdmissionTicket, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skilleval.core.clock.today", lambda: date(2026, 4, 12))
    page = holder(ticket, client).get(reverse("ticket_page", args=[ticket.uuid])).content.decode()
    assert "考试日期已过" in page
    assert reverse("ticket_pdf", args=[ticket.uuid]) not in page


def test_the_paper_holds_every_field_and_one_photo_only(
    ticket: AdmissionTicket, client: Client, tmp_path: Path
) -> None:
    answer = holder(ticket, client).get(reverse("ticket_pdf", args=[ticket.uuid]))
    assert answer["Content-Type"] == "application/pdf"
    paper = tmp_path / "ticket.pdf"
    paper.write_bytes(answer.content)
    text = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True).stdout
    candidate = ticket.application.candidate
    printed = (ticket.number, candidate.name, candidate.masked_id, "理论知识", "2026年4月11日（周六）", "测试路 1 号")
    for field in printed:
        assert field in text, field
    assert candidate.id_number not in text
    reader = PdfReader(paper)
    assert len(reader.pages) == 1
    photos = [image.image for image in reader.pages[0].images if image.image and image.image.size == (413, 579)]
    assert len(photos) == 1
    red, _, blue = photos[0].convert("RGB").getpixel((200, 300))  # type: ignore[misc]
    assert (red > 200, blue < 60) == (True, True)
    assert candidate.name not in str(reader.metadata)


def test_the_calendar_has_both_sittings_and_names_nobody(ticket: AdmissionTicket, client: Client) -> None:
    answer = holder(ticket, client).get(reverse("ticket_calendar", args=[ticket.uuid]))
    made = answer.content.decode().replace("\r\n ", "")
    assert made.count("BEGIN:VEVENT") == 2
    assert "DTSTART:20260411T010000Z" in made
    assert f"UID:{ticket.application.uuid}-theory@" in made  # a ticket issued anew replaces the appointment
    assert ticket.application.candidate.name not in made


def test_its_holder_scanning_it_is_led_to_the_ticket(ticket: AdmissionTicket, client: Client) -> None:
    answer = holder(ticket, client).get(reverse("ticket_check", args=[ticket.uuid]))
    assert answer["Location"] == reverse("ticket_page", args=[ticket.uuid])


@pytest.mark.parametrize(("state", "then"), [("confirmed", "将重新发放"), ("withdrawn", "不再发放准考证")])
def test_a_withdrawn_ticket_says_so_and_is_not_printed(
    ticket: AdmissionTicket, client: Client, state: str, then: str
) -> None:
    AdmissionTicket.objects.filter(pk=ticket.pk).update(withdrawn_at=NOON)
    Application.objects.filter(pk=ticket.application_id).update(state=state)
    holder(ticket, client)
    shown = client.get(reverse("ticket_page", args=[ticket.uuid])).content.decode()
    assert "已收回，不能用于考试" in shown
    assert then in shown
    assert "现场核验" not in shown
    refused = client.get(reverse("ticket_pdf", args=[ticket.uuid]))
    assert refused.status_code == 400
    assert "已收回" in refused.content.decode()


def test_group_candidates_see_theirs_where_the_provider_lets_them(ticket: AdmissionTicket, client: Client) -> None:
    application = ticket.application
    group = factories.group_of(application.offering, application.window)
    Application.objects.filter(pk=application.pk).update(
        channel=Channel.GROUP, group=group, institution=group.institution
    )
    holder(ticket, client)
    address = reverse("ticket_page", args=[ticket.uuid])
    assert client.get(address).status_code == 404
    provider = ticket.application.offering.provider
    provider.group_candidates_download = True
    provider.save()
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(("day", "words"), [(14, "下载准考证"), (18, "下载准考证"), (19, "已经结束")])
def test_over_two_days_it_is_good_until_the_last(
    ticket: AdmissionTicket, client: Client, monkeypatch: pytest.MonkeyPatch, day: int, words: str
) -> None:
    practical = ticket.session.sittings.get(subject="practical")
    practical.during = (practical.starts + timedelta(days=7), practical.ends + timedelta(days=7))
    practical.save()
    monkeypatch.setattr("skilleval.core.clock.now", lambda: factories.at(2026, 4, day))
    page, progress = (
        holder(ticket, client).get(address).content.decode()
        for address in (
            reverse("ticket_page", args=[ticket.uuid]),
            reverse("application_detail", args=[ticket.application.uuid]),
        )
    )
    assert words in page
    assert ("已经结束" in page) == ("已经结束" in progress)
