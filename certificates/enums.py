"""The fixed words of results."""

from django.db import models


class MarkStatus(models.TextChoices):
    """What became of a subject on the day (SPEC 9.1)."""

    MARKED = "marked", "已评分"
    ABSENT = "absent", "缺考"
    CANCELLED = "cancelled", "成绩取消"
