"""今日: what awaits a staff member today, by the roles they hold, each line with its list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.urls import reverse

from certificates import policy as certificates_policy
from certificates.enums import CertificateState, CorrectionState, RequestState
from certificates.models import Certificate, CertificateRequest, ResultCorrection, ResultSession
from certificates.queries.sessions import TO_CONFIRM, TO_ENTER, TO_PUBLISH, begun, dues
from discipline import policy as discipline_policy
from discipline.enums import CaseState
from discipline.queries.cases import waiting_for_provider
from discipline.queries.clocks import late_since
from fees import policy as fees_policy
from fees.enums import RefundState
from fees.models import Refund
from fees.queries import awaiting_confirmation, doubtful, has_voucher, lines_to_propose
from fees.queries.statements import waiting_statements
from registration import policy as registration_policy
from registration.enums import ApplicationState
from registration.models import Application, WalkIn
from registration.queries.group_members import handed_in
from registration.queries.slots import expected_by
from scheduling import policy as scheduling_policy
from scheduling.enums import UNJUDGED, SessionState
from scheduling.models import Batch, ExamSession
from scheduling.queries.attendance import sittings_on
from scheduling.queries.tickets import awaiting_original
from skilleval.accounts import policy as accounts_policy
from skilleval.accounts.enums import InstitutionState
from skilleval.accounts.models import Institution
from skilleval.core import clock
from skilleval.core.enums import MessageState
from skilleval.core.models import OutboxMessage
from skilleval.core.scoping import everywhere, reaches, scope_ids
from skilleval.core.wording import cn_date, cn_day, cn_deadline

APPLICATIONS = "admin:registration_application_changelist"
APPOINTMENTS = "admin:registration_appointment_changelist"
WALK_INS = "admin:registration_walkin_changelist"
GROUPS = "admin:registration_group_changelist"
ORDERS = "admin:fees_order_changelist"
RECEIPTS = "admin:fees_receipt_changelist"
REFUNDS = "admin:fees_refund_changelist"
STATEMENTS = "admin:fees_statement_changelist"
CERTIFICATES = "admin:certificates_certificate_changelist"
BATCHES = "admin:scheduling_batch_changelist"
SESSIONS = "admin:scheduling_examsession_changelist"
RESULT_SESSIONS = "admin:certificates_resultsession_changelist"
CORRECTIONS = "admin:certificates_resultcorrection_changelist"
CASES = "admin:discipline_case_changelist"
INSTITUTIONS = "admin:accounts_institution_changelist"
MESSAGES = "admin:accounts_providermessage_changelist"
CASE_TASKS = (
    (CaseState.REPORTED, "起违纪违规案件待告知当事人", "reported"),
    (CaseState.HEARD, "起案件待提出处理建议", "heard"),
    (CaseState.DECIDED, "份处理决定书待送达", "decided"),
)
SOON = timedelta(days=3)


@dataclass(frozen=True)
class Task:
    """How many of what, where the list is, and what presses."""

    count: int
    title: str
    url: str
    note: str = ""
    urgent: bool = False


def duties_of(user: Any) -> list[tuple[str, str]]:
    """What somebody opens whatever waits, on an exam day or at a month's end: words and address of each page."""
    pages = (
        (registration_policy.REVIEW, "录入到窗口申报的人员", "admin:registration_walkin_add"),
        (scheduling_policy.SCHEDULE, "考务月历", "admin:scheduling_board"),
        (scheduling_policy.ATTEND, "考场签到", "door"),
        (discipline_policy.REPORT, "报告违纪违规", "case_report"),
        (fees_policy.BOOKS, "财务总览", "admin:fees_overview"),
        (fees_policy.BOOKS, "月结单", "admin:fees_month"),
    )
    return [(label, reverse(name)) for action, label, name in pages if reaches(user, action)]


