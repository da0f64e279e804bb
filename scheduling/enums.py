"""The fixed words of batches and sessions (SPEC 7, 8)."""

from django.db import models


class BatchState(models.TextChoices):
    GATHERING = "gathering", "征集中"
    GOING_AHEAD = "going_ahead", "已成班"
    PLANNED = "planned", "已编场次"
    PUBLISHED = "published", "已排考"
    ROLLED_OVER = "rolled_over", "已顺延"
    CANCELLED = "cancelled", "已取消"


BATCH_MOVES: dict[str, frozenset[str]] = {
    BatchState.GATHERING: frozenset({BatchState.GOING_AHEAD, BatchState.PLANNED, BatchState.ROLLED_OVER}),
    BatchState.GOING_AHEAD: frozenset({BatchState.PLANNED, BatchState.CANCELLED}),
    BatchState.PLANNED: frozenset({BatchState.PUBLISHED, BatchState.CANCELLED}),
    BatchState.PUBLISHED: frozenset({BatchState.PLANNED, BatchState.CANCELLED}),  # a session is planned anew
}


class SessionState(models.TextChoices):
    PROPOSED = "proposed", "待发布"
    PUBLISHED = "published", "已发布"
    CANCELLED = "cancelled", "已取消"


SESSION_MOVES: dict[str, frozenset[str]] = {
    SessionState.PROPOSED: frozenset({SessionState.PUBLISHED, SessionState.CANCELLED}),
    SessionState.PUBLISHED: frozenset({SessionState.PROPOSED, SessionState.CANCELLED}),  # postponed, or given up
}


class AfterCancelling(models.TextChoices):
    """What becomes of the people of a session that is cancelled (SPEC 7.8)."""

    REPLAN = "replan", "编入本批次其他未发布的场次，排不下的另编场次"
    NEXT_WINDOW = "next_window", "顺延至下一申报批次，费用保留"
    REFUND = "refund", "取消申报，已缴费用列入待退费"


#: Of a whole batch nobody is planned anew: its people have no other session to go to.
AFTER_BATCH = (AfterCancelling.NEXT_WINDOW, AfterCancelling.REFUND)

#: States of a batch that was announced to run and still does (SPEC 7.2).
WENT_AHEAD = (BatchState.GOING_AHEAD, BatchState.PLANNED, BatchState.PUBLISHED)
#: States in which a batch may still be judged.
UNJUDGED = (BatchState.GATHERING, BatchState.GOING_AHEAD)

#: The colour of a batch's or session's state; always shown with its word.
BATCH_TONES: dict[str, str] = {
    BatchState.GATHERING: "info",
    BatchState.GOING_AHEAD: "success",
    BatchState.PLANNED: "action",
    BatchState.PUBLISHED: "success",
    BatchState.ROLLED_OVER: "neutral",
    BatchState.CANCELLED: "danger",
    SessionState.PROPOSED: "action",
}


class PlaceKind(models.TextChoices):
    """What a numbered place of a room is for."""

    USABLE = "usable", "座位"
    ACCESSIBLE = "accessible", "无障碍座位"
    BLOCKED = "blocked", "停用"


class Weekday(models.IntegerChoices):
    """As `date.weekday` counts."""

    MONDAY = 0, "周一"
    TUESDAY = 1, "周二"
    WEDNESDAY = 2, "周三"
    THURSDAY = 3, "周四"
    FRIDAY = 4, "周五"
    SATURDAY = 5, "周六"
    SUNDAY = 6, "周日"


class DutyRole(models.TextChoices):
    """What staff do in a sitting (SPEC 7.7)."""

    INVIGILATOR = "invigilator", "监考人员"
    EXAMINER = "examiner", "考评人员"
    REVIEWER = "reviewer", "评审委员"


class SheetKind(models.TextChoices):
    """The papers of one sitting (SPEC 8, 14), in the order in which a day needs them."""

    DOOR = "door", "门贴"
    SIGN_IN = "sign_in", "签到表"
    PLAN = "plan", "座位图"
    RECORD = "record", "考场记录表"
    LABELS = "labels", "座位贴"


class FetchedAs(models.TextChoices):
    """How somebody took a ticket."""

    PAGE = "page", "网页查看"
    PDF = "pdf", "下载"
    MERGED = "merged", "合并下载"
    ZIP = "zip", "打包下载"


class BundleKind(models.TextChoices):
    """The form of many tickets: a page each in one PDF, or a file each in a zip."""

    MERGED = "merged", "合并 PDF"
    ZIP = "zip", "压缩包"


class BundleState(models.TextChoices):
    """How far a bundle is."""

    WAITING = "waiting", "等待生成"
    READY = "ready", "可下载"
    FAILED = "failed", "未生成"


#: Bundles that a second one of the same waits for.
BUNDLES_UNDER_WAY = (BundleState.WAITING,)
