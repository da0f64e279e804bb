"""An application from draft to end, its evidence, its history, roll-overs and the bans that stop one."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from registration.enums import (
    APPLICATION_MOVES,
    ENDED_STATES,
    OPEN_STATES,
    PAID_STATES,
    ApplicationKind,
    ApplicationState,
)
from registration.models.candidates import Candidate
from registration.models.groups import Group, OriginalsReceipt, Submission
from registration.models.takeovers import TakeOver
from registration.models.windows import Window
from skilleval.accounts.models import Institution
from skilleval.catalogue.enums import Channel, Level, SubjectKind
from skilleval.catalogue.models import CandidateRules, EligibilityRuleSet, Offering, WorkType
from skilleval.core.models import StoredFile
from skilleval.core.transitions import TransitionLog

#: Not handed in yet.
UNSENT_STATES = (ApplicationState.DRAFT, ApplicationState.PRELIM)
#: The states somebody works off, each with the day that its queue is ordered by.
QUEUES: dict[str, str] = {
    ApplicationState.REVIEW: "submitted_on",
    ApplicationState.RETURNED: "returned_until",
    ApplicationState.APPROVED: "approved_on",
    ApplicationState.CONFIRMED: "confirmed_on",
    ApplicationState.SCHEDULED: "submitted_on",
}
#: Those that reached their provider. An institution may keep a member to itself until they have lapsed, withdrawn or
#: been cancelled, and drafts are thrown away: what became of them isn't the provider's to see either.
HANDED_IN = (Q(submission__isnull=False) | Q(group=None, submitted_on__isnull=False)) & ~Q(state__in=UNSENT_STATES)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: Any) -> ApplicationQuerySet:
        """A candidate sees their own; provider staff what reached their providers."""
        own = Q(candidate__user_id=user.pk)
        staff = Q(offering__provider_id__in=user.provider_ids) & HANDED_IN
        return self.filter(own | staff) if user.provider_ids else self.filter(own)

    def handed_in(self) -> ApplicationQuerySet:
        """What reached its provider, whatever became of it since."""
        return self.filter(HANDED_IN)

    def with_names(self) -> ApplicationQuerySet:
        """Everything a list row prints, in one query."""
        names = ("candidate", "institution", "window", "offering__provider", "offering__work_type__occupation")
        return self.select_related(*names)


class Application(models.Model):
    """One person's application for one offering (SPEC 5, 5a)."""

    MOVES = APPLICATION_MOVES

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("申报编号", max_length=20, unique=True)
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="applications", verbose_name="参评人员")
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="+", verbose_name="评价项目")
    # Copied from the offering, so that the database itself can refuse a second open application (SPEC 5.4).
    work_type = models.ForeignKey(WorkType, models.PROTECT, related_name="+", verbose_name="职业（工种）")
    level = models.CharField("等级", max_length=8, choices=Level)
    window = models.ForeignKey(
        Window, models.PROTECT, related_name="+", verbose_name="申报批次", null=True, blank=True
    )  # null: rolled over beyond the last known window, awaiting the next notice (SPEC 7.1)
    first_window = models.ForeignKey(Window, models.PROTECT, related_name="+", verbose_name="最初批次")
    channel = models.CharField("申报方式", max_length=10, choices=Channel, default=Channel.INDIVIDUAL)
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="+", verbose_name="院校/培训机构", null=True, blank=True
    )
    group = models.ForeignKey(
        Group, models.PROTECT, related_name="members", verbose_name="团体申报", null=True, blank=True
    )
    submission = models.ForeignKey(
        Submission, models.PROTECT, related_name="applications", verbose_name="团体提交", null=True, blank=True
    )  # the last one it was handed in with
    state = models.CharField("状态", max_length=10, choices=ApplicationState, default=ApplicationState.DRAFT)
    kind = models.CharField("申报类型", max_length=5, choices=ApplicationKind, default=ApplicationKind.NEW)
    subjects = ArrayField(models.CharField(max_length=10, choices=SubjectKind), verbose_name="评价科目", default=list)

    # Applying again (SPEC 9.3)
    credits = models.ManyToManyField(
        "registration.Credit", related_name="relied_on_by", verbose_name="补考所依据的成绩", blank=True
    )  # frozen at submission
    earlier = models.ForeignKey(
        "self", models.PROTECT, related_name="+", verbose_name="沿用材料的申报", null=True, blank=True
    )  # whose clause, declarations and evidence a resit goes on with
    forfeits_accepted_at = models.DateTimeField("放弃已合格成绩确认时间", null=True, blank=True)
    competition = models.BooleanField("职业技能竞赛", default=False)  # earns no credits and has no resit
    accessible_seat = models.BooleanField("需要无障碍座位", default=False)

    # What the candidate says, and the rules it was judged by
    clause = models.CharField("申报条件", max_length=4, blank=True)
    declared = models.JSONField("对应关系声明", default=dict, blank=True)
    background = models.JSONField("提交时的背景", default=dict, blank=True)
    rule_set = models.ForeignKey(
        EligibilityRuleSet, models.PROTECT, related_name="+", verbose_name="申报条件版本", null=True, blank=True
    )
    rules = models.ForeignKey(
        CandidateRules, models.PROTECT, related_name="+", verbose_name="须知版本", null=True, blank=True
    )
    rules_accepted_at = models.DateTimeField("须知确认时间", null=True, blank=True)

    submitted_on = models.DateField("提交日期", null=True, blank=True)
    review_by = models.DateField("审核截止", null=True, blank=True)
    returned_until = models.DateField("补正截止", null=True, blank=True)
    approved_on = models.DateField("审核通过日期", null=True, blank=True)
    confirmed_on = models.DateField("到账日期", null=True, blank=True)
    original_received_on = models.DateField("原件收到日期", null=True, blank=True)
    originals_receipt = models.ForeignKey(
        OriginalsReceipt, models.PROTECT, related_name="applications", verbose_name="原件接收单", null=True, blank=True
    )
    # Confirmed beyond the level's rules (SPEC 13), as they read then: {condition's key: {"text": …, "at": moment}}
    conditions = models.JSONField("附加条件确认", default=dict, blank=True)
    # Keyed in at the desk for somebody who came in person (SPEC 13)
    entered_by_id = models.BigIntegerField("录入人编号", null=True, blank=True)
    entered_by_label = models.CharField("录入人", max_length=100, blank=True)
    taken_over = models.ForeignKey(
        TakeOver, models.PROTECT, related_name="+", verbose_name="历史业务导入", null=True, blank=True
    )  # begun before the portal
    created_at = models.DateTimeField("创建时间", auto_now_add=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申报"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["offering", "window", "state"], name="application_batch"),
            models.Index(fields=["state", "review_by"], name="application_queue"),
            # each of the desk's queues in its order, whatever the number of those done with
            *(
                models.Index(fields=[day, "id"], condition=Q(state=state), name=f"application_{state}_queue")
                for state, day in QUEUES.items()
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "work_type", "level"],
                condition=Q(state__in=OPEN_STATES),
                name="application_open_once",
                violation_error_message="您已有同一职业（工种）、同一等级的申报正在办理，办结后才能再次申报",
            ),
            models.CheckConstraint(
                condition=Q(state=ApplicationState.DRAFT)
                | Q(state=ApplicationState.CANCELLED)
                | Q(submitted_on__isnull=False) & ~Q(clause="") & Q(rules_accepted_at__isnull=False),
                name="application_submitted_facts",
                violation_error_message="提交的申报须有申报条件、须知确认和提交日期",
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.INDIVIDUAL, group=None, institution=None)
                | Q(channel=Channel.GROUP, group__isnull=False, institution__isnull=False),
                name="application_channel_facts",
                violation_error_message="团体申报须属于一个团体，个人申报不属于团体",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PAID_STATES) | Q(confirmed_on__isnull=False),
                name="application_paid_facts",
                violation_error_message="已确认的申报须有到账日期",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.APPROVED) | Q(approved_on__isnull=False),
                name="application_approved_facts",
                violation_error_message="审核通过的申报须有通过日期",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.RETURNED) | Q(returned_until__isnull=False),
                name="application_returned_facts",
                violation_error_message="退回补正须有截止日期",
            ),
            models.CheckConstraint(
                condition=Q(kind=ApplicationKind.NEW)
                | Q(kind=ApplicationKind.RESIT, forfeits_accepted_at=None, competition=False),
                name="application_kind_facts",
                violation_error_message="补考不放弃已合格成绩，也不适用于竞赛选手",
            ),
            models.CheckConstraint(
                condition=Q(kind=ApplicationKind.NEW) | Q(kind=ApplicationKind.RESIT) & ~Q(level=Level.SPECIAL),
                name="application_special_new",
                violation_error_message="专项职业能力考核没有补考",
            ),
            models.CheckConstraint(
                condition=Q(window__isnull=False) | Q(state__in=[ApplicationState.CONFIRMED, *ENDED_STATES]),
                name="application_window_known",
                violation_error_message="未确认的申报须有申报批次",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def was_handed_in(self) -> bool:
        """Whether it reached its provider, as HANDED_IN says."""
        handed = self.submission_id if self.group_id else self.submitted_on
        return handed is not None and self.state not in UNSENT_STATES


class WalkIn(Application):
    """窗口录入: an application that staff key in for somebody who came in person (SPEC 13)."""

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "窗口录入"


class ApplicationLog(TransitionLog):
    """Who moved an application when, from where, to where and why."""

    subject = models.ForeignKey(Application, models.PROTECT, related_name="log", verbose_name="申报")

    class Meta:
        verbose_name = verbose_name_plural = "申报记录"
        ordering = ["id"]


Application.LOG = ApplicationLog  # type: ignore[attr-defined]


class Evidence(models.Model):
    """A file that proves what a clause asks for."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="evidence", verbose_name="申报")
    title = models.CharField("材料名称", max_length=60)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")
    added_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "证明材料"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title


class RollOver(models.Model):
    """顺延: one row each time an application moves on to a later window (SPEC 7.1)."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="roll_overs", verbose_name="申报")
    from_window = models.ForeignKey(Window, models.PROTECT, related_name="+", verbose_name="原批次")
    to_window = models.ForeignKey(
        Window, models.PROTECT, related_name="+", verbose_name="顺延至", null=True, blank=True
    )
    reason = models.CharField("原因", max_length=200)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "顺延"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["application", "from_window"], name="roll_over_once")]

    def __str__(self) -> str:
        return f"{self.from_window} → {self.to_window or '待次年公告'}"


class BanQuerySet(models.QuerySet["Ban"]):
    def active_on(self, on: Any) -> BanQuerySet:
        return self.filter(starts_on__lte=on, ends_on__gte=on, lifted_on=None)


class Ban(models.Model):
    """A ban follows the person, at every provider (SPEC 10). Both dates are inclusive."""

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="bans", verbose_name="参评人员")
    starts_on = models.DateField("开始")
    ends_on = models.DateField("结束")
    source = models.CharField("决定文号", max_length=60)
    taken_over = models.ForeignKey(
        TakeOver, models.PROTECT, related_name="+", verbose_name="历史业务导入", null=True, blank=True
    )
    lifted_on = models.DateField("撤销日期", null=True, blank=True)

    objects = BanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "禁考"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="ban_order"),
            models.UniqueConstraint(fields=["candidate", "source"], name="ban_once"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}–{self.ends_on}"

    @property
    def first_free_day(self) -> date:
        """The day after its last."""
        return self.ends_on + timedelta(days=1)