def tasks_of(user: Any, on: date) -> list[Task]:
    """Everything that awaits the user, in the order of a candidate's way; empty lists are left out."""
    found = [
        *_reviewing(user, on),
        *_at_the_desk(user, on),
        *_finance(user, on),
        *_statements(user),
        *_scheduling(user, on),
        *_at_the_door(user, on),
        *_results(user, on),
        *_certifying(user),
        *_misconduct(user, on),
        *_institutions(user),
        *_messages(user),
    ]
    return [task for task in found if task.count]


def _reviewing(user: Any, on: date) -> Iterator[Task]:
    providers = scope_ids(user, registration_policy.REVIEW)
    if not providers:
        return
    awaiting = Application.objects.filter(offering__provider__in=providers, state=ApplicationState.REVIEW)
    sums = awaiting.filter(group=None).aggregate(**_reviewed_by(on))
    note, late = _review_note(sums)
    yield Task(sums["count"], "份申报待审核", _list(APPLICATIONS, "review"), note, late)
    sums = handed_in(awaiting).aggregate(groups=Count("group", distinct=True), **_reviewed_by(on))
    note, late = _review_note(sums)
    yield Task(sums["groups"], "个团体待审核", _list(GROUPS, "review"), f"共 {sums['count']} 人，{note}", late)
    mine = [provider for provider in user.scopes if provider.pk in providers]
    owing = sum(awaiting_original(provider, on, ahead=SOON).filter(group__isnull=False).count() for provider in mine)
    told = "准考证已到或临近发放日，收到原件后才能发放"
    yield Task(owing, "位团体参评人员的签字原件未收", _list(GROUPS, "owing"), told, bool(owing))


def _reviewed_by(on: date) -> dict[str, Any]:
    """What is summed up of applications that await review."""
    return {
        "count": Count("pk"),
        "oldest": Min("submitted_on"),
        "due": Min("review_by"),
        "late": Count("pk", filter=Q(review_by__lt=on)),
    }


def _review_note(sums: dict[str, Any]) -> tuple[str, bool]:
    """Since when the oldest waits and until when the next is due, and whether one is late."""
    note = f"最早 {cn_date(sums['oldest'])}提交" if sums["oldest"] else ""
    if sums["late"]:
        note += f"；{sums['late']} 份已超过审核时限"
    elif sums["due"]:
        note += f"；最近的审核时限 {cn_deadline(sums['due'])}"
    return note, bool(sums["late"])


def _at_the_desk(user: Any, on: date) -> Iterator[Task]:
    """Who comes today, of whom nobody noted whether they came, and drafts of people who came."""
    providers = scope_ids(user, registration_policy.REVIEW)
    if not providers:
        return
    sums = expected_by(on, providers).aggregate(
        today=Count("pk", filter=Q(day=on)), before=Count("pk", filter=Q(day__lt=on))
    )
    yield Task(sums["today"], "位今天预约到窗口", _list(APPOINTMENTS, "today"), "到窗口交签字的报名表原件")
    yield Task(sums["before"], "个窗口预约没有登记到否", _list(APPOINTMENTS, "open"), "预约日已过")
    drafts = WalkIn.objects.filter(offering__provider__in=providers, entered_by_id__isnull=False)
    begun = drafts.filter(state=ApplicationState.DRAFT).count()
    yield Task(begun, "份窗口录入没有提交", _list(WALK_INS, "draft"), "补齐后提交，或放弃草稿")


