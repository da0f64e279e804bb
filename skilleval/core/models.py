"""Technical tables: work to do, messages to send, files, numbers, the audit trail and the demo's clock."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from skilleval.core import clock
from skilleval.core.enums import Channel, DeliveryReceipt, FileKind, JobState, MessageState
from skilleval.core.fields import EncryptedTextField


class Job(models.Model):
    """One piece of work, unique by the key of its cause. The row is the truth; queue messages only ring."""

    kind = models.CharField("类型", max_length=80)
    key = models.CharField("幂等键", max_length=200, unique=True)
    payload = models.JSONField("参数", default=dict, blank=True, help_text="仅含编号")
    state = models.CharField("状态", max_length=12, choices=JobState, default=JobState.QUEUED)
    run_after = models.DateTimeField("不早于", default=timezone.now)
    leased_until = models.DateTimeField("租约到期", null=True, blank=True)
    lease_token = models.UUIDField("租约", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("无进展次数", default=0)
    last_error = models.TextField("最近错误", blank=True)
    progress_done = models.PositiveIntegerField("已完成", default=0)
    progress_total = models.PositiveIntegerField("总数", default=0)
    created_at = models.DateTimeField("创建时间", default=timezone.now)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "后台作业"
        verbose_name_plural = "后台作业"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["run_after", "id"],
                name="core_job_due",
                condition=Q(state__in=(JobState.QUEUED, JobState.RUNNING)),
            ),
            models.Index(fields=["state"], name="core_job_state"),
        ]
        constraints = [
            models.CheckConstraint(
                name="core_job_lease_while_running",
                condition=Q(state=JobState.RUNNING, leased_until__isnull=False, lease_token__isnull=False)
                | (~Q(state=JobState.RUNNING) & Q(leased_until__isnull=True, lease_token__isnull=True)),
                violation_error_message="只有执行中的作业持有租约",
            ),
            models.CheckConstraint(
                name="core_job_finished_when_done",
                condition=Q(state=JobState.DONE, finished_at__isnull=False)
                | (~Q(state=JobState.DONE) & Q(finished_at__isnull=True)),
                violation_error_message="作业完成时须记录结束时间",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Event(models.Model):
    """Something that happened upstream and has consequences downstream, written in the transaction that did it."""

    kind = models.CharField("类型", max_length=80)
    object_id = models.BigIntegerField("对象编号")
    key = models.CharField("幂等键", max_length=200, unique=True)
    at = models.DateTimeField("时间", default=timezone.now)
    handled_at = models.DateTimeField("派发时间", null=True, blank=True)

    class Meta:
        verbose_name = "事件"
        verbose_name_plural = "事件"
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], name="core_event_unhandled", condition=Q(handled_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class OutboxMessage(models.Model):
    """One message for one cause, by one channel. ``recipient_id`` is a user's number; core knows no user table."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField("幂等键", max_length=200, unique=True)
    recipient_id = models.BigIntegerField("收件人编号", null=True, blank=True)
    channel = models.CharField("渠道", max_length=8, choices=Channel)
    address = EncryptedTextField("地址", blank=True)
    kind = models.CharField("种类", max_length=60, blank=True)  # the template it was made from
    owner_id = models.BigIntegerField("机构编号", null=True, blank=True)  # the provider whose message it is
    subject = models.CharField("标题", max_length=200)
    body = models.TextField("正文")
    link = models.CharField("链接", max_length=300, blank=True)
    state = models.CharField("状态", max_length=8, choices=MessageState, default=MessageState.QUEUED)
    send_after = models.DateTimeField("不早于", default=timezone.now)
    leased_until = models.DateTimeField("发送租约到期", null=True, blank=True)  # a worker is handing it over
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    # How often the gateway turned it down for good: each time its text may be changed, and leaves under a new key
    edition = models.PositiveSmallIntegerField("版次", default=0)
    last_error = models.TextField("最近错误", blank=True)
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    # What the gateway called it, and what it reported of its arrival
    gateway_reference = models.CharField("网关编号", max_length=100, blank=True)
    receipt = models.CharField("回执", max_length=12, choices=DeliveryReceipt, blank=True)
    receipt_at = models.DateTimeField("回执时间", null=True, blank=True)
    edited_by_label = models.CharField("改写人", max_length=100, blank=True)
    edited_at = models.DateTimeField("改写时间", null=True, blank=True)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    created_at = models.DateTimeField("创建时间", default=clock.now)

    class Meta:
        verbose_name = "消息"
        verbose_name_plural = "消息"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["send_after"], name="core_outbox_due", condition=Q(state=MessageState.QUEUED)),
            models.Index(fields=["recipient_id", "-id"], name="core_outbox_recipient"),
            models.Index(fields=["owner_id", "state", "-id"], name="core_outbox_owner"),
            models.Index(
                fields=["gateway_reference"], name="core_outbox_reference", condition=~Q(gateway_reference="")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="core_outbox_sent_has_time",
                condition=Q(state=MessageState.SENT, sent_at__isnull=False)
                | (~Q(state=MessageState.SENT) & Q(sent_at__isnull=True)),
                violation_error_message="已发送的消息须记录发送时间",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} #{self.pk}"


