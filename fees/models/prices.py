"""Published prices: by subject, as a package, and further fees; what changes is a new row (SPEC 6, 13)."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from fees.enums import FeeFor, FeeKind
from skilleval.catalogue.enums import SubjectKind
from skilleval.catalogue.models import Notice, Offering


class FeeItemQuerySet(models.QuerySet["FeeItem"]):
    def valid_on(self, on: date) -> FeeItemQuerySet:
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=on), valid_from__lte=on)


class FeeItem(models.Model):
    """A published price of an offering in yuan, while it is valid: of a subject, of the whole, or a further fee."""

    offering = models.ForeignKey(Offering, models.PROTECT, related_name="+", verbose_name="评价项目")
    kind = models.CharField("收费方式", max_length=8, choices=FeeKind, default=FeeKind.SUBJECT)
    subject = models.CharField("科目", max_length=10, choices=SubjectKind, blank=True)  # of a 科目费
    title = models.CharField("费用名称", max_length=30, blank=True)  # of 其他费用, as the notice calls it
    applies_to = models.CharField("适用于", max_length=6, choices=FeeFor, default=FeeFor.ANY)
    amount = models.DecimalField("金额（元）", max_digits=9, decimal_places=2)
    valid_from = models.DateField("生效日期")
    valid_until = models.DateField("截止日期", null=True, blank=True)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name="来源公告", null=True, blank=True)

    objects = FeeItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "收费标准"
        ordering = ["offering", "kind", "subject", "title", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="fee_not_negative", violation_error_message="金额不得为负"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="fee_validity",
                violation_error_message="截止日期不得早于生效日期",
            ),
            models.CheckConstraint(
                condition=Q(kind=FeeKind.SUBJECT, title="") & ~Q(subject="")
                | Q(kind=FeeKind.PACKAGE, title="", subject="")
                | Q(kind=FeeKind.OTHER, subject="") & ~Q(title=""),
                name="fee_kind_facts",
                violation_error_message="科目费须选科目，其他费用须写名称，整体收费两者都不填",
            ),
            models.CheckConstraint(
                condition=~Q(kind=FeeKind.PACKAGE) | ~Q(applies_to=FeeFor.ANY),
                name="fee_package_for",
                violation_error_message="整体收费须说明是正考还是补考的价格，两者都有的分两条填写",
            ),
            ExclusionConstraint(
                name="fee_no_overlap",
                expressions=[
                    ("offering", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("subject", RangeOperators.EQUAL),
                    ("title", RangeOperators.EQUAL),
                    ("applies_to", RangeOperators.EQUAL),
                    (
                        Func(
                            "valid_from",
                            "valid_until",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="同一项费用的有效期不得重叠",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.amount}"

    @property
    def what(self) -> str:
        """What it is for, in a word."""
        if self.kind == FeeKind.SUBJECT:
            return str(self.get_subject_display())
        return self.title or str(self.get_kind_display())
