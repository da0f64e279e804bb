"""A provider's own words for a kind of message, and whether those wait for a person before they leave."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from skilleval.catalogue.models import Provider
from skilleval.core.models import OutboxMessage


class MessageTemplate(models.Model):
    """Replaces the portal's words for one kind of message of one provider; empty texts keep the portal's."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name="评价机构")
    kind = models.CharField("种类", max_length=60)  # a registered template's kind
    subject = models.CharField("标题", max_length=200, blank=True)
    body = models.TextField("正文", blank=True)
    hold = models.BooleanField("发送前由工作人员放行", default=False)
    saved_by_label = models.CharField("保存人", max_length=100)
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = verbose_name_plural = "消息模板"
        ordering = ["provider", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "kind"], name="message_template_once"),
            models.CheckConstraint(
                condition=Q(subject="", body="") | ~Q(subject="") & ~Q(body=""),
                name="message_template_whole",
                violation_error_message="标题和正文须都填写，或都留空（使用平台的文字）",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind}"


class ProviderMessage(OutboxMessage):
    """A message as its provider's staff see it: `owner_id` is their provider."""

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "消息"
