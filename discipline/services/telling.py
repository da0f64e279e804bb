"""Whom the app tells what. Every cause is told once; no message names a person or a document number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from discipline import policy as actions
from discipline.enums import CaseState
from discipline.models import Case, Decision, Defence
from discipline.services import wording
from registration.services import notify
from skilleval.accounts.members import holders, holders_everywhere
from skilleval.catalogue.models import Provider
from skilleval.core import outbox
from skilleval.core.enums import Channel
from skilleval.core.policy import policy
from skilleval.core.wording import cn_date, cn_deadline


def page_of(case: Case) -> str:
    """The address of a case's page; the root says where that is (ABSOLUTE_URL_OVERRIDES), else the application's."""
    own = getattr(case, "get_absolute_url", None)
    return str(own()) if own else notify.page_of(case.application)


# --- staff ------------------------------------------------------------------------------------------------------------


def reported(case: Case) -> None:
    """Tell those who propose that a case waits for the person to be told."""
    _staff(case, "reported", "有新的违纪违规案件", "请核对事实和条款，告知当事人。", but=case.reported_by_id)


def heard(case: Case, given: Defence) -> None:
    """Tell those who propose that the person stated a defence."""
    what = "当事人放弃陈述申辩" if given.waived and not given.text else "当事人已提交陈述申辩"
    when = "请" if given.waived or case.defence_until is None else f"{cn_date(case.defence_until)}期满后请"
    _staff(case, f"heard:{given.pk}", "案件已有陈述申辩", f"{what}，{when}提出处理建议。", but=given.by_id)


def unheard(case: Case) -> None:
    """Tell those who propose that the period passed in silence."""
    _staff(case, f"unheard:{case.defence_until}", "陈述申辩期满", "当事人没有提交陈述申辩，请提出处理建议。")


def provider_waits(case: Case, days: int) -> None:
    """Remind those who tell, propose and serve that a step waits for longer than `days` working days."""
    todo = {CaseState.REPORTED: "告知当事人", CaseState.HEARD: "提出处理建议"}.get(CaseState(case.state), "送达决定")
    text = f"自{cn_date(case.waiting_since)}起等待已超过 {days} 个工作日，请尽快{todo}。"
    _staff(case, f"waits:{case.state}:{case.waiting_since}", f"案件{case.get_state_display()}", text)


def proposed(case: Case, proposal_id: int) -> None:
    """Tell the supervisors that a case waits for them."""
    _supervisors(case, f"proposed:{proposal_id}", "有案件待决定", f"{case.provider}已提出处理建议，请决定。")


def supervisors_wait(case: Case, days: int) -> None:
    """Remind the supervisors that a case waits for longer than `days` working days."""
    text = f"{case.provider}的案件自{cn_date(case.waiting_since)}起等待已超过 {days} 个工作日，请尽快处理。"
    _supervisors(case, f"waits:{case.state}:{case.waiting_since}", f"案件{case.get_state_display()}", text)


def sent_back(case: Case, reason: str, *, at: datetime) -> None:
    """Tell those who propose that the supervisor wants it done again, and why."""
    _staff(case, f"sent-back:{at.isoformat()}", "案件已退回", f"{reason}。请补充后重新提出建议，必要时重新告知当事人。")


# --- the person -------------------------------------------------------------------------------------------------------


def notified(case: Case, *, at: datetime) -> None:
    """Tell the person what is intended; facts and clauses are on the page."""
    until = cn_deadline(case.defence_until, year=True) if case.defence_until else ""
    time = case.log.filter(to_state=CaseState.NOTIFIED).count()
    again = f"（第 {time} 次告知，以本次为准）" if time > 1 else ""
    values = {"申报编号": case.application.number, "案件编号": case.number, "告知次数": again, "陈述截止": until}
    notify.tell(
        case.candidate,
        about=case.application,
        cause=f"case.notified:{time}:{case.pk}",
        template=wording.NOTIFIED,
        values=values,
        provider=case.provider,
        link=page_of(case),
        at=at,
    )


def dismissed(case: Case, *, at: datetime) -> None:
    """Tell everybody that nothing comes of it."""
    _person(case, "dismissed", "案件不予处理", f"案件 {case.number} 经审核不予处理，您的成绩和申报不受影响。", at=at)
    _staff(case, "dismissed", "案件不予处理", "监管人员决定不予处理。")


def decided(decision: Decision, *, at: datetime) -> None:
    """Tell the person, the provider, and every other provider an application of which it ended."""
    case = decision.case
    _person(
        case,
        f"decided:{decision.pk}",
        "违纪违规处理决定",
        f"案件 {case.number} 已作出处理决定（{decision.number}）。请登录查看决定书并确认收到；不服的，可自送达之日起"
        f" {case.provider.appeal_days} 天内申诉。",
        at=at,
    )
    _staff(case, f"decided:{decision.pk}", "处理决定已作出", f"处理决定 {decision.number} 已生效，请送达当事人。")
    _other_providers(decision, "decided", "有申报因处理决定取消", "其申报已取消，座位已收回；应退费用见待退费。")


def served(decision: Decision) -> None:
    """Tell the provider that the person has it."""
    until = cn_date(decision.appeal_until) if decision.appeal_until else ""
    _staff(
        decision.case, f"served:{decision.pk}", "处理决定已送达", f"{decision.number} 已送达，申诉期至{until}。",
        but=decision.receipt_by_id,
    )  # fmt: skip


def appealed(case: Case) -> None:
    """Tell the supervisors of an appeal, and the provider."""
    _supervisors(case, "appealed", "有申诉待复核", f"{case.provider}的案件已提出申诉，请由原决定人以外的人员复核。")
    _staff(case, "appealed", "当事人已申诉", "监管人员复核后将通知您。")


def ban_suspended(case: Case, *, at: datetime) -> None:
    """Tell the person that they may apply while the appeal runs."""
    _person(
        case,
        "ban-suspended",
        "申诉期间暂停禁考",
        f"案件 {case.number} 复核期间，禁考暂停执行，您可以申报；决定的其他内容不变。维持原决定的，禁考恢复执行。",
        at=at,
    )


def upheld(case: Case, *, at: datetime) -> None:
    """Tell the person and the provider that the decision stands."""
    _person(case, "upheld", "申诉复核结果", f"案件 {case.number} 的申诉经复核，维持原决定。理由请登录查看。", at=at)
    _staff(case, "upheld", "申诉复核结果", "维持原决定，案件已办结。")


def finalised(case: Case, *, at: datetime) -> None:
    """Tell the person that the case is closed."""
    _person(case, "final", "案件已办结", f"案件 {case.number} 申诉期已过或已复核，处理决定不再变更。", at=at)


def lifted(decision: Decision, *, at: datetime) -> None:
    """Tell again whoever was told of the decision."""
    case = decision.case
    _person(
        case,
        f"lifted:{decision.pk}",
        "处理决定已撤销",
        f"处理决定 {decision.number} 已撤销（{decision.lift_number}）。已恢复的内容和可以重新办理的申报请登录查看。",
        at=at,
    )
    _staff(case, f"lifted:{decision.pk}", "处理决定已撤销", f"{decision.number} 已撤销，涉及的记录已恢复。")
    _other_providers(decision, "lifted", "处理决定已撤销", "已撤销，因其取消的申报可由当事人恢复，请留意名单变化。")


def changed(first: Decision, lighter: Decision, *, at: datetime) -> None:
    """Tell everybody that a lighter decision stands in the first one's place."""
    case = lighter.case
    _person(
        case,
        f"changed:{lighter.pk}",
        "申诉复核结果",
        f"案件 {case.number} 的申诉经复核，{first.number} 已撤销，改为较轻的处理（{lighter.number}）。"
        "请登录查看决定书并确认收到，本决定不再申诉。",
        at=at,
    )
    _staff(case, f"changed:{lighter.pk}", "申诉复核结果", f"{first.number} 改为 {lighter.number}，请送达当事人。")
    _other_providers(first, "changed", "处理决定已变更", f"改为 {lighter.number}，涉及的申报以现状为准。")


