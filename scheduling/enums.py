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
    BatchState.PUBLISHED: frozenset({BatchState.CANCELLED}),
}


class SessionState(models.TextChoices):
    PROPOSED = "proposed", "待发布"
    PUBLISHED = "published", "已发布"
    CANCELLED = "cancelled", "已取消"


SESSION_MOVES: dict[str, frozenset[str]] = {
    SessionState.PROPOSED: frozenset({SessionState.PUBLISHED, SessionState.CANCELLED}),
    SessionState.PUBLISHED: frozenset({SessionState.CANCELLED}),
}

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
