"""Which steps a case offers to whom, and, where a step is there but not for this person, why not (SPEC 10, 12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from discipline import policy
from discipline.enums import UNDECIDED, CaseState
from discipline.models import Case
from discipline.queries.cases import decision_of
from discipline.services.deciding import check_period
from discipline.services.people import check_decides, check_reviews
from skilleval.core.errors import Refused
from skilleval.core.policy import can

_S = CaseState


@dataclass(frozen=True)
class Step:
    """A step: the name of its address, the word on its button, what it does; `barred` says why not by this person."""

    name: str
    label: str
    note: str
    barred: str = ""
    primary: bool = False


def steps_of(case: Case, user: Any, on: date) -> list[Step]:
    """Everything that could be done with a case now by somebody of this role, in the order of the way."""
    found: list[Step] = []
    if can(user, policy.PROPOSE, case.provider):
        found += _of_the_provider(case, on)
    if can(user, policy.DECIDE, case.provider):
        found += _of_the_supervisor(case, user)
    return found


def _of_the_provider(case: Case, on: date) -> Iterator[Step]:
    state = case.state
    if state in (_S.REPORTED, _S.HEARD):
        again = state == _S.HEARD
        label = "重新告知当事人" if again else "告知当事人"
        note = "事实或条款加重的，须重新告知，期限重新起算。" if again else "先核对事实和条款，预览当事人将读到的内容。"
        yield Step("case_notify", label, note, primary=not again)
    if state in (_S.NOTIFIED, _S.HEARD) and case.defence_until and on <= case.defence_until:
        yield Step("case_hear", "登记书面陈述申辩", "当事人当面或邮寄提交的。")
    if state == _S.HEARD:
        barred = _why_not(lambda: check_period(case, on=on))
        yield Step("case_propose", "提出处理建议", "先预览后果，再提交监管人员决定。", barred, primary=not barred)
    if state == _S.DECIDED:
        yield Step("case_serve", "登记送达", "决定书当面、邮寄或留置送达的日期；申诉期限从这一天起算。", primary=True)
    if state == _S.SERVED:
        yield Step("case_appeal_record", "登记书面申诉", "当事人当面或邮寄提交的。")
    if state in UNDECIDED:
        yield Step("case_evidence", "补充证据", "照片、PDF、录像或录音。")


def _of_the_supervisor(case: Case, user: Any) -> Iterator[Step]:
    state = case.state
    if state == _S.PROPOSED:
        barred = _why_not(lambda: check_decides(case, by=user))
        proposal = case.proposals.order_by("-id").first()
        if proposal and not proposal.dismisses:
            yield Step("case_confirm", "按建议决定", "先列出全部后果，确认后立即生效。", barred, primary=True)
        yield Step("case_change", "改变条款后决定", "不能重于已告知当事人的条款；要加重的请退回。", barred)
        yield Step("case_return", "退回机构", "补充事实，或重新告知当事人。", barred)
        yield Step("case_dismiss", "不予处理", "案件办结，暂缓的成绩恢复公布。", barred)
    decision = decision_of(case)
    if decision is None or decision.lifted_at:
        return
    reviewing = _why_not(lambda: check_reviews(decision, by=user))
    if state == _S.APPEALED:
        yield Step("case_uphold", "维持原决定", "案件办结，不能再次申诉。", reviewing, primary=True)
        yield Step("case_lighten", "改为较轻的决定", "撤销原决定，另作较轻的决定。", reviewing)
        if decision.ban_from and not decision.ban_suspended_on:
            yield Step("case_suspend", "暂停禁考", "复核期间当事人可以申报，其他处理不变。", reviewing)
    yield Step("case_lift", "撤销决定", "恢复成绩、证书、保留成绩和参评资格。", reviewing)


def _why_not(check: Callable[[], None]) -> str:
    try:
        check()
    except Refused as refused:
        return refused.message
    return ""