class StoredFile(models.Model):
    """A private file under MEDIA_ROOT: the row is written with the file's hash before the file takes its name."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("类型", max_length=12, choices=FileKind)
    path = models.CharField("路径", max_length=200, unique=True)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    content_type = models.CharField("内容类型", max_length=100)
    original_name = models.CharField("原文件名", max_length=200)
    owner_label = models.CharField("归属", max_length=100)
    uploaded_by_id = models.BigIntegerField("上传人编号", null=True, blank=True)
    created_at = models.DateTimeField("上传时间", default=timezone.now)

    class Meta:
        verbose_name = "文件"
        verbose_name_plural = "文件"
        ordering = ["-id"]
        indexes = [models.Index(fields=["sha256"], name="core_file_sha256")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class Counter(models.Model):
    """The last number given out under a name; see core.counters.take."""

    name = models.CharField("名称", max_length=120, unique=True)
    value = models.BigIntegerField("当前值", default=0)

    class Meta:
        verbose_name = "编号计数"
        verbose_name_plural = "编号计数"
        constraints = [
            models.CheckConstraint(
                name="core_counter_not_negative", condition=Q(value__gte=0), violation_error_message="计数不能为负"
            )
        ]

    def __str__(self) -> str:
        return self.name


class AuditEvent(models.Model):
    """Who did what to which record, in numbers and field names: no personal data, so that no seal ever breaks."""

    at = models.DateTimeField("时间", default=timezone.now)
    actor_id = models.BigIntegerField("操作人编号", null=True, blank=True)
    actor_label = models.CharField("操作人", max_length=100)
    action = models.CharField("操作", max_length=80)
    object_type = models.CharField("对象类型", max_length=80)
    object_id = models.CharField("对象编号", max_length=64)
    details = models.JSONField("详情", default=dict, blank=True)
    sequence = models.BigIntegerField("封存序号", null=True, blank=True, unique=True)
    digest = models.BinaryField("封存摘要", max_length=32, null=True, blank=True)

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="core_audit_object"),
            models.Index(fields=["actor_id", "-id"], name="core_audit_actor"),
            models.Index(fields=["id"], name="core_audit_unsealed", condition=Q(sequence__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="core_audit_sealed_whole",
                condition=Q(sequence__isnull=True, digest__isnull=True)
                | Q(sequence__isnull=False, digest__isnull=False),
                violation_error_message="封存序号与摘要须同时存在",
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"


class ClockOffset(models.Model):
    """How many days the demo's clock runs ahead. One row at most, and none outside the demo."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    days = models.PositiveIntegerField("超前天数", default=0)

    class Meta:
        verbose_name = "演示日期"
        verbose_name_plural = "演示日期"
        constraints = [
            models.CheckConstraint(
                name="core_clock_single_row", condition=Q(id=1), violation_error_message="演示日期只有一行"
            )
        ]

    def __str__(self) -> str:
        return f"+{self.days}"


class KeyCheck(models.Model):
    """A value made with each key in use: a wrong key fails at start, not at the first record it can't read."""

    name = models.CharField("密钥编号", max_length=40, unique=True)
    value = models.BinaryField("校验值")

    class Meta:
        verbose_name = "密钥校验"
        verbose_name_plural = "密钥校验"

    def __str__(self) -> str:
        return self.name
