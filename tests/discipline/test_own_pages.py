"""The person's own pages: what they read and when, what they may do, and what they never see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from discipline.models import Case, CaseEvidence, Decision
from discipline.services import appeals, lifting
from skilleval.accounts.enums import Role
from skilleval.core import files
from skilleval.core.models import StoredFile
from skilleval.core.wording import cn_deadline
from tests import factories
from tests.certificates.marking import people
from tests.core.hostile_files import JPEG, ZIP
from tests.discipline import making
from tests.discipline.conftest import Stands
from tests.discipline.making import Scene, scene
from tests.discipline.pages import page, signed_in, text_of

pytestmark = pytest.mark.django_db

PAGES = ("my_case", "my_case_defence", "my_case_receipt", "my_case_appeal")


@pytest.fixture
def sat(clock_at: Stands) -> Scene:
    return scene()


def own(sat: Scene) -> Client:
    return signed_in(sat.person)


def test_their_pages_are_theirs_alone_and_only_once_they_are_told(sat: Scene) -> None:
    case = making.reported(sat)
    assert {own(sat).get(page(name, case)).status_code for name in PAGES} == {404}
    decision = making.decided(scene_of_another(sat))
    others = [
        sat.person,
        sat.proposer,
        sat.supervisor,
        factories.MembershipFactory(role=Role.OFFICER, institution=factories.InstitutionFactory()).user,
    ]
    for other in others:
        client = signed_in(other)
        for name in PAGES:
            assert client.get(page(name, decision.case)).status_code == 404
            assert client.post(page(name, decision.case), {"text": "x"}).status_code in (404, 405)


def scene_of_another(sat: Scene) -> Scene:
    """The same people, and the other one who sat there."""
    return replace(sat, application=people(sat.session)[1])


def test_what_is_intended_and_until_when_they_may_speak(sat: Scene, clock_at: Stands) -> None:
    case = making.notified(sat)
    assert case.defence_until
    clock_at(making.HEARD)
    text = text_of(own(sat).get(page("my_case", case)))
    for expected in (
        "考试中使用手机拍摄试题。",
        "M-3.1",
        "使用违规电子设备",
        "评价当年年底",
        cn_deadline(case.defence_until, year=True),
        "成绩暂缓公布",
        page("my_case_defence", case),
    ):
        assert expected in text


def test_they_never_read_of_witnesses_of_opinions_or_of_others_evidence(sat: Scene) -> None:
    decision = making.served(sat)
    CaseEvidence.objects.create(
        case=decision.case,
        title="监控截图",
        file=files.store(SimpleUploadedFile("x", JPEG), kind="evidence", by=sat.proposer, owner_label="test"),
        added_by_id=sat.proposer.pk,
        added_by_label="考务员",
        added_at=making.REPORTED,
    )
    text = text_of(own(sat).get(page("my_case", decision.case)))
    assert "事实清楚，证据充分。" in text
    for kept in ("见证一", "见证二", "监考员", "考务员", "监管甲", "监控截图", "监控录像可以证明"):
        assert kept not in text


# --- stating a defence ----------------------------------------------------------------------------------------------


def test_a_defence_with_files(sat: Scene, clock_at: Stands) -> None:
    case = making.notified(sat)
    clock_at(making.HEARD)
    address = page("my_case_defence", case)
    assert "陈述申辩不会加重处理" in text_of(own(sat).get(address))
    answer = own(sat).post(address, {"text": "只是看时间。", "upload": [SimpleUploadedFile("证明.jpg", JPEG)]})
    assert answer["Location"] == page("my_case", case)
    case = making.fresh(case)
    assert (case.state, case.defences.get().text) == ("heard", "只是看时间。")
    kept = CaseEvidence.objects.get()
    assert (kept.title, kept.from_candidate, StoredFile.objects.count()) == ("证明.jpg", True, 1)
    text = text_of(own(sat).get(page("my_case", case)))
    assert "只是看时间。" in text
    assert "证明.jpg" in text


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"text": ""}, "text", "我不再陈述申辩"),
        ({"text": "字" * 3001}, "text", "不超过 3000 字"),
        ({"text": "x", "upload": SimpleUploadedFile("坏.jpg", ZIP)}, "upload", "坏.jpg："),
    ],
)
def test_a_defence_that_has_to_be_mended(
    sat: Scene, clock_at: Stands, fields: dict[str, Any], field: str, says: str
) -> None:
    case = making.notified(sat)
    clock_at(making.HEARD)
    answer = own(sat).post(page("my_case_defence", case), fields)
    assert (answer.status_code, says in answer.context["form"].errors[field][0]) == (400, True)
    assert making.fresh(case).state == "notified"


def test_good_files_wait_while_the_text_is_mended_and_a_second_sending_changes_nothing(
    sat: Scene, clock_at: Stands
) -> None:
    case = making.notified(sat)
    clock_at(making.HEARD)
    address = page("my_case_defence", case)
    answer = own(sat).post(address, {"text": "", "upload": SimpleUploadedFile("证明.jpg", JPEG)})
    assert "证明.jpg" in text_of(answer)
    for _ in range(2):
        assert own(sat).post(address, {"text": "补上。"}).status_code == 302
    assert (making.fresh(case).defences.count(), CaseEvidence.objects.count()) == (1, 1)


@pytest.mark.parametrize(("days", "open_still"), [(0, True), (1, False)])
def test_the_last_day_counts_in_full(sat: Scene, clock_at: Stands, days: int, open_still: bool) -> None:
    case = making.notified(sat)
    assert case.defence_until
    last = factories.at(case.defence_until.year, case.defence_until.month, case.defence_until.day, 15)
    clock_at(last + timedelta(days=days, minutes=59))  # 23:59 in Shanghai
    assert (page("my_case_defence", case) in text_of(own(sat).get(page("my_case", case)))) == open_still
    answer = own(sat).post(page("my_case_defence", case), {"text": "来得及吗？"})
    assert answer.status_code == (302 if open_still else 400)


# --- the decision and the appeal ------------------------------------------------------------------------------------


def test_the_decision_in_plain_words(sat: Scene, clock_at: Stands) -> None:
    decision = making.decided(sat)
    clock_at(making.SERVED)
    text = text_of(own(sat).get(page("my_case", decision.case)))
    for expected in (
        "2026年5月11日至12月31日",
        "自决定之日起，到评价当年（2026 年）年底为止",
        "当次全部科目的成绩",
        decision.number,
        "申辩不予采纳。",
        "签收",
        reverse("decision_letter", args=[decision.uuid]),
    ):
        assert expected in text


def test_two_years_are_explained_by_their_anniversary(sat: Scene, clock_at: Stands) -> None:
    decision = making.decided(sat, "M-4.5", "minor")
    clock_at(making.SERVED)
    text = text_of(own(sat).get(page("my_case", decision.case)))
    assert "2026年5月11日至2028年5月10日" in text
    assert "到满 2 年之日（2028年5月11日（周四））的前一日为止" in text


def test_signing_for_it_opens_the_appeal(sat: Scene, clock_at: Stands) -> None:
    decision = making.decided(sat)
    clock_at(making.SERVED)
    address = page("my_case_receipt", decision.case)
    assert "不表示您同意" in text_of(own(sat).get(address))
    assert "现在不能申诉" in text_of(own(sat).get(page("my_case_appeal", decision.case)))
    for _ in range(2):
        assert own(sat).post(address).status_code == 302
    decision.refresh_from_db()
    assert (decision.served_how, decision.served_on) == ("portal", making.SERVED.date())
    text = text_of(own(sat).get(page("my_case", decision.case)))
    assert "2026年5月27日 24:00 前" in text
    assert page("my_case_appeal", decision.case) in text


def test_an_appeal_is_made_once(sat: Scene, clock_at: Stands) -> None:
    decision = making.served(sat)
    clock_at(making.SERVED)
    address = page("my_case_appeal", decision.case)
    assert own(sat).post(address, {"text": ""}).status_code == 400
    assert own(sat).post(address, {"text": "处理过重。"}).status_code == 302
    assert making.fresh(decision.case).state == "appealed"
    assert own(sat).post(address, {"text": "再来一次。"}).status_code == 400
    text = text_of(own(sat).get(page("my_case", decision.case)))
    assert "处理过重。" in text
    assert address not in text


def test_an_appeal_after_its_period_is_refused_with_the_way_out(sat: Scene, clock_at: Stands) -> None:
    decision = making.served(sat)
    clock_at(making.SERVED + timedelta(days=16))
    answer = own(sat).post(page("my_case_appeal", decision.case), {"text": "晚了。"})
    assert (answer.status_code, "届满" in answer.context["form"].errors["__all__"][0]) == (
        400,
        True,
    )


def test_lifted_they_read_what_comes_back_and_what_may_go_on(sat: Scene, clock_at: Stands) -> None:
    ended = factories.ApplicationFactory(candidate=sat.application.candidate, state="review")
    decision = making.decided(sat)
    lifting.lift(decision, reason="认定有误。", by=sat.other_supervisor, at=making.SERVED)
    clock_at(making.SERVED)
    text = text_of(own(sat).get(page("my_case", decision.case)))
    for expected in ("认定有误。", "视为从未禁考", "取消的成绩恢复", ended.number, "可以恢复"):
        assert expected in text
    assert reverse("lifting_letter", args=[decision.uuid]) in text


# --- boxes on their other pages ---------------------------------------------------------------------------------------


def test_their_application_and_their_list_lead_to_the_case(sat: Scene, clock_at: Stands) -> None:
    case = making.notified(sat)
    clock_at(making.HEARD)
    for address in (reverse("application_detail", args=[sat.application.uuid]), reverse("my_applications")):
        text = text_of(own(sat).get(address))
        assert case.number in text
        assert page("my_case", case) in text


def test_a_ban_is_on_their_list_as_long_as_it_lasts(sat: Scene, clock_at: Stands) -> None:
    decision = making.decided(sat)
    clock_at(making.SERVED)
    text = text_of(own(sat).get(reverse("my_applications")))
    assert "2026年5月11日至12月31日期间不能申报" in text
    assert page("my_case", decision.case) in text
    clock_at(factories.at(2027, 1, 1))
    assert "期间不能申报" not in text_of(own(sat).get(reverse("my_applications")))


def test_an_appeal_s_outcome_is_theirs_to_read(sat: Scene, clock_at: Stands) -> None:
    decision = making.served(sat)
    appeals.appeal(decision.case, text="过重。", by=sat.person, at=making.SERVED)
    appeals.decide_appeal(
        Case.objects.get(), outcome="upheld", reasons="事实清楚，维持。", by=sat.other_supervisor, at=making.SERVED
    )
    clock_at(making.SERVED)
    text = text_of(own(sat).get(page("my_case", decision.case)))
    assert "维持原决定" in text
    assert "事实清楚，维持。" in text
    assert Decision.objects.get().in_force
