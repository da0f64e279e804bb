"""The corpus of hostile texts, dates and requests against the forms of applying: nothing breaks, nothing slips in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from registration.models import Application, Candidate, Education, Evidence, WorkPeriod
from registration.services import applications as services
from skilleval.catalogue.models import Offering
from skilleval.core.models import OutboxMessage
from tests.factories import ApplicationFactory, CandidateFactory, EducationFactory
from tests.journeys.applying.hostile_forms import DAYS, LINES
from tests.journeys.applying.pages import NOON, PAPER, draft, fill, picture, text, url

pytestmark = pytest.mark.django_db
WORK = {"employer": "某单位", "code": "4-04-05-05", "started_on": "2015-07-01"}
ROWS = "profile_row_add"


@pytest.mark.parametrize(("typed", "kept"), LINES.values(), ids=LINES)
def test_a_line_is_kept_as_it_can_be_read_or_refused(
    tab: Client, candidate: Candidate, offering: Offering, typed: str, kept: str | None
) -> None:
    application = draft(tab, offering)
    WorkPeriod.objects.all().delete()
    row = tab.post(reverse(ROWS, args=["work"]), WORK | {"employer": typed})
    study = {"school_name": typed, "school": "undergraduate", "major": "计算机", "status": "enrolled"}
    tab.post(reverse(ROWS, args=["education"]), study)
    paper = tab.post(url("application_evidence", application), {"title": typed, "upload": picture()})
    employers = list(WorkPeriod.objects.values_list("employer", flat=True))
    schools = list(Education.objects.values_list("school_name", flat=True))
    titles = list(Evidence.objects.values_list("title", flat=True))
    assert employers == schools == titles == ([] if kept is None else [kept])
    if kept is None:
        assert (row.status_code, paper.status_code) == (200, 400)
        return
    page = text(tab.get(url("application_evidence", application)))
    assert escape(kept) in page
    assert kept in page or "<" in kept or "'" in kept or '"' in kept
    assert "<script>alert" not in page


@pytest.mark.parametrize(("typed", "kept"), LINES.values(), ids=LINES)
def test_a_reason_to_leave_is_kept_likewise(tab: Client, candidate: Candidate, typed: str, kept: str | None) -> None:
    application = ApplicationFactory(candidate=candidate)
    tab.post(url("application_withdraw", application), {"reason": typed})
    application.refresh_from_db()
    if kept is None:
        assert (application.state, application.log.count()) == ("review", 0)
        return
    assert application.state == "withdrawn"
    assert application.log.get().reason.replace("\n", " ") == kept
    told = OutboxMessage.objects.filter(recipient_id=candidate.user_id).first()
    assert told is None or "SECRET_KEY" not in told.body or kept in told.body


@pytest.mark.parametrize(("typed", "kept"), DAYS.values(), ids=DAYS)
def test_a_day_is_read_as_one_or_refused_in_words(tab: Client, candidate: Candidate, typed: str, kept: Any) -> None:
    WorkPeriod.objects.all().delete()
    answer = tab.post(reverse(ROWS, args=["work"]), WORK | {"started_on": typed})
    found = list(WorkPeriod.objects.values_list("started_on", flat=True))
    if isinstance(kept, date):
        assert found == [kept]
    else:
        assert (found, answer.status_code) == ([], 200)
        assert kept in text(answer)


# --- requests that no page of ours sends ------------------------------------------------------------------------------

Press = Callable[[Client, Application], Any]
STRANGE: dict[str, tuple[Press, set[int]]] = {
    "a clause that doesn't exist": (lambda c, a: c.post(url("application_clause", a), {"clause": "9.9"}), {400}),
    "a clause of another level": (lambda c, a: c.post(url("application_clause", a), {"clause": "1.1"}), {400}),
    "a clause by the metre": (lambda c, a: c.post(url("application_clause", a), {"clause": "4" * 9999}), {400}),
    "a null as a clause": (lambda c, a: c.post(url("application_clause", a), {"clause": "4.1\x00"}), {400}),
    "two clauses at once": (lambda c, a: c.post(url("application_clause", a), {"clause": ["4.1", "9.9"]}), {400}),
    "a declaration that isn't offered": (
        lambda c, a: c.post(url("application_clause", a), {"declare": "1", "major-999999": "same"}),
        {200, 302},
    ),
    "rules of an edition of one's own": (
        lambda c, a: c.post(url("application_rules", a), {"accepted": "on", "edition": "x' OR 1=1"}),
        {200},
    ),
    "rules without an edition": (lambda c, a: c.post(url("application_rules", a), {"accepted": "on"}), {200}),
    "somebody else's paper": (lambda c, a: c.post(url("application_evidence", a), {"remove": "1"}), {404}),
    "a paper by no number": (lambda c, a: c.post(url("application_evidence", a), {"remove": "1 OR 1=1"}), {404}),
    "a paper by a huge number": (lambda c, a: c.post(url("application_evidence", a), {"remove": "9" * 400}), {404}),
    "digits of another script": (lambda c, a: c.post(url("application_evidence", a), {"remove": "１２"}), {404}),
    "a paper without a file": (lambda c, a: c.post(url("application_evidence", a), {"title": PAPER}), {400}),
    "text where a file belongs": (
        lambda c, a: c.post(url("application_evidence", a), {"title": PAPER, "upload": "text"}),
        {400},
    ),
    "a body cut short": (
        lambda c, a: c.post(
            url("application_evidence", a), b"--x\r\nbroken", content_type="multipart/form-data; boundary=x"
        ),
        {400},
    ),
    "a body without its boundary": (
        lambda c, a: c.post(url("application_evidence", a), b"x", content_type="multipart/form-data"),
        {400},
    ),
    "thousands of fields": (
        lambda c, a: c.post(url("application_clause", a), {f"f{number}": "1" for number in range(2600)}),
        {400},
    ),
    "megabytes of a field": (
        lambda c, a: c.post(
            url("application_clause", a), "clause=" + "x" * 3_000_000, content_type="application/x-www-form-urlencoded"
        ),
        {400},
    ),
    "bytes that are no UTF-8": (
        lambda c, a: c.post(
            url("application_clause", a), b"clause=%ff%fe%c0%80", content_type="application/x-www-form-urlencoded"
        ),
        {400},
    ),
    "an unfinished application": (lambda c, a: c.post(url("application_submit", a), {}), {422, 400, 409}),
    "subjects of one's own": (
        lambda c, a: c.post(url("application_submit", a), {"sits": "theory"}),
        {409},
    ),
    "JSON": (
        lambda c, a: c.post(url("application_clause", a), {"clause": "4.1"}, content_type="application/json"),
        {400},
    ),
    "a state of one's own": (
        lambda c, a: c.post(url("application_rules", a), {"state": "confirmed", "confirmed_on": "2026-03-01"}),
        {200},
    ),
    "PUT": (lambda c, a: c.put(url("application_submit", a)), {405}),
    "DELETE": (lambda c, a: c.delete(url("application_detail", a)), {405}),
    "a POST to what is only read": (lambda c, a: c.post(url("application_detail", a), {"state": "confirmed"}), {405}),
}


@pytest.mark.parametrize(("press", "answers"), STRANGE.values(), ids=STRANGE)
def test_a_request_that_no_page_sends_changes_nothing(
    tab: Client, offering: Offering, press: Press, answers: set[int]
) -> None:
    application = draft(tab, offering)
    before = Application.objects.filter(pk=application.pk).values().get()
    assert press(tab, application).status_code in answers
    after = Application.objects.filter(pk=application.pk).values().get()
    assert after | {"declared": None} == before | {"declared": None}
    assert not Evidence.objects.exists()


def test_what_is_another_s_isn_t_there(tab: Client, offering: Offering) -> None:
    other = ApplicationFactory(offering=offering, state="draft", candidate=CandidateFactory())
    for name in ("detail", "clause", "evidence", "rules", "submit", "withdraw", "form_pdf"):
        assert tab.get(url(f"application_{name}", other)).status_code == 404
    for name in ("clause", "evidence", "rules", "submit", "withdraw"):
        assert tab.post(url(f"application_{name}", other), {"clause": "4.1"}).status_code == 404
    assert tab.get(reverse("application_detail", args=[UUID(int=0)])).status_code == 404


def test_others_rows_are_declared_by_nobody(tab: Client, candidate: Candidate, offering: Offering) -> None:
    application, others = draft(tab, offering), EducationFactory()
    EducationFactory(candidate=candidate)
    tab.post(url("application_clause", application), {"declare": "1", f"major-{others.pk}": "same"})
    application.refresh_from_db()
    assert application.declared.get("majors", {}) == {}


def test_a_form_from_another_site_is_refused(candidate: Candidate, tab: Client, offering: Offering) -> None:
    application = draft(tab, offering)
    fill(tab, application)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(candidate.user)
    assert strict.post(url("application_submit", application), {"sits": "theory,practical"}).status_code == 403
    application.refresh_from_db()
    assert application.state == "draft"


def test_a_button_pressed_again_and_again_hands_in_once(tab: Client, offering: Offering) -> None:
    application = draft(tab, offering)
    fill(tab, application)
    for _ in range(3):
        assert tab.post(url("application_submit", application), {"sits": "theory,practical"}).status_code == 302
    assert application.log.filter(to_state="review").count() == 1
    with pytest.raises(Exception, match="不能再修改"):
        services.submit(application, fee_published=True, by=None, at=NOON)