# --- how --------------------------------------------------------------------------------------------------------------


def _person(case: Case, cause: str, subject: str, body: str, *, at: datetime) -> None:
    notify.tell(
        case.candidate,
        about=case.application,
        cause=f"case.{cause}:{case.pk}",
        subject=subject,
        body=body,
        link=page_of(case),
        at=at,
    )


def _staff(case: Case, cause: str, subject: str, body: str, *, but: int | None = None) -> None:
    """Those who propose at the case's provider, and whoever reported it; never the person it is about."""
    readers = set(_proposers([case.provider])) | {case.reported_by_id}
    _send(case, readers - {but}, cause, subject, f"案件 {case.number}：{body}")


def _supervisors(case: Case, cause: str, subject: str, body: str) -> None:
    _send(case, holders_everywhere(*policy.roles_for(actions.DECIDE)), cause, subject, f"案件 {case.number}：{body}")


def _other_providers(decision: Decision, cause: str, subject: str, body: str) -> None:
    """The other providers whose applications it ended: those who propose there, by the decision's number."""
    touched = set(decision.effects.get("providers", ())) - {decision.case.provider_id}
    readers = _proposers(Provider.objects.filter(pk__in=touched))
    _send(decision.case, readers, f"{cause}-elsewhere:{decision.pk}", subject, f"处理决定 {decision.number}：{body}")


def _send(case: Case, readers: Iterable[int], cause: str, subject: str, body: str) -> None:
    outbox.send_all(
        outbox.Message(
            key=f"case.{cause}:{case.pk}:staff:{user_id}",
            channel=Channel.PORTAL,
            recipient_id=user_id,
            subject=subject,
            body=body,
            link=page_of(case),
        )
        for user_id in sorted(set(readers) - {case.candidate.user_id})
    )


def _proposers(providers: Iterable[Provider]) -> list[int]:
    found = holders(providers, *policy.roles_for(actions.PROPOSE))
    return sorted({user_id for users in found.values() for user_id in users})
