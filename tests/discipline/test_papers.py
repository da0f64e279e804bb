"""The letters: everything a person has to read stands on them, the whole number is audited (SPEC 10, 14)."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from discipline.models import Decision
from discipline.papers import decision_pdf, lifting_pdf
from discipline.services import appeals, lifting
from skilleval.core.models import AuditEvent
from tests import factories
from tests.discipline import making
from tests.discipline.making import SERVED, Scene
from tests.discipline.test_effects import LIFTED, certified
from tests.fees.makers import order_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    scene = making.scene()
    order_for(scene.application, paid=True, state="paid")
    elsewhere = factories.ApplicationFactory(candidate=scene.application.candidate, state="confirmed")
    order_for(elsewhere, paid=True, state="paid")
    certified(scene)
    return scene


def text(content: bytes, name: str) -> str:
    """What is printed, without spaces; kept for looking at where PAPERS names a folder."""
    if folder := os.environ.get("PAPERS"):
        Path(folder, f"{name}.pdf").write_bytes(content)
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def test_the_decision_letter(scene: Scene) -> None:
    decision = making.decided(scene, "M-4.4", "minor")
    candidate = scene.application.candidate
    printed = text(decision_pdf(decision, by=scene.supervisor), "decision")
    elsewhere = decision.effects["ended"][0]["id"]
    number = type(scene.application).objects.get(pk=elsewhere).number
    for words in (
        "违纪违规处理决定书",
        decision.number,
        candidate.name,
        candidate.id_number,
        "考试中使用手机拍摄试题。",
        "M-4.4",
        "冒名顶替参加评价或替他人参加",
        "情节轻微",
        "当时只是看时间。",
        "申辩不予采纳。",
        "全部科目的成绩",
        "证书S000031400054264000001作废",
        "2026年5月11日至2028年5月10日",
        "¥400.00不退",
        f"申报{number}",
        "¥400.00退还",
        "自收到本决定书之日起15天内",
        "见证人2名",
        "（监管部门盖章）",
        "第1页",
    ):
        assert words in printed, (words, printed)
    event = AuditEvent.objects.get(action="decision.printed")
    assert (event.actor_id, event.details) == (scene.supervisor.pk, {"fields": ["id_number"]})


def test_served_it_names_the_last_day_to_appeal(scene: Scene) -> None:
    decision = making.served(scene)
    printed = text(decision_pdf(decision, by=scene.person), "served")
    assert "2026年5月27日24:00前" in printed
    assert "网上确认收到" in printed


def test_the_letter_of_lifting_says_what_came_back_and_what_is_offered(scene: Scene) -> None:
    decision = making.decided(scene)
    lifting.lift(decision, reason="录像辨认有误。", by=scene.other_supervisor, at=LIFTED)
    decision = Decision.objects.get(pk=decision.pk)
    printed = text(lifting_pdf(decision, by=scene.person), "lifting")
    assert decision.lift_number
    for words in (
        "撤销处理决定书",
        decision.lift_number,
        decision.number,
        "录像辨认有误。",
        "视为从未禁考",
        "取消的成绩恢复计算",
        "证书S000031400054264000001恢复有效，编号不变",
        "可进入下一批次",
        scene.application.candidate.id_number,
    ):
        assert words in printed, words
    assert "本决定已于2026年6月1日（周一）撤销" in text(decision_pdf(decision, by=scene.person), "lifted")


def test_a_lighter_decision_says_that_it_is_the_last_one(scene: Scene) -> None:
    decision = making.served(scene)
    appeals.appeal(decision.case, text="不服。", by=scene.person, at=SERVED)
    appeals.decide_appeal(
        decision.case, outcome="changed", reasons="情节较轻。", clauses=["M-2.1"], by=scene.other_supervisor, at=LIFTED
    )
    lighter = Decision.objects.get(case=decision.case, lifted_at=None)
    printed = text(decision_pdf(lighter, by=scene.person), "lighter")
    assert f"复核后代替{decision.number}" in printed
    assert "不再申诉" in printed
    assert "理论知识科目的成绩" in printed
    assert lighter.number in text(lifting_pdf(decision, by=scene.person), "replaced")
