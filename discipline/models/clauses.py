"""The clauses of the candidate rules as data, in editions that are kept and never edited (SPEC 10)."""

from __future__ import annotations

from datetime import date

from django.db import models

from discipline.enums import Tier
from skilleval.catalogue.models import Notice

PREFIX = "M-"  # tells a clause of misconduct from one of eligibility (SPEC 4)


class ClauseQuerySet(models.QuerySet["Clause"]):
    def in_force(self, on: date) -> ClauseQuerySet:
        """The clauses of the edition in force on a day: the latest that has begun, else the first there is."""
        editions = Clause.objects.order_by("-in_force_from", "-edition")
        found = editions.filter(in_force_from__lte=on).first() or editions.last()
        return self.filter(edition=found.edition) if found else self.none()


class Clause(models.Model):
    """One act the candidate rules forbid. A case keeps the edition it is judged by; a trigger refuses changes."""

    edition = models.SlugField("版本")
    code = models.CharField("条款", max_length=6)  # M-3.1
    tier = models.PositiveSmallIntegerField("类别", choices=Tier)
    title = models.CharField("简称", max_length=60)
    consequence = models.CharField("处理", max_length=200)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name="来源公告")
    in_force_from = models.DateField("启用日期")

    objects = ClauseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "违纪违规条款"
        ordering = ["edition", "code"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="clause_once"),
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^M-[1-4]\.\d$"),
                name="clause_code",
                violation_error_message="条款形如 M-3.1",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def item(self) -> str:
        """The clause as the rule knows it (discipline.sanctions): 3.1."""
        return self.code.removeprefix(PREFIX)
