"""考务人员: who invigilates and examines, how many are wanted, and who is where (SPEC 7.5, 7.7)."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, Q

from scheduling.enums import DutyRole
from scheduling.models.sessions import Sitting, Timed
from skilleval.catalogue.models import Occupation, Provider


class ExamStaff(models.Model):
    """Somebody a provider calls on for the day of an assessment; they need no account."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    name = models.CharField("姓名", max_length=50)
    unit = models.CharField("单位", max_length=80, blank=True)
    roles = ArrayField(models.CharField(max_length=12, choices=DutyRole), verbose_name="可担任", default=list)
    occupations = models.ManyToManyField(
        Occupation, related_name="+", verbose_name="可考评的职业", blank=True, help_text="不选表示不限职业。"
    )
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "考务人员"
        ordering = ["provider", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "name", "unit"],
                name="exam_staff_once",
                violation_error_message="该机构已有同名、同单位的考务人员，请在单位中加以区分",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.unit}）" if self.unit else self.name


class StaffingNorm(models.Model):
    """How many a sitting needs, where an occupation's standard says other than the default of `scheduling.staffing`."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    occupation = models.ForeignKey(
        Occupation, models.PROTECT, related_name="+", verbose_name="职业", null=True, blank=True
    )  # null: for all without a norm of their own
    edition = models.CharField("标准版本", max_length=60)
    people_per_invigilator = models.PositiveSmallIntegerField("每名监考人员的考生数", default=15)
    invigilators_a_room = models.PositiveSmallIntegerField("每个考场监考人员至少", default=2)
    examiners = models.PositiveSmallIntegerField("考评人员至少", default=3)
    reviewers = models.PositiveSmallIntegerField("综合评审委员至少", default=3)
    odd = models.BooleanField("考评、评审人数须为单数", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "考务配比"
        ordering = ["provider", "occupation"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "occupation"],
                name="staffing_norm_once",
                nulls_distinct=False,
                violation_error_message="该职业已有考务配比，请在原有的一条上修改",
            ),
            models.CheckConstraint(
                condition=Q(people_per_invigilator__gte=1, invigilators_a_room__gte=1, examiners__gte=1)
                & Q(reviewers__gte=1),
                name="staffing_norm_counts",
                violation_error_message="人数至少为 1",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.occupation or '全部职业'} {self.edition}"


class Duty(Timed, models.Model):
    """Somebody's work in a sitting. `during` follows the sitting's by a cascading composite foreign key."""

    # The composite key on (sitting, during) of migration 0005 stands for the plain one.
    sitting = models.ForeignKey(
        Sitting, models.PROTECT, related_name="duties", verbose_name="科目安排", db_constraint=False
    )
    staff = models.ForeignKey(ExamStaff, models.PROTECT, related_name="duties", verbose_name="考务人员")
    role = models.CharField("职责", max_length=12, choices=DutyRole)
    during = DateTimeRangeField("时间")
    live = models.BooleanField("已发布", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "考务安排"
        ordering = ["sitting", "role", "staff"]
        constraints = [
            models.UniqueConstraint(fields=["sitting", "staff"], name="duty_once"),
            ExclusionConstraint(
                name="duty_staff_free",
                expressions=[("staff", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(live=True),
                deferrable=Deferrable.DEFERRED,
                violation_error_message="该考务人员在这段时间已安排在其他考场",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting} {self.staff} {self.get_role_display()}"
