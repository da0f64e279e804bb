"""Where a case stands: one sentence, who has to act, by when; for those who handle it and for the person (SPEC 10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from discipline.enums import CASE_TONES, ENDED, CaseState
from discipline.models import Case, Decision
from skilleval.core.wording import cn_date, cn_deadline

_S = CaseState
PERSON_WORDS = {_S.HEARD: "待处理", _S.PROPOSED: "待决定", _S.DECIDED: "已决定", _S.SERVED: "可以申诉"}


@dataclass(frozen=True)
class Standing:
    """What stands at the top of the page."""

    word: str
    tone: str
    sentence: str
    who: str = ""
    by: str = ""
    since: str = ""
    action_url: str = ""
    action_label: str = ""


def for_staff(case: Case, decision: Decision | None, on: date) -> Standing:
    """For the provider's people and the supervisors."""
    sentence, who, by = _STAFF[CaseState(case.state)](case, decision, on)
    since = "" if by or case.state in ENDED else cn_date(case.waiting_since)
    return Standing(str(case.get_state_display()), CASE_TONES[case.state], sentence, who, by, since)


def for_person(case: Case, decision: Decision | None, on: date) -> Standing:
    """For the person it is about."""
    state = CaseState(case.state)
    sentence, who, by = _PERSON[state](case, decision, on)
    word = PERSON_WORDS.get(state) or str(state.label)
    return Standing(word, CASE_TONES[state], sentence, who, by)


Told = tuple[str, str, str]


def _until(day: date | None) -> str:
    return cn_deadline(day, year=True) if day else ""


def _reported(case: Case, decision: Decision | None, on: date) -> Told:
    return "已报告，等待告知当事人。", f"{case.provider}：考务排考或机构负责人", ""


def _notified(case: Case, decision: Decision | None, on: date) -> Told:
    return "已告知当事人，等待陈述申辩。期满没有提交的，可以提出处理建议。", "当事人", _until(case.defence_until)


def _heard(case: Case, decision: Decision | None, on: date) -> Told:
    if case.may_still_speak(on):
        return "当事人已陈述申辩，期限内还可以补充；期满后提出处理建议。", "当事人", _until(case.defence_until)
    given = any(True for _ in case.defences.all())
    sentence = "当事人已陈述申辩，等待处理建议。" if given else "陈述申辩期满，等待处理建议。"
    return sentence, f"{case.provider}：考务排考或机构负责人", ""


def _proposed(case: Case, decision: Decision | None, on: date) -> Told:
    return "机构已提出处理建议，等待决定。", "监管人员", ""


def _decided(case: Case, decision: Decision | None, on: date) -> Told:
    return "决定已经生效，等待当事人签收或登记送达。", str(case.provider), ""


def _served(case: Case, decision: Decision | None, on: date) -> Told:
    until = decision.appeal_until if decision else None
    return "决定书已送达。申诉期满没有申诉的，自动办结。", "当事人可以申诉", _until(until)


def _appealed(case: Case, decision: Decision | None, on: date) -> Told:
    return "当事人已申诉，等待复核。", "原决定人以外的监管人员", ""


def _final(case: Case, decision: Decision | None, on: date) -> Told:
    return "案件已办结，决定不再变更。", "", ""


def _lifted(case: Case, decision: Decision | None, on: date) -> Told:
    return "决定已撤销，取消的已恢复，不能恢复的重新提供。", "", ""


def _dismissed(case: Case, decision: Decision | None, on: date) -> Told:
    return "不予处理，案件办结。", "", ""


_STAFF: dict[CaseState, Callable[[Case, Decision | None, date], Told]] = {
    _S.REPORTED: _reported,
    _S.NOTIFIED: _notified,
    _S.HEARD: _heard,
    _S.PROPOSED: _proposed,
    _S.DECIDED: _decided,
    _S.SERVED: _served,
    _S.APPEALED: _appealed,
    _S.FINAL: _final,
    _S.LIFTED: _lifted,
    _S.DISMISSED: _dismissed,
}


def _to_defend(case: Case, decision: Decision | None, on: date) -> Told:
    return (
        "评价机构拟按违纪违规处理。请阅读事实和条款，您可以陈述申辩。",
        "由您办理（可以放弃）",
        _until(case.defence_until),
    )


def _defended(case: Case, decision: Decision | None, on: date) -> Told:
    open_still = case.state == _S.HEARD and case.defence_until is not None and on <= case.defence_until
    if open_still:
        return "陈述申辩已收到，期限内还可以补充。", f"等待{case.provider}处理", _until(case.defence_until)
    return "陈述申辩期已过，等待处理建议和决定。", f"等待{case.provider}处理", ""


def _awaiting(case: Case, decision: Decision | None, on: date) -> Told:
    return "评价机构已提出建议，等待监管人员决定。结果会通知您。", "等待监管人员决定", ""


def _to_receive(case: Case, decision: Decision | None, on: date) -> Told:
    days = case.provider.appeal_days
    return f"处理决定已经作出并生效。请阅读并签收；签收后 {days} 天内可以申诉。", "由您签收", ""


def _may_appeal(case: Case, decision: Decision | None, on: date) -> Told:
    until = decision.appeal_until if decision else None
    return "处理决定已送达。不服的，可以在期限内申诉一次，申诉不会加重处理。", "由您决定是否申诉", _until(until)


def _under_review(case: Case, decision: Decision | None, on: date) -> Told:
    rests = decision is not None and decision.ban_suspended_on is not None
    more = "复核期间暂停禁考，您可以申报。" if rests else "复核期间决定继续执行。"
    return f"申诉已收到，由另一名监管人员复核。{more}", "等待监管人员复核", ""


def _over(case: Case, decision: Decision | None, on: date) -> Told:
    return "案件已办结，处理决定不再变更。", "", ""


def _given_back(case: Case, decision: Decision | None, on: date) -> Told:
    return "处理决定已撤销。已恢复的和可以重新办理的，见下方。", "", ""


def _nothing(case: Case, decision: Decision | None, on: date) -> Told:
    return "经审核不予处理，您的成绩和申报不受影响。", "", ""


_PERSON: dict[CaseState, Callable[[Case, Decision | None, date], Told]] = {
    _S.REPORTED: _reported,  # nobody is shown a case before being told of it
    _S.NOTIFIED: _to_defend,
    _S.HEARD: _defended,
    _S.PROPOSED: _awaiting,
    _S.DECIDED: _to_receive,
    _S.SERVED: _may_appeal,
    _S.APPEALED: _under_review,
    _S.FINAL: _over,
    _S.LIFTED: _given_back,
    _S.DISMISSED: _nothing,
}
