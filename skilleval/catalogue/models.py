"""Who assesses whom in what: notices, providers, occupations, offerings, and what each notice publishes.

Every row that a notice states carries that notice. `LoadedRow` remembers what was loaded, so that loading again
can tell a staff member's change from an old value (`catalogue.loading`).
"""

from __future__ import annotations

from datetime import date

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from skilleval.catalogue.enums import (
    Channel,
    ContactKind,
    DayUnit,
    Level,
    PaperGate,
    Schooling,
    SubjectKind,
)

FILING_NUMBER = r"^S\d{12}$"
OCCUPATION_CODE = r"^\d-\d{2}-\d{2}-(\d{2}|Z\d)$"


class Notice(models.Model):
    """An official notice: a city's rule, or a provider's yearly announcement."""

    key = models.SlugField("简称", unique=True)
    title = models.CharField("标题", max_length=200)
    issuer = models.CharField("发布机构", max_length=100)
    document_no = models.CharField("文号", max_length=50, blank=True)
    year = models.PositiveSmallIntegerField("年度")
    issued_on = models.DateField("发布日期")

    class Meta:
        verbose_name = verbose_name_plural = "公告"
        ordering = ["-year", "key"]

    def __str__(self) -> str:
        return self.title


class Provider(models.Model):
    """评价机构, with everything in which providers differ as columns (SPEC 13)."""

    filing_number = models.CharField(
        "机构备案号",
        max_length=13,
        unique=True,
        validators=[RegexValidator(FILING_NUMBER, "机构备案号为 S 加 12 位数字")],
    )
    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("简称", max_length=30, blank=True)
    directory_no = models.PositiveSmallIntegerField("目录编号", null=True, blank=True)
    district = models.CharField("所在区", max_length=20, blank=True)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name="来源公告")

    # Applying (SPEC 5)
    accepts_group = models.BooleanField("接受团体申报", default=True)
    accepts_individual = models.BooleanField("接受个人申报", default=True)
    appointment_required = models.BooleanField("到窗口须预约", default=False)
    paper_gate = models.CharField("签字原件要求", max_length=10, choices=PaperGate, default=PaperGate.TICKET)
    review_days = models.PositiveSmallIntegerField("审核时限（工作日）", default=5)
    correction_days = models.PositiveSmallIntegerField("补正期限（天）", default=7)

    # Money (SPEC 6)
    payment_days = models.PositiveSmallIntegerField("缴费期限（工作日）", default=3)
    settling_days = models.PositiveSmallIntegerField("入账期限（工作日）", default=2)
    bank_holder = models.CharField("收款单位", max_length=100, blank=True)
    bank_name = models.CharField("开户行", max_length=100, blank=True)
    bank_account = models.CharField("账号", max_length=40, blank=True)
    tax_number = models.CharField("纳税人识别号", max_length=30, blank=True)
    invoice_address = models.CharField("开票地址、电话", max_length=150, blank=True)
    payment_hint = models.CharField("缴费说明", max_length=200, blank=True)

    # Batches and sessions (SPEC 7)
    threshold = models.PositiveSmallIntegerField("开班人数", default=30)
    session_capacity = models.PositiveSmallIntegerField("每场容量", default=40)
    same_day_subjects = models.BooleanField("理论与操作同日", default=True)

    # Tickets (SPEC 3.4) and results (SPEC 3.5)
    group_ticket_lead = models.PositiveSmallIntegerField("团体准考证提前量", default=3)
    group_ticket_unit = models.CharField("团体提前量单位", max_length=8, choices=DayUnit, default=DayUnit.CALENDAR)
    individual_ticket_lead = models.PositiveSmallIntegerField("个人准考证提前量", default=3)
    individual_ticket_unit = models.CharField("个人提前量单位", max_length=8, choices=DayUnit, default=DayUnit.CALENDAR)
    group_candidates_download = models.BooleanField("团体考生可自行下载准考证", default=False)
    results_days = models.PositiveSmallIntegerField("成绩公布期限（工作日）", default=20)
    inspection_results_days = models.PositiveSmallIntegerField("含阅卷或工件检测的期限（工作日）", default=30)
    # Misconduct (SPEC 10): how long somebody may state a defence, and appeal
    defence_days = models.PositiveSmallIntegerField("陈述申辩期限（工作日）", default=5)
    appeal_days = models.PositiveSmallIntegerField("申诉期限（天）", default=15)
    certificate_collection = models.CharField("证书领取方式", max_length=200, blank=True)
    individual_papers = models.TextField("个人申报须带材料", blank=True)
    filing_until = models.DateField("备案有效期至", null=True, blank=True)  # unknown bars nothing (SPEC 2.3)

    class Meta:
        verbose_name = verbose_name_plural = "评价机构"
        ordering = ["filing_number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(filing_number__regex=FILING_NUMBER),
                name="provider_filing_number",
                violation_error_message="机构备案号为 S 加 12 位数字",
            ),
            models.CheckConstraint(
                condition=Q(threshold__gte=1) & Q(session_capacity__gte=1),
                name="provider_threshold_capacity",
                violation_error_message="开班人数和每场容量至少为 1",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def ticket_lead(self, channel: str) -> tuple[int, str]:
        """How long before the assessment tickets come out: (number, unit) for the channel (SPEC 3.4)."""
        if channel == Channel.GROUP:
            return self.group_ticket_lead, self.group_ticket_unit
        return self.individual_ticket_lead, self.individual_ticket_unit


class Contact(models.Model):
    """A telephone, desk, mailbox or page. Hours belong to the line, not to the provider (SPEC 2.6)."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="contacts", verbose_name="评价机构")
    kind = models.CharField("类别", max_length=16, choices=ContactKind)
    label = models.CharField("说明", max_length=60, blank=True)
    value = models.CharField("内容", max_length=200)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name="来源公告")
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "联系方式"
        ordering = ["provider", "position", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"


class OpeningHours(models.Model):
    """One stretch of a working day on which a contact can be reached."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="hours", verbose_name="联系方式")
    opens = models.TimeField("开始")
    closes = models.TimeField("结束")

    class Meta:
        verbose_name = verbose_name_plural = "受理时间（工作日）"
        ordering = ["contact", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["contact", "opens"], name="hours_once"),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")), name="hours_order", violation_error_message="结束时间须晚于开始时间"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}–{self.closes:%H:%M}"


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
