"""Who assesses whom in what: occupations, offerings, and the versions of rules that applications refer to."""

from __future__ import annotations

from datetime import date

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from skilleval.catalogue.enums import (
    Level,
    Schooling,
    SubjectKind,
)
from skilleval.catalogue.models.providers import Notice, Provider

OCCUPATION_CODE = r"^\d-\d{2}-\d{2}-(\d{2}|Z\d)$"


class Occupation(models.Model):
    """职业, by code. Related occupations count for eligibility by code, never by work type (SPEC 4)."""

    code = models.CharField(
        "职业编码", max_length=10, unique=True, validators=[RegexValidator(OCCUPATION_CODE, "职业编码形如 4-04-05-05")]
    )
    name = models.CharField("名称", max_length=60)
    minimum_schooling = models.CharField("普通受教育程度", max_length=20, choices=Schooling, blank=True)
    related = models.ManyToManyField("self", blank=True, verbose_name="相关职业")
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name="来源公告")

    class Meta:
        verbose_name = verbose_name_plural = "职业"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=OCCUPATION_CODE),
                name="occupation_code",
                violation_error_message="职业编码形如 4-04-05-05",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"


class WorkType(models.Model):
    """工种; an occupation without any has one row with an empty name (93 pairs in the 2025 directory)."""

    occupation = models.ForeignKey(Occupation, models.PROTECT, related_name="work_types", verbose_name="职业")
    name = models.CharField("工种", max_length=60, blank=True)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name="来源公告")

    class Meta:
        verbose_name = verbose_name_plural = "工种"
        ordering = ["occupation__code", "name"]
        constraints = [models.UniqueConstraint(fields=["occupation", "name"], name="work_type_once")]

    def __str__(self) -> str:
        return f"{self.occupation.name}（{self.name}）" if self.name else self.occupation.name


class OfferingQuerySet(models.QuerySet["Offering"]):
    def valid_on(self, on: date) -> OfferingQuerySet:
        """Offerings in force on a day: within validity and not suspended. An unknown end bars nothing (SPEC 2.3)."""
        not_over = Q(valid_until=None) | Q(valid_until__gte=on) | Q(extended_until__gte=on)
        return self.filter(not_over, valid_from__lte=on, suspended_on=None)

    def with_names(self) -> OfferingQuerySet:
        """Everything needed to print an offering's title, in one query."""
        return self.select_related("provider", "work_type__occupation", "notice", "announcement")


class Offering(models.Model):
    """评价项目: provider × occupation × work type × level, for a year's notice.

    `notice` is where the row comes from; `announcement` is the provider's own notice for the period. Without the
    latter the offering is only listed (以该机构当年公告为准) and has no windows (SPEC 2.5).
    """

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="offerings", verbose_name="评价机构")
    work_type = models.ForeignKey(WorkType, models.PROTECT, related_name="offerings", verbose_name="职业（工种）")
    level = models.CharField("等级", max_length=8, choices=Level)
    year = models.PositiveSmallIntegerField("年度")
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name="来源公告")
    announcement = models.ForeignKey(
        Notice, models.PROTECT, related_name="+", verbose_name="机构公告", null=True, blank=True
    )
    valid_from = models.DateField("生效日期")
    valid_until = models.DateField("截止日期", null=True, blank=True)
    extended_until = models.DateField("演示推算至", null=True, blank=True, editable=False)  # the demonstration only
    suspended_on = models.DateField("暂停日期", null=True, blank=True)
    inspection = models.BooleanField("涉及阅卷或工件检测", default=False)
    pass_mark = models.DecimalField("合格分数", max_digits=5, decimal_places=2, default=60)
    rule_set = models.ForeignKey(
        "EligibilityRuleSet", models.PROTECT, related_name="+", verbose_name="申报条件版本", null=True, blank=True
    )

    objects = OfferingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评价项目"
        ordering = ["provider__filing_number", "work_type__occupation__code", "work_type__name", "-level"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "work_type", "level", "year"],
                name="offering_once_a_year",
                violation_error_message="该机构当年已有同一职业（工种）、等级的评价项目",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="offering_validity",
                violation_error_message="截止日期不得早于生效日期",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_type} {self.get_level_display()}"

    @property
    def occupation(self) -> Occupation:
        return self.work_type.occupation

    def in_force(self, on: date) -> bool:
        """Whether `valid_on` would find it on a day."""
        last = max(self.valid_until, self.extended_until or self.valid_until) if self.valid_until else None
        return self.suspended_on is None and self.valid_from <= on and (last is None or on <= last)


class Subject(models.Model):
    """A subject of an offering. Weights count for special capabilities only and are entered by staff (SPEC 9.1)."""

    offering = models.ForeignKey(Offering, models.CASCADE, related_name="subjects", verbose_name="评价项目")
    kind = models.CharField("科目", max_length=10, choices=SubjectKind)
    position = models.PositiveSmallIntegerField("顺序", default=0)
    minutes = models.PositiveSmallIntegerField("时长（分钟）", default=90)
    weight = models.DecimalField("权重（%）", max_digits=5, decimal_places=2, null=True, blank=True)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name="来源公告")

    class Meta:
        verbose_name = verbose_name_plural = "评价科目"
        ordering = ["offering", "position"]
        constraints = [models.UniqueConstraint(fields=["offering", "kind"], name="subject_once")]

    def __str__(self) -> str:
        return self.get_kind_display()


class EligibilityRuleSet(models.Model):
    """An edition of the eligibility rules, as data beside the annex; applications keep the one they were judged by."""

    edition = models.SlugField("版本", unique=True)
    title = models.CharField("名称", max_length=120)
    rules = models.JSONField("条款")  # parsed by registration's eligibility rule
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name="来源公告")

    class Meta:
        verbose_name = verbose_name_plural = "申报条件"

    def __str__(self) -> str:
        return self.title


class CandidateRules(models.Model):
    """参评人员须知, in a stored version that an application names when the candidate accepts it."""

    edition = models.SlugField("版本", unique=True)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("正文")
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name="来源公告")
    in_force_from = models.DateField("启用日期")

    class Meta:
        verbose_name = verbose_name_plural = "参评人员须知"
        ordering = ["-in_force_from"]

    def __str__(self) -> str:
        return f"{self.title}（{self.edition}）"


class Holiday(models.Model):
    """A published holiday or make-up workday of the State Council's schedule (SPEC 3.6)."""

    day = models.DateField("日期", unique=True)
    is_workday = models.BooleanField("调休上班", default=False)
    name = models.CharField("名称", max_length=30)

    class Meta:
        verbose_name = verbose_name_plural = "节假日安排"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class LoadedRow(models.Model):
    """What a notice's row held when it was loaded, to tell staff's changes from the notice's."""

    notice = models.ForeignKey(
        Notice, models.PROTECT, related_name="+", verbose_name="来源公告", null=True, blank=True
    )  # null: from the published holiday schedule
    kind = models.CharField("类别", max_length=60)  # a model's label, as data
    key = models.CharField("键", max_length=200)
    object_id = models.BigIntegerField("记录")
    values = models.JSONField("载入时的内容")

    class Meta:
        verbose_name = verbose_name_plural = "公告载入记录"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="loaded_row_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
