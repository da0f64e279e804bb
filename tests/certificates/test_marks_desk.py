"""The results role's pages: what each reader sees of the other's marks, what is kept of a bad page, what is asked."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certificates.models import MarkEntry, MarkSheet, Publication, ResultCorrection
from certificates.models.marks import SECOND
from certificates.queries.results import versions_of
from certificates.services import holds, publishing
from certificates.services.cancelling import cancel_marks, restore_marks
from registration.models import Credit
from scheduling.models import ExamSession
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Subject
from skilleval.core.models import AuditEvent
from skilleval.journeys.desk.today import tasks_of
from tests import factories
from tests.certificates.marking import PUBLISHED, all_marked, entered, marker, needing, people, published, read, sat
from tests.permissions.world import picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def afterwards(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.STAFF_MFA = "off"
    monkeypatch.setattr("skilleval.core.clock.now", lambda: PUBLISHED)


@pytest.fixture
def session() -> ExamSession:
    return sat(factories.OfferingFactory())


@pytest.fixture
def first(session: ExamSession) -> User:
    return marker(session.batch.offering.provider, name="录入人")


@pytest.fixture
def second(session: ExamSession) -> User:
    return marker(session.batch.offering.provider, name="复核人")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(name: str, session: ExamSession, subject: str = "theory") -> str:
    return reverse(f"admin:marks_{name}", args=[session.pk, subject])


def fields(session: ExamSession, *texts: str, reading: int = 1, **more: str) -> dict[str, str]:
    typed = zip(needing(session, "theory"), texts, strict=True)
    return {"reading": str(reading), **{f"score-{key}": text for key, text in typed}, **more}


def test_good_lines_are_saved_and_bad_ones_kept_on_the_page(session: ExamSession, first: User) -> None:
    client = browser(first)
    answer = client.post(page("sheet_page", session), fields(session, "59.5", "60分"))
    assert answer.status_code == 400
    shown = answer.content.decode()
    assert "有 1 行没有保存，其余已保存" in shown
    assert 'value="60分"' in shown
    assert "不带单位" in shown
    assert [str(entry.score) for entry in MarkEntry.objects.all()] == ["59.50"]
    answer = client.post(page("sheet_page", session), fields(session, "59.5", "60", then="submit"))
    assert answer.status_code == 302
    assert MarkSheet.objects.get().state == "entered"


def test_nobody_sees_marks_that_arent_theirs(session: ExamSession, first: User, second: User) -> None:
    entered(session, "theory", dict.fromkeys(needing(session, "theory"), "61.25"), by=first)
    manager = factories.staff(session.batch.offering.provider, Role.MANAGER)
    for user, sees in ((first, True), (second, False), (manager, False)):
        assert ("61.25" in browser(user).get(page("sheet_page", session)).content.decode()) is sees
    client = browser(second)
    one, _ = needing(session, "theory")
    read(MarkSheet.objects.get(), SECOND, {one: "70"}, by=second)
    assert "61.25" not in client.get(page("sheet_page", session)).content.decode()  # half of it could be a guess
    answer = client.post(page("sheet_page", session), fields(session, "70", "61.25", reading=2, then="confirm"))
    shown = client.get(answer["Location"]).content.decode()
    assert "有 1 处不一致" in shown
    assert "录入为 <strong>61.25</strong>，您复核为 <strong>70.00</strong>" in shown
    assert MarkSheet.objects.get().state == "entered"
    assert [f'name="score-{key}"' in shown for key in needing(session, "theory")] == [True, False]  # only what differs
    whole = client.get(page("sheet_page", session), {"all": "1"}).content.decode()
    assert [f'name="score-{key}"' in whole for key in needing(session, "theory")] == [True, True]
    answer = client.post(page("sheet_page", session), {"reading": "2", f"score-{one}": "61.25", "then": "confirm"})
    assert list(MarkEntry.objects.filter(reading=SECOND).values_list("score", flat=True)) == [Decimal("61.25")] * 2
    assert MarkSheet.objects.get().state == "confirmed"


def test_confirmed_marks_are_shown_to_no_other_role_before_they_are_out(
    session: ExamSession, first: User, second: User
) -> None:
    held, _ = people(session)
    manager = browser(factories.staff(session.batch.offering.provider, Role.MANAGER))
    sitting = marker(session.batch.offering.provider)
    held.candidate.user = sitting
    held.candidate.save(update_fields=["user"])
    holds.hold(held, source="案1", at=PUBLISHED)
    all_marked(session, first=first, second=second, score="81.25")
    for reader, seen in ((browser(first), 2), (manager, 0), (browser(sitting), 0)):
        assert reader.get(page("sheet_page", session)).content.decode().count("81.25") == seen
    publishing.publish(session, by=second, at=PUBLISHED)
    for reader, seen in ((browser(first), 2), (manager, 1), (browser(sitting), 1)):
        assert reader.get(page("sheet_page", session)).content.decode().count("81.25") == seen


def test_whom_the_publication_left_behind_is_named_by_seat(session: ExamSession) -> None:
    held, _ = people(session)
    holds.hold(held, source="案1", at=PUBLISHED)
    cancel_marks(held, subject="theory", source="决定2", by=None, at=PUBLISHED, reason="处理决定2号")
    first, second = published(session)
    restore_marks("决定2", by=None, at=PUBLISHED, reason="已撤销")
    client, whole = browser(second), reverse("admin:certificates_resultsession_change", args=[session.pk])
    assert "案件已办结" not in client.get(whole).content.decode()
    holds.release("案1", by=None, at=PUBLISHED)
    shown = client.get(whole).content.decode()
    assert "有 1 人案件已办结，成绩还没有公布" in shown
    assert "理论知识没有经两人录入的成绩" in shown
    assert held.candidate.name not in shown
    client.post(page("reopen_page", session), {"reason": "补录一人"})
    shown = browser(first).get(page("sheet_page", session)).content.decode()
    assert "补录一人" in shown
    assert re.findall(r'name="score-(\d+)"', shown) == [str(held.pk)]


def test_sent_back_the_first_reader_learns_where_not_what(session: ExamSession, first: User, second: User) -> None:
    one, two = needing(session, "theory")
    sheet = entered(session, "theory", {one: "61", two: "62"}, by=first)
    read(sheet, SECOND, {one: "77.75", two: "62"}, by=second)
    answer = browser(second).post(page("send_back_page", session), {"reason": "请核对第一行"})
    assert answer.status_code == 302
    shown = browser(first).get(page("sheet_page", session)).content.decode()
    assert "请核对第一行" in shown
    assert shown.count("复核不一致，请核对原始评分表") == 1
    assert "77.75" not in shown


def test_a_reason_is_asked_for(session: ExamSession, first: User, second: User) -> None:
    sheet = entered(session, "theory", dict.fromkeys(needing(session, "theory"), "80"), by=first)
    answer = browser(second).post(page("send_back_page", session), {"reason": " "})
    assert answer.status_code == 400
    sheet.refresh_from_db()
    assert sheet.state == "entered"


def test_another_takes_over(session: ExamSession, first: User, second: User) -> None:
    browser(first).post(page("sheet_page", session), fields(session, "80", ""))
    client = browser(second)
    assert "正由录入人录入" in client.get(page("sheet_page", session)).content.decode()
    assert client.post(page("start_over_page", session)).status_code == 302
    assert MarkSheet.objects.get().first_by_id == second.pk
    assert not MarkEntry.objects.exists()


def test_a_returned_workbook_is_reported_row_by_row(session: ExamSession, first: User) -> None:
    upload = SimpleUploadedFile("成绩.csv", "准考证号,考场\n1,2\n".encode())
    answer = browser(first).post(page("import_page", session), {"upload": upload})
    assert answer.status_code == 400
    assert "有 1 处不符，整份没有导入" in answer.content.decode()
    broken = SimpleUploadedFile("成绩.xlsx", b"%PDF-1.7 not a workbook")
    assert "请先更正" in browser(first).post(page("import_page", session), {"upload": broken}).content.decode()
    assert not MarkEntry.objects.exists()


def test_the_template_goes_out_and_comes_back(session: ExamSession, first: User) -> None:
    client = browser(first)
    answer = client.post(page("workbook_file", session))
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert "no-store" in answer["Cache-Control"]
    returned = SimpleUploadedFile("成绩.xlsx", answer.content)
    shown = client.post(page("import_page", session), {"upload": returned}).content.decode()
    assert shown.count("没有成绩；请填写成绩") == 2


def test_publishing_says_what_it_will_do_and_does_it(session: ExamSession, first: User, second: User) -> None:
    address = reverse("admin:marks_publish_page", args=[session.pk])
    client = browser(second)
    assert "还不能公布" in client.get(address).content.decode()
    all_marked(session, first=first, second=second, practical={people(session)[0].pk: "59"})
    shown = client.get(address).content.decode()
    assert "确认公布 2 人的成绩" in shown
    assert "保留合格科目，可以补考" in shown
    refused = browser(first)
    assert "须由另一位成绩人员公布" in refused.get(refused.post(address)["Location"]).content.decode()
    assert not Publication.objects.exists()
    assert client.post(address).status_code == 302
    assert Publication.objects.get().published_by_id == second.pk
    listed = client.get(reverse("admin:certificates_resultsession_changelist") + "?queue=out").content.decode()
    assert str(session.batch.offering) in listed


def test_missing_weights_name_where_to_enter_them(first: User) -> None:
    offering = factories.OfferingFactory(level="special")
    session = sat(offering)
    provider = offering.provider
    one, two = marker(provider), marker(provider)
    all_marked(session, first=one, second=two)
    shown = browser(two).get(reverse("admin:marks_publish_page", args=[session.pk])).content.decode()
    assert "权重须全部填写" in shown
    assert reverse("admin:catalogue_offering_change", args=[offering.pk]) in shown


@pytest.mark.parametrize(
    ("level", "weights", "message"),
    [
        ("special", ("40", "60"), ""),
        ("special", ("", ""), ""),
        ("special", ("40", ""), "合计为 100%"),
        ("special", ("40", "50"), "合计为 100%"),
        ("special", ("110", "-10"), "大于 0"),
        ("4", ("40", "60"), "只有专项职业能力"),
    ],
)
def test_managers_enter_weights_that_make_a_hundred(level: str, weights: tuple[str, str], message: str) -> None:
    offering = factories.OfferingFactory(level=level)
    manager = factories.staff(offering.provider, Role.MANAGER)
    rows = list(offering.subjects.order_by("position"))
    sent = {"valid_from": "2026-01-15", "pass_mark": "60", "notice": offering.notice_id}
    sent |= {"announcement": offering.announcement_id, "rule_set": offering.rule_set_id}
    sent |= {"subjects-TOTAL_FORMS": 2, "subjects-INITIAL_FORMS": 2}
    for number, (row, weight) in enumerate(zip(rows, weights, strict=True)):
        facts = {"id": row.pk, "offering": offering.pk, "kind": row.kind, "position": row.position, "minutes": 90}
        facts |= {"weight": weight, "notice": row.notice_id}
        sent |= {f"subjects-{number}-{name}": value for name, value in facts.items()}
    answer = browser(manager).post(reverse("admin:catalogue_offering_change", args=[offering.pk]), sent)
    stored = [str(weight) for weight in Subject.objects.filter(offering=offering).values_list("weight", flat=True)]
    if message:
        assert message in answer.content.decode()
        assert stored == ["None", "None"]
    else:
        assert answer.status_code == 302, answer.content.decode()
        assert stored == [f"{weight}.00" if weight else "None" for weight in weights]


def test_a_correction_goes_through_two_browsers(session: ExamSession) -> None:
    one = people(session)[0]
    first, second = published(session, practical={one.pk: "59"})
    result = versions_of(one)[0]
    propose = reverse("admin:marks_propose_page", args=[result.pk])
    client = browser(first)
    assert "相同" in client.post(propose, {"theory": "80", "practical": "59", "reason": "复查"}).content.decode()
    bad = client.post(propose, {"theory": "80", "practical": "六十", "reason": "复查"})
    assert "不是数字" in bad.content.decode()
    assert client.post(propose, {"theory": "80", "practical": "60", "reason": "合分有误"}).status_code == 302
    address = reverse("admin:certificates_resultcorrection_change", args=[ResultCorrection.objects.get().pk])
    assert "须由另一位成绩人员核准" in client.get(address).content.decode()
    assert client.post(address, {"decision": "accept"}).status_code == 400
    assert browser(second).post(address, {"decision": "accept"}).status_code == 302
    shown = client.get(reverse("admin:certificates_result_change", args=[result.pk])).content.decode()
    assert "第 2 版（现行）" in shown
    assert "合分有误" in shown


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({}, ""),
        ({"name": "别人"}, "没有找到证件号码和姓名都相符"),
        ({"id_number": "110101199001010000"}, "没有找到证件号码和姓名都相符"),
        ({"score": "59"}, "可认可的是合格成绩"),
        ({"published_on": "2020-01-01"}, "已过期"),
    ],
)
def test_a_score_from_elsewhere_is_recorded_with_evidence(
    session: ExamSession, first: User, changed: dict[str, str], message: str
) -> None:
    candidate, offering = people(session)[0].candidate, session.batch.offering
    sent = {"id_number": candidate.id_number, "name": candidate.name, "offering": offering.pk, "subject": "theory"}
    sent |= {"published_on": "2025-06-01", "score": "72", "note": "市级成绩单", **changed}
    answer = browser(first).post(reverse("admin:marks_external_page"), sent | {"upload": picture("scores.png")})
    assert AuditEvent.objects.filter(action="candidate.looked_up", actor_id=first.pk).exists()
    if message:
        assert message in answer.content.decode()
        assert not Credit.objects.exists()
    else:
        assert answer.status_code == 302, answer.content.decode()
        assert Credit.objects.get().valid_until == date(2027, 6, 1)


def test_recording_one_is_offered_to_whoever_may(session: ExamSession, first: User) -> None:
    address = reverse("admin:certificates_result_changelist")
    manager = factories.staff(session.batch.offering.provider, Role.MANAGER)
    assert "登记平台外成绩" in browser(first).get(address).content.decode()
    assert "登记平台外成绩" not in browser(manager).get(address).content.decode()


def test_what_awaits_stands_on_the_first_page(session: ExamSession, first: User, second: User) -> None:
    def titles(user: User, on: date = date(2026, 4, 30)) -> list[tuple[int, str, bool]]:
        return [(task.count, task.title, task.urgent) for task in tasks_of(user, on)]

    assert titles(first) == [(1, "个场次待录入成绩", False)]
    assert titles(first, date(2026, 5, 25)) == [(1, "个场次待录入成绩", True)]
    assert titles(factories.staff(session.batch.offering.provider, Role.FINANCE)) == []
    entered(session, "theory", dict.fromkeys(needing(session, "theory"), "80"), by=first)
    assert titles(second) == [(1, "个场次待录入成绩", False), (1, "个场次的成绩待复核", False)]


def test_a_sheet_of_thirty_asks_no_more_than_one_of_two(session: ExamSession, first: User) -> None:
    large = sat(factories.OfferingFactory(provider=session.batch.offering.provider), 30, held_on=date(2026, 4, 18))
    client, counts = browser(first), []
    for one in (session, large):
        addresses = (
            page("sheet_page", one),
            reverse("admin:certificates_resultsession_change", args=[one.pk]),
            reverse("admin:marks_publish_page", args=[one.pk]),
        )
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            counts.append(len(asked))
    assert counts[:3] == counts[3:]
