"""Notices, and providers with what they differ in as columns (SPEC 13)."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from skilleval.catalogue.enums import (
    Channel,
    ContactKind,
    DayUnit,
    PaperGate,
)

FILING_NUMBER = r"^S\d{12}$"


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
    desk_only = models.BooleanField("个人申报只在窗口办理", default=False)  # staff key the walk-in (SPEC 13)
    appointment_required = models.BooleanField("到窗口须预约", default=False)
    appointment_minutes = models.PositiveSmallIntegerField("每个预约时段（分钟）", default=30)
    appointment_capacity = models.PositiveSmallIntegerField("每个时段可预约人数", default=4)
    appointment_days = models.PositiveSmallIntegerField("可提前预约（天）", default=14)
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
    ticket_reminder_days = models.PositiveSmallIntegerField("考前几天提醒未领准考证", default=2)
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
            models.CheckConstraint(
                condition=Q(appointment_minutes__range=(5, 240))
                & Q(appointment_capacity__gte=1)
                & Q(appointment_days__range=(1, 90)),
                name="provider_appointments",
                violation_error_message="预约时段为 5 至 240 分钟，每段至少 1 人，可提前 1 至 90 天",
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