def _finance(user: Any, on: date) -> Iterator[Task]:
    providers = scope_ids(user, fees_policy.CONFIRM)
    if not providers:
        return
    awaiting = awaiting_confirmation(providers)
    sums = awaiting.order_by().aggregate(
        count=Count("pk"), vouched=Count("pk", filter=has_voucher()), late=Count("pk", filter=Q(due_on__lt=on))
    )
    note = f"其中 {sums['vouched']} 笔已上传凭证"
    if sums["late"]:
        note += f"；{sums['late']} 笔缴费截止已过，请先核对银行流水"
    yield Task(sums["count"], "笔订单待确认到账", _list(ORDERS, "open"), note, bool(sums["late"]))
    sums = doubtful(providers).order_by().aggregate(count=Count("pk"), oldest=Min("value_on"))
    note = f"用途待定、部分到账、多缴或重复；最早 {cn_date(sums['oldest'])}到账" if sums["oldest"] else ""
    yield Task(sums["count"], "笔到账款项待处理", _list(RECEIPTS, "doubtful"), note)
    owed = lines_to_propose().filter(order__provider__in=providers).count()
    yield Task(owed, "笔费用待退", reverse("admin:fees_refund_add"), "已缴费的参评人员在截止前退考或被取消")
    refunds = Refund.objects.filter(provider__in=providers)
    sums = refunds.aggregate(
        asked=Count("pk", filter=Q(state=RefundState.ASKED) & ~Q(asked_by_id=user.pk)),
        approved=Count("pk", filter=Q(state=RefundState.APPROVED)),
    )
    yield Task(sums["asked"], "笔退费待核准", _list(REFUNDS, "asked"), "由申请人以外的财务人员核准")
    yield Task(sums["approved"], "笔退费待退款", _list(REFUNDS, "approved"), "已核准，到银行转出后登记")


def _statements(user: Any) -> Iterator[Task]:
    providers = scope_ids(user, fees_policy.STATEMENTS)
    if not providers:
        return
    sums = waiting_statements(providers).order_by().aggregate(count=Count("pk"), oldest=Min("uploaded_at"))
    note = f"最早 {cn_date(sums['oldest'])}上传；入账以前不记账，也不通知" if sums["oldest"] else ""
    yield Task(sums["count"], "份银行流水待核对入账", _list(STATEMENTS, "waiting"), note)


def _scheduling(user: Any, on: date) -> Iterator[Task]:
    providers = scope_ids(user, scheduling_policy.SCHEDULE)
    if not providers:
        return
    proposed = ExamSession.objects.filter(batch__offering__provider__in=providers, state=SessionState.PROPOSED)
    sums = proposed.aggregate(count=Count("pk"), first=Min("held_on"))
    note = f"最早的评价日期 {cn_date(sums['first'])}" if sums["first"] else ""
    urgent = bool(sums["first"] and sums["first"] <= on + timedelta(days=7))
    listed = f"{reverse(SESSIONS)}?state__exact={SessionState.PROPOSED}&o=1"  # the earliest first
    yield Task(sums["count"], "个场次待安排考场并发布", listed, note, urgent)
    soon = Batch.objects.filter(offering__provider__in=providers, state__in=UNJUDGED, judge_on__range=(on, on + SOON))
    judged = soon.aggregate(count=Count("pk"), last=Max("judge_on"))
    when = f"到 {cn_day(judged['last'])}自动判定成班或顺延" if judged["last"] else ""
    yield Task(judged["count"], "个批次即将判定", reverse(BATCHES), when)


def _at_the_door(user: Any, on: date) -> Iterator[Task]:
    sittings = sittings_on(on, scope_ids(user, scheduling_policy.ATTEND))
    yield Task(sittings.count(), "个考场今天考试", reverse("door"), "核验准考证、登记签到，或报告违纪违规")


def _results(user: Any, on: date) -> Iterator[Task]:
    """Sessions by what their marks await, what presses of them, and corrections of others to decide."""
    providers = scope_ids(user, certificates_policy.MARK)
    if not providers:
        return
    sat = begun(ResultSession.objects.filter(batch__offering__provider__in=providers), clock.now())
    unpublished = list(sat.filter(published=None).select_related("batch__offering__provider"))
    presses = dues(unpublished, on)
    late = sum(due.overdue for due in presses.values())
    soon = sum(due.soon for due in presses.values())
    told = [f"{late} 场已超过公布期限"] if late else []
    told += [f"{soon} 场将到公布期限"] if soon else []
    for queue, rows, title in (
        ("enter", TO_ENTER, "个场次待录入成绩"),
        ("confirm", TO_CONFIRM, "个场次的成绩待复核"),
        ("publish", TO_PUBLISH, "个场次的成绩待公布"),
    ):
        yield Task(sat.filter(rows).count(), title, _list(RESULT_SESSIONS, queue), "；".join(told), bool(late))
    asked = ResultCorrection.objects.filter(
        application__offering__provider__in=providers, state=CorrectionState.ASKED
    ).exclude(asked_by_id=user.pk)
    yield Task(asked.count(), "份成绩更正待核准", _list(CORRECTIONS, "asked"), "须由申请人以外的人员核准")


