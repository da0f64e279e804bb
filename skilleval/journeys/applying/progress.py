"""进度: where an application stands, who has to act, by when, and the one button for it (SPEC 5a)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from certificates.queries.standing import has_certificate, passed
from fees.models import Order
from fees.queries import due_for, has_voucher, parts_of
from registration.enums import ApplicationState
from registration.models import Application, Reinstatement, RollOver
from registration.models.applications import ApplicationQuerySet
from registration.services.offers import ENDED_BY_DECISION
from scheduling.models import Seat
from scheduling.queries import fills_for, went_ahead
from scheduling.queries.tickets import ticket_uuid
from scheduling.services.cancelling import CALLED_OFF, PUT_OFF
from skilleval.catalogue.enums import PaperGate
from skilleval.core.wording import cn_date, cn_deadline, cn_period, yuan

_S = ApplicationState
TONES = {
    _S.DRAFT: "neutral",
    _S.PRELIM: "info",
    _S.REVIEW: "info",
    _S.RETURNED: "action",
    _S.APPROVED: "action",
    _S.CONFIRMED: "info",
    _S.SCHEDULED: "success",
    _S.COMPLETED: "success",
    _S.REJECTED: "danger",
    _S.LAPSED: "neutral",
    _S.WITHDRAWN: "neutral",
    _S.CANCELLED: "danger",
    _S.VOID: "danger",
}
YOU = "由您办理"


@dataclass(frozen=True)
class Tag:
    """A state in its fixed word and its tone."""

    word: str
    tone: str


@dataclass(frozen=True)
class Head:
    """One sentence, who acts, by when, and the button. `method` is "post" where the button changes something."""

    tag: Tag
    sentence: str
    who: str = ""
    by: str = ""
    action_url: str = ""
    action_label: str = ""
    method: str = ""
    tone: str = "info"


@dataclass(frozen=True)
class Standing:
    """What the apps downstream know of an application, gathered once."""

    went_ahead: bool
    ticket: UUID | None
    rolled_over: int
    rolled_for: str = ""  # why it rolled over the last time
    order: Order | None = None
    vouched: bool = False
    part: Decimal = Decimal(0)  # what came for the order and isn't the whole, in yuan
    confirmed: int = 0
    threshold: int = 0
    exam_on: date | None = None
    exam_until: date | None = None  # where subjects are on several days, their last
    offered: bool = False  # a decision was lifted, and the person may go on
    passed: bool | None = None
    certified: bool = False

    def next_exam(self, on: date) -> date | None:
        """The first or, once it has gone by, the last day of the assessment; None when that has too."""
        return min((day for day in (self.exam_on, self.exam_until) if day and on <= day), default=None)


def gathered(applications: ApplicationQuerySet) -> list[tuple[Application, Standing]]:
    """Applications with their standing, in a fixed number of queries whatever their number."""
    rows: list[Any] = list(  # with what is annotated
        applications.with_names()
        .select_related("first_window", "institution")
        .annotate(now_ahead=went_ahead(), now_ticket=ticket_uuid(), exam_on=_exam_day(), last_seat=_last_seat())
        .annotate(now_passed=passed(), now_certified=has_certificate())
        .annotate(times=Count("roll_overs", distinct=True), rolled_for=_last_roll_over(), offered=Exists(_offers()))
    )
    lines = due_for(Application.objects.filter(pk__in=[row.pk for row in rows]))
    asked = Order.objects.filter(pk__in=[line.order_id for line in lines.values()])
    vouched = set(asked.filter(has_voucher()).values_list("pk", flat=True))
    parts = parts_of(asked)
    waiting = [(row.offering, row.window) for row in rows if row.state == _S.CONFIRMED and row.window]
    fills = fills_for(waiting)
    found = []
    for row in rows:
        line, fill = lines.get(row.pk), fills.get((row.offering_id, row.window_id or 0))
        standing = Standing(
            went_ahead=row.now_ahead,
            ticket=row.now_ticket,
            rolled_over=row.times,
            rolled_for=row.rolled_for or "",
            order=line.order if line else None,
            vouched=line is not None and line.order_id in vouched,
            part=parts.get(line.order_id, Decimal(0)) if line else Decimal(0),
            confirmed=fill.confirmed if fill else 0,
            threshold=fill.threshold if fill else 0,
            exam_on=row.exam_on,
            exam_until=timezone.localdate(row.last_seat) if row.last_seat else None,
            offered=row.offered and row.state in ENDED_BY_DECISION,
            passed=row.now_passed,
            certified=row.now_certified,
        )
        found.append((row, standing))
    return found


def tag_of(application: Application, standing: Standing) -> Tag:
    """The state's fixed word; 已成班, 已发准考证 and 已发证 are derived."""
    state = ApplicationState(application.state)
    if state == _S.CONFIRMED and standing.went_ahead:
        return Tag("已成班", "success")
    if state == _S.SCHEDULED and standing.ticket:
        return Tag("已发准考证", "success")
    if state == _S.COMPLETED and standing.certified:
        return Tag("已发证", "success")
    return Tag(str(state.label), TONES[state])


