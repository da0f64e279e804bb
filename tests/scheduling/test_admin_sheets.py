"""考务材料 on a session's page: a line for each sitting, a large one made in the background, a school's list."""

from __future__ import annotations

import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from scheduling import admin_sheets
from scheduling.models import ExamSession
from scheduling.queries.rolls import groups_of
from scheduling.services import printing
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core import jobs
from tests import factories
from tests.scheduling.people import NOON
from tests.scheduling.sheet_people import whole_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory()


@pytest.fixture
def session(offering: Offering) -> ExamSession:
    """Three people: theory in one room, nobody in another, practical at stations."""
    return printing.named(whole_day(offering, 3).pk)


@pytest.fixture(autouse=True)
def by(offering: Offering, client: Client, settings, monkeypatch: pytest.MonkeyPatch) -> User:  # type: ignore[no-untyped-def]
    settings.STAFF_MFA = "off"
    monkeypatch.setattr("skilleval.core.clock.now", lambda: NOON)
    user = factories.staff(offering.provider, Role.REVIEWING)
    client.force_login(user)
    return user


def page_of(session: ExamSession) -> str:
    return reverse("admin:scheduling_examsession_change", args=[session.pk])


def test_each_sitting_with_people_has_its_five_papers(session: ExamSession, client: Client) -> None:
    page = client.get(page_of(session)).content.decode()
    for sitting in session.sittings.all():
        address = reverse("admin:scheduling_examsession_sheet", args=[session.pk, "sign_in", sitting.pk])
        assert (address in page) == sitting.seats.exists()
    assert "没有参评人员" in page
    assert reverse("admin:scheduling_examsession_sheets", args=[session.pk, "all"]) in page
    for group in groups_of(session):
        assert group.institution.name in page


def test_a_large_session_is_asked_for_waited_for_and_taken(
    session: ExamSession,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks,  # type: ignore[no-untyped-def]
) -> None:
    monkeypatch.setattr(printing, "MOST_AT_ONCE", 1)
    ask = reverse("admin:scheduling_examsession_sheets_ask", args=[session.pk])
    whole = reverse("admin:scheduling_examsession_sheets", args=[session.pk, "all"])
    file = reverse("admin:scheduling_examsession_sheets_file", args=[session.pk])
    assert ask in client.get(page_of(session)).content.decode()
    assert client.get(whole, follow=True).redirect_chain[0][0].endswith("#sheets")
    assert client.get(file).status_code == 404
    client.post(ask)
    assert "正在生成" in client.get(page_of(session)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        jobs.drain()
    assert file in client.get(page_of(session)).content.decode()
    answer = client.get(file)
    assert len(PdfReader(io.BytesIO(b"".join(answer.streaming_content))).pages) > 10
    ExamSession.objects.update(version=2)
    assert "不是现在的安排" in client.get(page_of(session)).content.decode()


def test_a_cancelled_session_has_nothing_to_print(session: ExamSession, client: Client) -> None:
    ExamSession.objects.update(state="cancelled")
    assert "考务材料" not in client.get(page_of(session)).content.decode()


def test_the_panel_asks_no_more_of_many(session: ExamSession, by: User) -> None:
    large = printing.named(whole_day(factories.OfferingFactory(), 30).pk)
    admin_sheets.facts(session, by, NOON)  # what somebody may do is remembered
    asked = []
    for one in (session, large):
        with CaptureQueriesContext(connection) as queries:
            found = admin_sheets.facts(one, by, NOON)
            assert [row["sitting"].room.venue.name for row in found["rows"]]
        asked.append(len(queries))
    assert asked[0] == asked[1]
