"""资格审核: the provider's reviewers approve, return for correction or reject (SPEC 5.3, 5a).

Every verb locks the application, and refuses where somebody else was quicker. Nobody reviews their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from registration import policy
from registration.enums import ENDED_STATES, ApplicationKind, ApplicationState
from registration.models import Application
from registration.rosters.words import clean_lines
from registration.services import group_members, group_notices, notify, wording
from skilleval.accounts.models import Institution, User
from skilleval.catalogue.enums import PaperGate
from skilleval.core import audit
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.policy import require
from skilleval.core.templates import Template
from skilleval.core.transitions import move
from skilleval.core.wording import cn_date, cn_deadline

REASON_LENGTH = 1000


@transaction.atomic
def approve(application: Application, *, by: User, at: datetime) -> Application:
    """Pass the review: review → approved. The candidate is told by whoever knows the fee.

    Raises NotAllowed for a stranger to the role and for one's own application, Conflict if it was handled meanwhile,
    and Refused where the provider wants the signed original first (its `paper_gate`), or a resit's credits are gone.
    """
    locked = _for_review(application, by=by)
    if locked.offering.provider.paper_gate == PaperGate.APPROVAL and not locked.original_received_on:
        raise Refused("本机构要求审核通过前收到签字原件，请先登记“原件已收”", source="机构设置：签字原件要求")
    _check_credits(locked)
    move(locked, ApplicationState.APPROVED, by=by, at=at, approved_on=timezone.localdate(at), returned_until=None)
    return locked


@transaction.atomic
def return_for_correction(application: Application, *, by: User, at: datetime, reason: str) -> Application:
    """Send it back with reasons and a deadline in days (the provider's `correction_days`): review → returned.

    The correction stays possible until the deadline, whether or not the window has closed meanwhile. A group's member
    goes back to the institution, whose officers are told (SPEC 5.2); Refused where it has no row of theirs any more.
    """
    reason = checked_reason(reason)
    locked = _for_review(application, by=by)
    if locked.group and (barred := group_members.uncorrectable([locked])):
        raise Refused(barred[locked.pk])
    until = timezone.localdate(at) + timedelta(days=locked.offering.provider.correction_days)
    move(locked, ApplicationState.RETURNED, by=by, at=at, reason=reason, returned_until=until)
    _tell(
        locked,
        cause=f"returned:{at.isoformat()}",
        template=wording.RETURNED_TO_INSTITUTION if locked.institution else wording.RETURNED,
        values=returned_values(locked, locked.institution, reason, until),
        at=at,
    )
    if locked.group:
        group_members.give_back([locked])
        group_notices.tell_returned(locked.group, people=1, until=until, at=at)
    return locked


@transaction.atomic
def reject(application: Application, *, by: User, at: datetime, reason: str) -> Application:
    """Turn it down for good, with reasons: review → rejected."""
    reason = checked_reason(reason)
    locked = _for_review(application, by=by)
    move(locked, ApplicationState.REJECTED, by=by, at=at, reason=reason)
    _tell(
        locked,
        cause="rejected",
        template=wording.REJECTED,
        values=wording.named(locked, 理由=reason),
        at=at,
    )
    return locked


@transaction.atomic
def receive_original(application: Application, *, by: User, on: date) -> Application:
    """Record that the signed original (and the photo) was handed in on a day; it changes no state.

    Raises NotAllowed for a stranger to the role and for one's own application, Refused for one that is over and a day
    before it was handed in, Conflict if it was recorded before.
    """
    locked = _locked(application)
    require(by, policy.REVIEW, locked.offering.provider)
    _check_impartial(locked, by)
    if locked.state in ENDED_STATES or not locked.submitted_on:
        raise Refused(f"该申报{locked.get_state_display()}，不需登记原件")
    if locked.original_received_on:
        raise Conflict(f"原件已于 {cn_date(locked.original_received_on)}登记")
    if on < locked.submitted_on:
        raise Refused("原件收到日期不能早于提交日期", field="on")
    locked.original_received_on = on
    locked.save(update_fields=["original_received_on"])
    audit.record("application.original_received", by=by, obj=locked, on=on.isoformat())
    return locked


@transaction.atomic
def set_competition(application: Application, *, competition: bool, by: User, at: datetime) -> Application:
    """Mark an entrant of a 职业技能竞赛, who earns no credits and has no resit (SPEC 9.3), or take the mark away.

    Run again it changes nothing. Raises NotAllowed for a stranger to the role and for one's own application, Refused
    for a resit and once the results are out.
    """
    locked = _locked(application)
    require(by, policy.REVIEW, locked.offering.provider)
    _check_impartial(locked, by)
    if locked.state in ENDED_STATES or not locked.submitted_on:
        raise Refused(f"该申报{locked.get_state_display()}，不能再标记")
    if competition and locked.kind == ApplicationKind.RESIT:
        raise Refused("补考申报不能标记为竞赛选手；确为竞赛选手的，请退回并请其改为重新申报")
    if locked.competition != competition:
        locked.competition = competition
        locked.save(update_fields=["competition"])
        audit.record("application.competition_set", by=by, obj=locked, competition=competition)
    return locked


def _check_credits(application: Application) -> None:
    if application.kind == ApplicationKind.RESIT and application.credits.exclude(withdrawn_on=None).exists():
        raise Refused("补考所依据的合格成绩已取消，请退回补正，由参评人员改为重新申报")


def _locked(application: Application) -> Application:
    rows = Application.objects.select_for_update(of=("self",)).select_related("candidate__user", "offering__provider")
    return rows.select_related("institution", "group__window").get(pk=application.pk)


def _check_impartial(application: Application, by: User) -> None:
    """Nobody reviews their own, nor what they entered for their institution (SPEC 5.3)."""
    if application.candidate.user_id == by.pk:
        raise NotAllowed("这是您本人的申报，须由其他审核人员处理")
    if by.acts_for(application.institution):
        raise NotAllowed("您是该申报所属院校/培训机构的经办人，须由其他审核人员处理")


def returned_values(
    application: Application, institution: Institution | None, reason: str, until: date
) -> dict[str, str]:
    """What the message to somebody whose application was returned names; its institution corrects it, if it has one."""
    school = {"院校": str(institution)} if institution else {}
    return wording.named(application, 理由=reason, 补正截止=cn_deadline(until), **school)


def _for_review(application: Application, *, by: User) -> Application:
    locked = _locked(application)
    require(by, policy.REVIEW, locked.offering.provider)
    _check_impartial(locked, by)
    if locked.state != ApplicationState.REVIEW:
        raise Conflict(f"该申报已是“{locked.get_state_display()}”，不在待审核中，请刷新后查看")
    return locked


def checked_reason(reason: str) -> str:
    """A reason as the record keeps it; Refused where there is none, or where it is too long."""
    reason = clean_lines(reason).rstrip("。；")
    if not reason:
        raise Refused("请选择或写明理由，参评人员将看到全文", field="words")
    if len(reason) > REASON_LENGTH:
        raise Refused(f"理由不超过 {REASON_LENGTH} 字，现有 {len(reason)} 字，请精简", field="words")
    return reason


def _tell(application: Application, *, cause: str, template: Template, values: Mapping[str, str], at: datetime) -> None:
    notify.tell(
        application.candidate,
        about=application,
        cause=f"{cause}:{application.pk}",
        template=template,
        values=values,
        link=notify.page_of(application),
        at=at,
    )