def tags_of(application: Application, standing: Standing) -> list[Tag]:
    """All tags: the state, how often it rolled over, and whether it was begun before the portal."""
    tags = [tag_of(application, standing)]
    if standing.rolled_over:
        tags.append(Tag(f"已顺延 {standing.rolled_over} 次", "warning"))
    if application.taken_over_id:
        tags.append(Tag("历史业务导入", "neutral"))
    return tags


def head_of(application: Application, standing: Standing, on: date, reason: str = "") -> Head:
    """Where it stands on a day; `reason` is what the last move said."""
    make = HEADS.get(ApplicationState(application.state), _ended)
    return make(application, standing, on, reason)


def _detail(application: Application) -> str:
    return reverse("application_detail", args=[application.uuid])


def _draft(application: Application, standing: Standing, on: date, reason: str) -> Head:
    tag, window = tag_of(application, standing), application.window
    if window is None or on > window.closes_on:
        shut = f"{window.label}的申报已于{cn_date(window.closes_on)}截止" if window else "申报已截止"
        return Head(
            tag,
            f"{shut}，这份草稿没有提交。已填写的内容都保留着，可以转入开放的批次。",
            who=YOU,
            action_url=reverse("apply_start", args=[application.offering_id]),
            action_label="查看可申报的批次",
            tone="action",
        )
    return Head(
        tag,
        "草稿尚未提交。完成下面各步后提交，评价机构才会受理。",
        who=YOU,
        by=cn_deadline(window.closes_on, year=True),
        action_url=_detail(application),
        action_label="继续填写",
        tone="action",
    )


def _prelim(application: Application, standing: Standing, on: date, reason: str) -> Head:
    school = application.institution or "院校或培训机构"
    return Head(tag_of(application, standing), f"等待{school}初审，通过后由其提交。", who=f"等待{school}初审")


def _review(application: Application, standing: Standing, on: date, reason: str) -> Head:
    provider, due = application.offering.provider, application.review_by
    late = due is not None and on > due
    return Head(
        tag_of(application, standing),
        "审核已超过期限，请拨打下方咨询电话询问。" if late else "申报已提交，正在进行资格审核，结果会通知您。",
        who=f"等待{provider}审核",
        by=cn_deadline(due, year=True) if due else "",
    )


def _returned(application: Application, standing: Standing, on: date, reason: str) -> Head:
    until, tag = application.returned_until, tag_of(application, standing)
    if until and on > until:
        return Head(tag, "补正期限已过，本次申报将失效；可在申报时间内重新申报。", tone="danger")
    if application.institution:
        sentence = f"申报需要补正：{reason}。由{application.institution}修改后重新提交，请向其了解。"
        by = cn_deadline(until, year=True) if until else ""
        return Head(tag, sentence, who=f"等待{application.institution}补正", by=by, tone="action")
    return Head(
        tag,
        "申报已退回补正，请按所列理由修改后重新提交；逾期未提交的，申报失效。",
        who=YOU,
        by=cn_deadline(until, year=True) if until else "",
        action_url=_detail(application),
        action_label="去补正",
        tone="action",
    )


