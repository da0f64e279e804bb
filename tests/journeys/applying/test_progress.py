"""What becomes of an application: its page, its form, who else may look, and what looking costs."""

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from registration.models import Application, Candidate
from registration.services import applications as services
from skilleval.accounts.enums import Role
from skilleval.catalogue.models import CandidateRules, Offering
from skilleval.core.models import AuditEvent
from tests.factories import (
    ApplicationFactory,
    CandidateFactory,
    OfferingFactory,
    UserFactory,
    publish_fees,
    staff,
)
from tests.journeys.applying.pages import NOON, PAPER, draft, fill, text, url

pytestmark = pytest.mark.django_db


def test_the_form_has_the_whole_number_and_the_photo_and_is_recorded(
    tab: Client, candidate: Candidate, offering: Offering
) -> None:
    application = draft(tab, offering)
    fill(tab, application)
    response = tab.get(url("application_form_pdf", application))
    reader = PdfReader(BytesIO(response.content))
    printed = "".join(page.extract_text() for page in reader.pages)
    for words in (candidate.id_number, candidate.name, application.number, offering.provider.name, PAPER):
        assert words in printed
    assert f"共 {len(reader.pages)} 页" in printed
    assert any(image.image.size == (300, 400) for image in reader.pages[0].images)
    assert candidate.id_number not in str(reader.metadata)
    event = AuditEvent.objects.get(action="application.form_printed")
    assert (event.actor_id, candidate.id_number in str(event.details)) == (candidate.user_id, False)
    assert response["Cache-Control"] == "private, no-store"


def test_elsewhere_the_number_is_masked(tab: Client, candidate: Candidate, offering: Offering) -> None:
    application = draft(tab, offering)
    fill(tab, application)
    names = ("application_detail", "application_submit", "application_clause", "application_evidence")
    pages = [url(name, application) for name in names]
    for page in (*pages, reverse("profile"), reverse("profile_identity"), reverse("my_applications")):
        shown = text(tab.get(page))
        assert candidate.id_number not in shown
        assert candidate.phone not in shown


def test_a_returned_application_says_why_and_by_when(tab: Client, offering: Offering) -> None:
    from registration.services import reviews

    application = draft(tab, offering)
    fill(tab, application)
    tab.post(url("application_submit", application))
    reviewer = staff(offering.provider, Role.REVIEWING)
    reviews.return_for_correction(application, by=reviewer, at=NOON, reason="工作证明未盖章；第 2 页看不清")
    page = text(tab.get(url("application_detail", application)))
    assert "<li>工作证明未盖章</li><li>第 2 页看不清</li>" in page
    assert "2026年3月17日 24:00 前" in page
    assert "核对并重新提交" in page
    tab.post(url("application_submit", application))
    application.refresh_from_db()
    assert application.state == "review"


def test_withdrawing_states_what_it_means(tab: Client, offering: Offering) -> None:
    application = draft(tab, offering)
    fill(tab, application)
    tab.post(url("application_submit", application))
    assert "退考以后" in text(tab.get(url("application_withdraw", application)))
    assert "请简要写明退考原因" in text(tab.post(url("application_withdraw", application), {"reason": " "}))
    tab.post(url("application_withdraw", application), {"reason": "时间冲突"})
    application.refresh_from_db()
    assert application.state == "withdrawn"
    assert "您已退考" in text(tab.get(url("application_detail", application)))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("prelim", "等待院校或培训机构初审"),
        ("review", "审核已超过期限"),
        ("approved", "审核已通过"),
        ("confirmed", "还差"),
        ("scheduled", "考试已安排"),
        ("completed", "成绩已公布"),
        ("rejected", "未通过资格审核"),
        ("lapsed", "已失效"),
        ("withdrawn", "您已退考"),
        ("cancelled", "已取消"),
        ("void", "已作废"),
    ],
)
def test_every_state_says_where_it_stands(
    tab: Client, candidate: Candidate, offering: Offering, state: str, words: str
) -> None:
    application = ApplicationFactory(candidate=candidate, offering=offering, state=state)
    assert words in text(tab.get(url("application_detail", application)))
    assert words in text(tab.get(reverse("my_applications")))


def test_strangers_find_nothing_and_staff_only_their_own(tab: Client, candidate: Candidate, offering: Offering) -> None:
    application = draft(tab, offering)
    fill(tab, application)
    evidence = reverse("evidence_file", args=[application.evidence.get().pk])
    photo = reverse("photo_file", args=[candidate.uuid])
    pdf = url("application_form_pdf", application)
    mine = [url(name, application) for name in ("application_detail", "application_clause", "application_evidence")]
    mine += [url(name, application) for name in ("application_rules", "application_submit", "application_withdraw")]
    people = {
        "stranger": UserFactory(),
        "another candidate": CandidateFactory().user,
        "staff elsewhere": staff(OfferingFactory().provider),
        "staff, while it is a draft": staff(offering.provider),
    }
    for who, person in people.items():
        client = Client()
        client.force_login(person)
        for page in (*mine, evidence, photo, pdf):
            assert client.get(page).status_code == 404, (who, page)
    for page in (*mine, evidence, photo, pdf, reverse("my_applications"), reverse("profile")):
        assert reverse("account_login") in Client().get(page).url  # type: ignore[attr-defined]
    tab.post(url("application_submit", application))
    clerk = Client()
    clerk.force_login(people["staff, while it is a draft"])
    for page in (evidence, photo, pdf):
        response: Any = clerk.get(page)
        assert b"".join(response), page
    assert clerk.get(mine[0]).url == reverse(  # type: ignore[attr-defined]
        "admin:registration_application_change", args=[application.pk]
    )
    for page in mine[1:]:
        assert clerk.get(page).status_code == 404


def test_the_list_costs_the_same_for_one_and_for_thirty(tab: Client, candidate: Candidate) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert tab.get(reverse("my_applications")).status_code == 200
        return len(counted)

    ApplicationFactory(candidate=candidate, state="confirmed")
    queries()
    one = queries()
    for number in range(29):
        state = ("confirmed", "review", "approved", "scheduled")[number % 4]
        ApplicationFactory(candidate=candidate, state=state)
    assert queries() == one


def test_submitting_costs_the_same_whatever_came_before(
    tab: Client, candidate: Candidate, offering: Offering, rules: CandidateRules
) -> None:
    def submitting() -> int:
        target = OfferingFactory(provider=offering.provider, work_type=offering.work_type, level="5")
        publish_fees(target)
        application = draft(tab, target)
        tab.post(url("application_clause", application), {"clause": "5.1"})
        tab.post(url("application_rules", application), {"accepted": "on", "edition": rules.edition})
        with CaptureQueriesContext(connection) as counted:
            services.submit(application, fee_published=True, by=candidate.user, at=NOON)
        Application.objects.filter(pk=application.pk).update(state="withdrawn")
        Offering.objects.filter(pk=target.pk).update(year=1990 + application.pk % 1000)
        return len(counted)

    first = submitting()
    for _ in range(30):
        ApplicationFactory(candidate=candidate, offering=offering, state="withdrawn")
    assert submitting() == first


def test_a_draft_is_given_up_after_a_question(tab: Client, offering: Offering) -> None:
    application = draft(tab, offering)
    fill(tab, application)
    assert "放弃以后" in text(tab.get(url("application_withdraw", application)))
    tab.post(url("application_withdraw", application))
    application.refresh_from_db()
    assert application.state == "cancelled"
    assert not application.evidence.exists()
    assert application.number not in text(tab.get(reverse("my_applications")))
    assert draft(tab, offering).pk != application.pk