def _certifying(user: Any) -> Iterator[Task]:
    providers = scope_ids(user, certificates_policy.CERTIFY)
    if not providers:
        return
    rows = Certificate.objects.filter(provider__in=providers)
    sums = rows.aggregate(
        drawn=Count("pk", filter=Q(state=CertificateState.DRAWN)),
        reviewed=Count("pk", filter=Q(state=CertificateState.REVIEWED)),
    )
    asked = CertificateRequest.objects.filter(certificate__provider__in=providers, state=RequestState.ASKED)
    others = asked.exclude(asked_by_id=user.pk).count()
    yield Task(sums["drawn"], "张证书待审定", _list(CERTIFICATES, "drawn"), "成绩已公布，合格人员的证书已拟制")
    yield Task(sums["reviewed"], "张证书待发证", _list(CERTIFICATES, "reviewed"), "已审定，等待编号")
    yield Task(others, "项证书作废、换发待核准", _list(CERTIFICATES, "asked"), "须由申请人以外的人员核准", bool(others))


def _misconduct(user: Any, on: date) -> Iterator[Task]:
    if not scope_ids(user, discipline_policy.PROPOSE):
        return
    waiting, limit = waiting_for_provider(user).order_by(), late_since(on)
    for state, title, queue in CASE_TASKS:
        sums = waiting.filter(state=state).aggregate(
            count=Count("pk"), oldest=Min("waiting_since"), late=Count("pk", filter=Q(waiting_since__lte=limit))
        )
        note = f"最早的自 {cn_date(sums['oldest'])}起等待" if sums["oldest"] else ""
        note += f"；{sums['late']} 件已超过办理时限" if sums["late"] else ""
        yield Task(sums["count"], title, _list(CASES, queue), note, bool(sums["late"]))


def _institutions(user: Any) -> Iterator[Task]:
    if not everywhere(user, accounts_policy.INSTITUTIONS_DECIDE):
        return
    waiting = Institution.objects.filter(state=InstitutionState.APPLIED).exclude(applied_by_id=user.pk)
    sums = waiting.aggregate(count=Count("pk"), oldest=Min("applied_at"))
    note = f"最早 {cn_date(sums['oldest'])}提交" if sums["oldest"] else ""
    yield Task(sums["count"], "家院校、培训机构的登记待核准", _list(INSTITUTIONS, "applied"), note)


def _messages(user: Any) -> Iterator[Task]:
    """What waits to be released, and what nobody got."""
    providers = scope_ids(user, accounts_policy.MESSAGES)
    if not providers:
        return
    unsent = OutboxMessage.objects.filter(owner_id__in=providers, state__in=(MessageState.HELD, MessageState.FAILED))
    sums = unsent.aggregate(
        held=Count("pk", filter=Q(state=MessageState.HELD)), failed=Count("pk", filter=Q(state=MessageState.FAILED))
    )
    yield Task(sums["held"], "条消息暂存，待放行", _list(MESSAGES, "held"), "放行后才送达参评人员和经办人")
    told = "请再次发送，或改用其他方式告知后选择“不再发送”"
    yield Task(sums["failed"], "条消息没有发出", _list(MESSAGES, "failed"), told, bool(sums["failed"]))


def _list(name: str, queue: str) -> str:
    return f"{reverse(name)}?queue={queue}"
