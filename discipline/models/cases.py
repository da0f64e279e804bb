"""A case from the report on, who saw it, what proves it and what the person says (SPEC 10)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from discipline import policy as actions
from discipline.enums import CASE_MOVES, CaseState, Found, How, Severity, Tier
from discipline.models.clauses import PREFIX, Clause
from discipline.sanctions import CLAUSES
from registration.models import Application, Candidate
from scheduling.models import ExamSession, Sitting
from skilleval.accounts.models import User
from skilleval.catalogue.enums import SubjectKind
from skilleval.catalogue.models import Provider
from skilleval.core.models import StoredFile
from skilleval.core.policy import policy
from skilleval.core.transitions import TransitionLog


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: Any) -> CaseQuerySet:
        """One's own once one was told; staff their provider's, supervisors all, but never what is about themselves."""
        own = Q(candidate__user_id=user.pk)
        told = own & ~Q(state=CaseState.REPORTED)
        if policy.allows(user.roles_in(None), actions.VIEW):
            return self.filter(~own | told)
        return self.filter(told | ~own & Q(provider_id__in=providers_of(user, actions.VIEW)))

    def handled_by(self, user: Any, action: str = actions.VIEW) -> CaseQuerySet:
        """What somebody handles as staff or supervisor under an action of the policy; never a case about themself."""
        others = self.exclude(candidate__user_id=user.pk)
        if policy.allows(user.roles_in(None), action):
            return others
        return others.filter(provider_id__in=providers_of(user, action))

    def of_tier(self, tier: int) -> CaseQuerySet:
        """Cases whose heaviest clause is of a section of the candidate rules."""
        return self.filter(clauses__overlap=_codes(tier)).exclude(
            clauses__overlap=[code for heavier in range(tier + 1, 5) for code in _codes(heavier)]
        )

    def with_names(self) -> CaseQuerySet:
        """Everything a list row prints, in one query."""
        return self.select_related(
            "candidate", "provider", "session", "application__offering__work_type__occupation", "application__window"
        )


def _codes(tier: int) -> list[str]:
    return [f"{PREFIX}{code}" for code in CLAUSES if code[0] == str(tier)]


def providers_of(user: Any, action: str) -> list[int]:
    """The providers at which a role of the account gives it an action."""
    return [m.provider_id for m in user.memberships_now if m.provider_id and policy.allows(frozenset({m.role}), action)]


class Case(models.Model):
    """案件. `clauses` are those reported, then those the person was told of; the decision has its own."""

    MOVES = CASE_MOVES

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("案件编号", max_length=20, unique=True)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name="申报")
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="+", verbose_name="参评人员")
    session = models.ForeignKey(
        ExamSession, models.PROTECT, related_name="+", verbose_name="场次", null=True, blank=True
    )
    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="+", verbose_name="考场", null=True, blank=True)
    subject = models.CharField("科目", max_length=10, choices=SubjectKind, blank=True)
    state = models.CharField("状态", max_length=10, choices=CaseState, default=CaseState.REPORTED)
    found = models.CharField("发现方式", max_length=8, choices=Found)
    happened_at = models.DateTimeField("发生时间")
    place = models.CharField("地点", max_length=120, blank=True)
    facts = models.TextField("事实经过", max_length=2000)
    edition = models.SlugField("条款版本")
    clauses = ArrayField(models.CharField(max_length=6), verbose_name="条款")
    severity = models.CharField("情节", max_length=8, choices=Severity, blank=True)
    refused_to_sign = models.BooleanField("当事人拒绝签字", default=False)
    reported_by_id = models.BigIntegerField("报告人编号")
    reported_by_label = models.CharField("报告人", max_length=100)
    reported_at = models.DateTimeField("报告时间")
    notified_at = models.DateTimeField("告知时间", null=True, blank=True)
    defence_until = models.DateField("陈述申辩截止", null=True, blank=True)
    waiting_since = models.DateField("当前环节开始")  # what reminders count from
    reminded_since = models.DateField(
        "已提醒的环节", null=True, blank=True
    )  # its `waiting_since`: each is reminded once

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "违纪违规案件"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["provider", "state", "waiting_since"], name="case_queue"),
            models.Index(fields=["state", "waiting_since"], name="case_supervision"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(clauses=[]), name="case_clauses", violation_error_message="请至少选择一条条款"
            ),
            models.CheckConstraint(
                condition=Q(state=CaseState.REPORTED) | Q(notified_at__isnull=False, defence_until__isnull=False),
                name="case_told",
                violation_error_message="处理之前须告知当事人",
            ),
            models.CheckConstraint(
                condition=Q(session__isnull=False) | ~Q(found=Found.ROOM),
                name="case_room_session",
                violation_error_message="考场发现的案件须有场次",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def tier(self) -> Tier:
        """The section of its heaviest clause."""
        return Tier(max(int(code.removeprefix(PREFIX)[0]) for code in self.clauses))

    def may_still_speak(self, on: date) -> bool:
        """Whether the defence period is the person's on a day: it runs, and since told they gave no rest of it up."""
        if self.defence_until is None or on > self.defence_until:
            return False
        return not self.defences.filter(waived=True, given_at__gte=self.notified_at).exists()

    def clause_rows(self) -> models.QuerySet[Clause]:
        """The clauses of the case in their edition."""
        return Clause.objects.filter(edition=self.edition, code__in=self.clauses)


class CaseLog(TransitionLog):
    subject = models.ForeignKey(Case, models.PROTECT, related_name="log", verbose_name="案件")

    class Meta:
        verbose_name = verbose_name_plural = "案件记录"
        ordering = ["id"]


Case.LOG = CaseLog  # type: ignore[attr-defined]


class Witness(models.Model):
    """见证人: two for a report from the room, and for a refusal to sign."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="witnesses", verbose_name="案件")
    name = models.CharField("姓名", max_length=60)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="账号", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "见证人"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "name"], name="witness_once")]

    def __str__(self) -> str:
        return self.name


class CaseEvidence(models.Model):
    """A file kept unchanged with its hash (RELIABILITY 5): it leaves as a download, pages show renditions."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence", verbose_name="案件")
    title = models.CharField("名称", max_length=60)
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")
    from_candidate = models.BooleanField("当事人提交", default=False)
    added_by_id = models.BigIntegerField("提交人编号")
    added_by_label = models.CharField("提交人", max_length=100)
    added_at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = verbose_name_plural = "案件证据"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title


class Defence(models.Model):
    """陈述申辩: what the person says, on the page or handed in at the desk."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="defences", verbose_name="案件")
    text = models.TextField("陈述申辩", max_length=3000, blank=True)
    waived = models.BooleanField("放弃陈述申辩", default=False)
    how = models.CharField("提交方式", max_length=8, choices=How, default=How.PORTAL)
    given_at = models.DateTimeField("提交时间")
    by_id = models.BigIntegerField("记录人编号")
    by_label = models.CharField("记录人", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "陈述申辩"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(waived=True) | ~Q(text=""),
                name="defence_says_something",
                violation_error_message="请写明陈述、申辩的内容",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.given_at:%Y-%m-%d}"