def _approved(application: Application, standing: Standing, on: date, reason: str) -> Head:
    order, tag, provider = standing.order, tag_of(application, standing), application.offering.provider
    if application.institution:
        sentence = f"审核已通过，费用由{application.institution}统一缴纳，您不需在此缴费。"
        return Head(tag, sentence, who=f"等待{application.institution}缴费")
    if order is None:
        return Head(tag, "审核已通过，缴费信息正在生成。", who=f"等待{provider}办理")
    due = cn_deadline(order.due_on, year=True)
    if on > order.due_on:
        return Head(tag, "缴费截止已过，机构正在核对到账；截止前到账的照常确认。", who=f"等待{provider}核对到账")
    if standing.vouched and not standing.part:
        sentence = "缴费凭证已收到，正在核对到账，确认后会通知您。"
        return Head(tag, sentence, who=f"等待{provider}核对到账", by=f"款项须于 {due}到账")
    return Head(
        tag,
        _to_pay(order, standing.part),
        who=YOU,
        by=due,
        action_url=f"{_detail(application)}#order",
        action_label="去缴费",
        tone="action",
    )


def _to_pay(order: Order, part: Decimal) -> str:
    if part:
        return f"已收到 {yuan(part)}，还差 {yuan(order.amount - part)}，请补足后确认。"
    return f"审核已通过，请转账缴费 {yuan(order.amount)}，并上传缴费凭证。"


def _confirmed(application: Application, standing: Standing, on: date, reason: str) -> Head:
    tag, provider, window = tag_of(application, standing), application.offering.provider, application.window
    if window is None:
        return Head(tag, "本年度已无后续批次，报名和费用保留，待下一年度公告后安排。", who=f"等待{provider}发布公告")
    if standing.went_ahead and reason.startswith((PUT_OFF, CALLED_OFF)):
        sentence = f"{reason}新的时间、地点确定后通知您；报名和费用保留，也可以免费退考。"
        return Head(tag, sentence, who=f"等待{provider}重新安排", tone="warning")
    if standing.went_ahead:
        return Head(
            tag,
            f"{_rolled(application, standing)}本批次已成班，等待安排考试。评价时间为{exam_period(application)}。",
            who=f"等待{provider}排考",
            by=f"评价期截止于 {cn_date(window.exam_by)}{'（暂定）' if window.tentative else ''}",
            tone="success",
        )
    need = max(standing.threshold - standing.confirmed, 0)
    return Head(
        tag,
        (_rolled(application, standing) or "报名已确认。")
        + f"本批次已确认 {standing.confirmed} 人，满 {standing.threshold} 人开班"
        + (f"，还差 {need} 人。" if need else "。"),
        who="您不需办理；人数不足的，顺延至下一批次",
        by=f"申报截止于 {cn_date(window.closes_on)}，之后判定" if on <= window.closes_on else "正在判定是否成班",
    )


def _rolled(application: Application, standing: Standing) -> str:
    """Of one that rolled over why, and that nobody has to wait (SPEC 6)."""
    if not standing.rolled_over:
        return ""
    leave = "" if application.group_id else "，不愿等待的可以免费退考"
    return f"{standing.rolled_for}，已顺延至{application.window}，费用保留{leave}。"


