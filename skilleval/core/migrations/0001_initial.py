import uuid

import django.utils.timezone
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import skilleval.core.clock
import skilleval.core.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="KeyCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, unique=True, verbose_name="密钥编号")),
                ("value", models.BinaryField(verbose_name="校验值")),
            ],
            options={
                "verbose_name": "密钥校验",
                "verbose_name_plural": "密钥校验",
            },
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                ("actor_id", models.BigIntegerField(blank=True, null=True, verbose_name="操作人编号")),
                ("actor_label", models.CharField(max_length=100, verbose_name="操作人")),
                ("action", models.CharField(max_length=80, verbose_name="操作")),
                ("object_type", models.CharField(max_length=80, verbose_name="对象类型")),
                ("object_id", models.CharField(max_length=64, verbose_name="对象编号")),
                ("details", models.JSONField(blank=True, default=dict, verbose_name="详情")),
                ("sequence", models.BigIntegerField(blank=True, null=True, unique=True, verbose_name="封存序号")),
                ("digest", models.BinaryField(blank=True, max_length=32, null=True, verbose_name="封存摘要")),
            ],
            options={
                "verbose_name": "审计记录",
                "verbose_name_plural": "审计记录",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["object_type", "object_id"], name="core_audit_object"),
                    models.Index(fields=["actor_id", "-id"], name="core_audit_actor"),
                    models.Index(
                        condition=models.Q(("sequence__isnull", True)), fields=["id"], name="core_audit_unsealed"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("digest__isnull", True), ("sequence__isnull", True)),
                            models.Q(("digest__isnull", False), ("sequence__isnull", False)),
                            _connector="OR",
                        ),
                        name="core_audit_sealed_whole",
                        violation_error_message="封存序号与摘要须同时存在",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClockOffset",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("days", models.PositiveIntegerField(default=0, verbose_name="超前天数")),
            ],
            options={
                "verbose_name": "演示日期",
                "verbose_name_plural": "演示日期",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)),
                        name="core_clock_single_row",
                        violation_error_message="演示日期只有一行",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True, verbose_name="名称")),
                ("value", models.BigIntegerField(default=0, verbose_name="当前值")),
            ],
            options={
                "verbose_name": "编号计数",
                "verbose_name_plural": "编号计数",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0)),
                        name="core_counter_not_negative",
                        violation_error_message="计数不能为负",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=80, verbose_name="类型")),
                ("object_id", models.BigIntegerField(verbose_name="对象编号")),
                ("key", models.CharField(max_length=200, unique=True, verbose_name="幂等键")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                ("handled_at", models.DateTimeField(blank=True, null=True, verbose_name="派发时间")),
            ],
            options={
                "verbose_name": "事件",
                "verbose_name_plural": "事件",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("handled_at__isnull", True)), fields=["id"], name="core_event_unhandled"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=80, verbose_name="类型")),
                ("key", models.CharField(max_length=200, unique=True, verbose_name="幂等键")),
                ("payload", models.JSONField(blank=True, default=dict, help_text="仅含编号", verbose_name="参数")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "排队中"),
                            ("running", "执行中"),
                            ("done", "已完成"),
                            ("quarantined", "已隔离"),
                        ],
                        default="queued",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("run_after", models.DateTimeField(default=django.utils.timezone.now, verbose_name="不早于")),
                ("leased_until", models.DateTimeField(blank=True, null=True, verbose_name="租约到期")),
                ("lease_token", models.UUIDField(blank=True, null=True, verbose_name="租约")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="无进展次数")),
                ("last_error", models.TextField(blank=True, verbose_name="最近错误")),
                ("progress_done", models.PositiveIntegerField(default=0, verbose_name="已完成")),
                ("progress_total", models.PositiveIntegerField(default=0, verbose_name="总数")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="创建时间")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
            ],
            options={
                "verbose_name": "后台作业",
                "verbose_name_plural": "后台作业",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("queued", "running"))),
                        fields=["run_after", "id"],
                        name="core_job_due",
                    ),
                    models.Index(fields=["state"], name="core_job_state"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("lease_token__isnull", False), ("leased_until__isnull", False), ("state", "running")
                            ),
                            models.Q(
                                models.Q(("state", "running"), _negated=True),
                                ("lease_token__isnull", True),
                                ("leased_until__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="core_job_lease_while_running",
                        violation_error_message="只有执行中的作业持有租约",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", False), ("state", "done")),
                            models.Q(models.Q(("state", "done"), _negated=True), ("finished_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="core_job_finished_when_done",
                        violation_error_message="作业完成时须记录结束时间",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.CharField(max_length=200, unique=True, verbose_name="幂等键")),
                ("recipient_id", models.BigIntegerField(blank=True, null=True, verbose_name="收件人编号")),
                (
                    "channel",
                    models.CharField(
                        choices=[("portal", "站内消息"), ("email", "电子邮件"), ("sms", "短信")],
                        max_length=8,
                        verbose_name="渠道",
                    ),
                ),
                (
                    "address",
                    skilleval.core.fields.EncryptedTextField(
                        blank=True, default="", label="core_outboxmessage.address", verbose_name="地址"
                    ),
                ),
                ("subject", models.CharField(max_length=200, verbose_name="标题")),
                ("body", models.TextField(verbose_name="正文")),
                ("link", models.CharField(blank=True, max_length=300, verbose_name="链接")),
                (
                    "state",
                    models.CharField(
                        choices=[("held", "暂存"), ("queued", "待发送"), ("sent", "已发送"), ("failed", "发送失败")],
                        default="queued",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("send_after", models.DateTimeField(default=django.utils.timezone.now, verbose_name="不早于")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="尝试次数")),
                ("last_error", models.TextField(blank=True, verbose_name="最近错误")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="发送时间")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="阅读时间")),
                ("created_at", models.DateTimeField(default=skilleval.core.clock.now, verbose_name="创建时间")),
            ],
            options={
                "verbose_name": "消息",
                "verbose_name_plural": "消息",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")), fields=["send_after"], name="core_outbox_due"
                    ),
                    models.Index(fields=["recipient_id", "-id"], name="core_outbox_recipient"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", False), ("state", "sent")),
                            models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="core_outbox_sent_has_time",
                        violation_error_message="已发送的消息须记录发送时间",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("document", "材料"),
                            ("photo", "照片"),
                            ("evidence", "证据"),
                            ("spreadsheet", "表格"),
                            ("generated", "系统生成"),
                        ],
                        max_length=12,
                        verbose_name="类型",
                    ),
                ),
                ("path", models.CharField(max_length=200, unique=True, verbose_name="路径")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("size", models.PositiveBigIntegerField(verbose_name="字节数")),
                ("content_type", models.CharField(max_length=100, verbose_name="内容类型")),
                ("original_name", models.CharField(max_length=200, verbose_name="原文件名")),
                ("owner_label", models.CharField(max_length=100, verbose_name="归属")),
                ("uploaded_by_id", models.BigIntegerField(blank=True, null=True, verbose_name="上传人编号")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="上传时间")),
            ],
            options={
                "verbose_name": "文件",
                "verbose_name_plural": "文件",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["sha256"], name="core_file_sha256")],
            },
        ),
    ]
