"""States and kinds of the technical tables."""

from django.db.models import TextChoices


class JobState(TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "执行中"
    DONE = "done", "已完成"
    QUARANTINED = "quarantined", "已隔离"


class Channel(TextChoices):
    PORTAL = "portal", "站内消息"
    EMAIL = "email", "电子邮件"
    SMS = "sms", "短信"


class MessageState(TextChoices):
    HELD = "held", "暂存"
    QUEUED = "queued", "待发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "发送失败"
    DROPPED = "dropped", "不再发送"


class DeliveryReceipt(TextChoices):
    """What a gateway reports of a text it had accepted."""

    ARRIVED = "arrived", "已送达"
    UNDELIVERED = "undelivered", "未送达"


class FileKind(TextChoices):
    """What a stored file is for; it decides what is accepted and whether the bytes are kept as they came."""

    DOCUMENT = "document", "材料"
    PHOTO = "photo", "照片"
    EVIDENCE = "evidence", "证据"
    SPREADSHEET = "spreadsheet", "表格"
    ARCHIVE = "archive", "压缩包"
    GENERATED = "generated", "系统生成"