def _scheduled(application: Application, standing: Standing, on: date, reason: str) -> Head:
    tag, provider = tag_of(application, standing), application.offering.provider
    when = f"评价日期为{cn_date(standing.exam_on)}" if standing.exam_on else "评价日期已定"
    if standing.exam_on and not standing.next_exam(on):
        return Head(tag, f"{when}，已经结束；成绩公布后会通知您。", who=f"等待{provider}公布成绩")
    if standing.ticket:
        return Head(
            tag,
            f"准考证已发放，{when}。请按准考证上的时间、地点参加，并携带身份证件原件。",
            who=YOU,
            action_url=reverse("ticket_page", args=[standing.ticket]),
            action_label="查看准考证",
            tone="success",
        )
    if provider.paper_gate == PaperGate.TICKET and application.original_received_on is None:
        return Head(
            tag,
            f"考试已安排，{when}。请先交签字的报名表原件，登记后才发放准考证。",
            who=YOU,
            by=f"{cn_date(standing.exam_on)}评价前" if standing.exam_on else "",
            action_url=reverse("application_form_pdf", args=[application.uuid]),
            action_label="下载报名表",
            tone="action",
        )
    return Head(tag, f"考试已安排，{when}。准考证发放后会通知您。", who=f"等待{provider}发放准考证", tone="success")


def _completed(application: Application, standing: Standing, on: date, reason: str) -> Head:
    tag, provider, result = (
        tag_of(application, standing),
        application.offering.provider,
        f"{_detail(application)}#result",
    )
    if standing.certified:
        sentence = "评价合格，证书已发，可以下载电子证书，并按说明领取纸质证书。"
        return Head(tag, sentence, action_url=result, action_label="查看证书", tone="success")
    if standing.passed:
        sentence = "成绩已公布，评价合格，证书制成后会通知您。"
        return Head(tag, sentence, f"等待{provider}发证", action_url=result, action_label="查看成绩", tone="success")
    sentence = "成绩已公布，评价不合格。是否可以补考、怎样办理，见成绩说明。"
    return Head(tag, sentence, action_url=result, action_label="查看成绩", tone="info")


def _ended(application: Application, standing: Standing, on: date, reason: str) -> Head:
    words = {
        _S.REJECTED: "未通过资格审核",
        _S.LAPSED: "本次申报已失效",
        _S.WITHDRAWN: "您已退考",
        _S.CANCELLED: "本次申报已取消",
        _S.VOID: "本次申报已作废",
    }
    tag, state = tag_of(application, standing), ApplicationState(application.state)
    if standing.offered:
        return Head(
            tag,
            "处理决定已撤销，本次申报可以恢复。",
            who=YOU,
            action_url=reverse("application_reinstate", args=[application.uuid]),
            action_label="恢复申报",
            tone="action",
        )
    sentence = f"{words[state]}：{reason}" if reason and state != _S.WITHDRAWN else f"{words[state]}。"
    return Head(
        tag,
        sentence,
        action_url=reverse("apply_start", args=[application.offering_id]) if state != _S.VOID else "",
        action_label="重新申报" if state != _S.VOID else "",
        tone=tag.tone if tag.tone == "danger" else "info",
    )


HEADS: dict[str, Callable[[Application, Standing, date, str], Head]] = {
    _S.DRAFT: _draft,
    _S.PRELIM: _prelim,
    _S.REVIEW: _review,
    _S.RETURNED: _returned,
    _S.APPROVED: _approved,
    _S.CONFIRMED: _confirmed,
    _S.SCHEDULED: _scheduled,
    _S.COMPLETED: _completed,
}


def _exam_day() -> Subquery:
    """The day of the published session that an application sits in."""
    seats = Seat.objects.filter(application=OuterRef("pk"), live=True)
    return Subquery(seats.values("sitting__session__held_on")[:1])


def _last_seat() -> Subquery:
    """When the last of an application's published seats begins."""
    seats = Seat.objects.filter(application=OuterRef("pk"), live=True)
    return Subquery(seats.order_by("-during").values("during__startswith")[:1])


def _last_roll_over() -> Subquery:
    rows = RollOver.objects.filter(application=OuterRef("pk"))
    return Subquery(rows.order_by("-pk").values("reason")[:1])


def _offers() -> QuerySet[Reinstatement]:
    return Reinstatement.objects.open().filter(application=OuterRef("pk"))


def exam_period(application: Application) -> str:
    """When its window leads to an assessment, in words."""
    window = application.window or application.first_window
    when = cn_period(window.exam_from, window.exam_by) if window.exam_from else f"{cn_date(window.exam_by)}前"
    return f"{when}（暂定）" if window.tentative else when
