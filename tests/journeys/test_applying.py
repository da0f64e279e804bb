"""The pages of applying: a candidate's way from the offering to the progress page, and who else may look."""

from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from registration.models import Application, Candidate, Window
from registration.services import applications as services, candidates
from skilleval.accounts.enums import Role
from skilleval.catalogue.models import CandidateRules, Offering
from skilleval.core import clock
from skilleval.core.models import AuditEvent
from tests.factories import (
    ApplicationFactory,
    BanFactory,
    CandidateFactory,
    CandidateRulesFactory,
    OfferingFactory,
    UserFactory,
    WindowFactory,
    WorkPeriodFactory,
    publish_fees,
    staff,
)

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-03-10T12:00:00+08:00")
PAPER = "工作年限证明（单位盖章）或社会保险缴费记录"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """The views read core's one clock; the test sets it."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_to(NOON)
    return set_to


def picture(name: str = "scan.jpg") -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (300, 400), "#88aacc").save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")


@pytest.fixture
def rules() -> CandidateRules:
    return CandidateRulesFactory()


@pytest.fixture
def offering(rules: CandidateRules) -> Offering:
    offering = OfferingFactory()
    WindowFactory(provider=offering.provider)
    publish_fees(offering)
    return offering


@pytest.fixture
def candidate(offering: Offering) -> Candidate:
    candidate = CandidateFactory()
    WorkPeriodFactory(candidate=candidate, code=offering.work_type.occupation.code)
    candidates.set_photo(candidate, upload=picture(), by=candidate.user, at=NOON)
    return candidate


@pytest.fixture
def tab(candidate: Candidate) -> Client:
    client = Client()
    client.force_login(candidate.user)
    return client


def url(name: str, application: Application) -> str:
    return reverse(name, args=[application.uuid])


def draft(tab: Client, offering: Offering) -> Application:
    response = tab.post(reverse("apply_start", args=[offering.pk]))
    application = Application.objects.latest("pk")
    assert response.url == url("application_detail", application)  # type: ignore[attr-defined]
    return application


def fill(tab: Client, application: Application) -> None:
    tab.post(url("application_clause", application), {"clause": "4.1"})
    tab.post(url("application_evidence", application), {"title": PAPER, "upload": picture()})
    tab.post(url("application_rules", application), {"accepted": "on", "edition": "test-2026"})


def text(response: Any) -> str:
    return str(response.content.decode())


def test_from_the_offering_to_the_submitted_application(tab: Client, offering: Offering) -> None:
    assert "开始申报" in text(tab.get(reverse("apply_start", args=[offering.pk])))
    application = draft(tab, offering)
    assert "下一步：选择申报条件" in text(tab.get(url("application_detail", application)))
    fill(tab, application)
    assert "核对并提交" in text(tab.get(url("application_detail", application)))
    page = text(tab.get(url("application_submit", application)))
    assert "¥400.00" in page
    response = tab.post(url("application_submit", application), follow=True)
    application.refresh_from_db()
    assert application.state == "review"
    assert "正在进行资格审核" in text(response)
    assert "2026年3月17日 24:00 前" in text(response)
    mine = text(tab.get(reverse("my_applications")))
    assert application.number in mine
    assert "您的申报已提交" in mine


def test_who_has_no_record_yet_fills_it_in_first_and_comes_back(offering: Offering) -> None:
    client = Client()
    client.force_login(UserFactory())
    start = reverse("apply_start", args=[offering.pk])
    response = client.get(start)
    assert response.url.startswith(reverse("profile_identity"))  # type: ignore[attr-defined]
    assert "next=%2Fapply%2F" in response.url  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-02-28T23:59:00+08:00", "2026年3月1日（周日）"),
        ("2026-03-01T00:00:00+08:00", "开始申报"),
        ("2026-03-31T23:59:00+08:00", "开始申报"),
        ("2026-04-01T00:00:00+08:00", "目前不在申报时间内"),
    ],
)
def test_the_start_page_knows_the_window_to_the_minute(
    tab: Client, offering: Offering, today: Callable[[datetime], None], moment: str, words: str
) -> None:
    today(datetime.fromisoformat(moment))
    assert words in text(tab.get(reverse("apply_start", args=[offering.pk])))


def test_every_bar_is_shown_with_its_day(tab: Client, candidate: Candidate, offering: Offering) -> None:
    BanFactory(candidate=candidate)
    other = OfferingFactory(work_type=offering.work_type, level=offering.level)
    standing = ApplicationFactory(candidate=candidate, offering=other)
    no_fee = OfferingFactory(work_type=offering.work_type, level=offering.level, provider=offering.provider, year=2027)
    page = text(tab.get(reverse("apply_start", args=[no_fee.pk])))
    assert "2028年2月1日（周二）" in page
    assert standing.number in page
    assert url("application_detail", standing) in page
    assert "费用待公布" in page
    assert "开始申报" not in page
    response = tab.post(reverse("apply_start", args=[no_fee.pk]))
    assert response.status_code == 400
    assert Application.objects.count() == 1


def test_a_window_that_shut_meanwhile_keeps_the_draft(
    tab: Client, offering: Offering, today: Callable[[datetime], None]
) -> None:
    application = draft(tab, offering)
    fill(tab, application)
    WindowFactory(provider=offering.provider, month=5)
    today(datetime.fromisoformat("2026-04-01T00:00:00+08:00"))
    response = tab.post(url("application_submit", application))
    assert response.status_code == 400
    assert "可于 2026年5月1日（周五） 起申报" in text(response)
    assert "已填写的内容都保留着" in text(response)
    assert "查看可申报的批次" in text(tab.get(url("application_detail", application)))
    today(datetime.fromisoformat("2026-05-01T00:00:00+08:00"))
    assert draft(tab, offering).pk == application.pk
    tab.post(url("application_submit", application))
    application.refresh_from_db()
    assert (application.state, application.window) == ("review", Window.objects.get(opens_on=date(2026, 5, 1)))


def test_clicking_twice_submits_once(tab: Client, offering: Offering) -> None:
    application = draft(tab, offering)
    fill(tab, application)
    for _ in range(2):
        response = tab.post(url("application_submit", application), follow=True)
        assert response.status_code == 200
    assert "该申报已提交" in text(response)
    assert application.log.filter(to_state="review").count() == 1


def test_the_check_offers_what_is_met_and_says_what_else_lacks(
    candidate: Candidate, tab: Client, offering: Offering
) -> None:
    candidate.workperiod_rows.update(started_on=date(2021, 9, 1))
    application = draft(tab, offering)
    page = text(tab.get(url("application_clause", application)))
    assert "可于 2026年9月1日（周二） 起申报" in page
    assert page.count("disabled") == 3
    response = tab.post(url("application_clause", application), {"clause": "4.1"})
    assert response.status_code == 400
    assert "2026年9月1日" in text(response)


def test_a_declared_major_meets_the_clause(candidate: Candidate, tab: Client, offering: Offering) -> None:
    from tests.factories import EducationFactory

    row = EducationFactory(candidate=candidate)
    application = draft(tab, offering)
    clause = url("application_clause", application)
    assert tab.post(clause, {"clause": "4.3"}).status_code == 400
    tab.post(clause, {"declare": "1", f"major-{row.pk}": "related"})
    assert tab.post(clause, {"clause": "4.3"}).status_code == 302
    tab.post(clause, {"declare": "1", f"major-{row.pk}": "unrelated"})
    application.refresh_from_db()
    assert application.clause == ""


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (None, "请先选择要上传的文件"),
        (SimpleUploadedFile("a.jpg", b""), "文件是空的"),
        (SimpleUploadedFile("a.pdf", b"MZ" + b"0" * 100), "仅支持 JPG、PNG 或 PDF"),
        (SimpleUploadedFile("a.pdf", b"%PDF-1.7 broken"), "无法读取"),
        (SimpleUploadedFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "仅支持 JPG、PNG 或 PDF"),
    ],
)
def test_bad_files_are_told_and_good_ones_stay(
    tab: Client, offering: Offering, upload: SimpleUploadedFile | None, words: str
) -> None:
    application = draft(tab, offering)
    fill(tab, application)
    data = {"title": PAPER} | ({"upload": upload} if upload else {})
    response = tab.post(url("application_evidence", application), data)
    assert response.status_code == 400
    assert words in text(response)
    assert application.evidence.count() == 1


def test_evidence_can_be_taken_away_again(tab: Client, offering: Offering) -> None:
    application = draft(tab, offering)
    fill(tab, application)
    evidence = application.evidence.get()
    tab.post(url("application_evidence", application), {"remove": evidence.pk})
    assert not application.evidence.exists()
    assert "还缺" not in text(tab.get(url("application_detail", application)))
    assert "下一步：证明材料" in text(tab.get(url("application_detail", application)))


def test_rules_that_changed_while_being_read_are_read_again(tab: Client, offering: Offering) -> None:
    application = draft(tab, offering)
    CandidateRulesFactory(edition="newer", in_force_from=date(2026, 3, 10), notice=offering.announcement)
    response = tab.post(url("application_rules", application), {"accepted": "on", "edition": "test-2026"})
    assert "参评人员须知已更新" in text(response)
    application.refresh_from_db()
    assert application.rules is None


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
    reviews.return_for_correction(application, by=reviewer, at=NOON, reason="工作证明未盖章")
    page = text(tab.get(url("application_detail", application)))
    assert "申报需要补正：工作证明未盖章" in page
    assert "2026年3月17日 24:00 前" in page
    assert "核对并重新提交" in page
    tab.post(url("application_submit", application))
    application.refresh_from_db()
    assert application.state == "review"


def test_withdrawing_states_what_it_means(tab: Client, offering: Offering) -> None:
    application = draft(tab, offering)
    assert tab.get(url("application_withdraw", application)).status_code == 404
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


def test_strangers_find_nothing_and_staff_only_their_own(
    tab: Client, candidate: Candidate, offering: Offering
) -> None:
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
