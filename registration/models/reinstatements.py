"""恢复申报: what a lifted decision can't give back it offers anew (SPEC 10)."""

from __future__ import annotations

from django.db import models

from registration.enums import ApplicationState
from registration.models.applications import Application


class ReinstatementQuerySet(models.QuerySet["Reinstatement"]):
    def open(self) -> ReinstatementQuerySet:
        return self.filter(accepted_at=None)


class Reinstatement(models.Model):
    """An offer to go on with an application that a decision ended. It is open until the candidate takes it up."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="reinstatements", verbose_name="申报")
    source = models.CharField("依据", max_length=60)  # what lifted the decision
    from_state = models.CharField("终止前状态", max_length=10, choices=ApplicationState)
    offered_at = models.DateTimeField("提出时间")
    accepted_at = models.DateTimeField("恢复时间", null=True, blank=True)

    objects = ReinstatementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "恢复申报"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "source"], name="reinstatement_once"),
            models.UniqueConstraint(
                fields=["application"], condition=models.Q(accepted_at=None), name="reinstatement_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.source}"
