"""The fixed words of marks, results and certificates (SPEC 9)."""

from django.db import models


class MarkStatus(models.TextChoices):
    """What became of a subject on the day (SPEC 9.1)."""

    MARKED = "marked", "已评分"
    ABSENT = "absent", "缺考"
    CANCELLED = "cancelled", "成绩取消"


#: What a marker can enter; 成绩取消 comes from a decision alone (SPEC 10).
ENTERED_STATUSES = (MarkStatus.MARKED, MarkStatus.ABSENT)


class SheetState(models.TextChoices):
    """成绩册: one subject of one session."""

    OPEN = "open", "待录入"
    ENTERED = "entered", "待复核"
    CONFIRMED = "confirmed", "已复核"


SHEET_MOVES: dict[str, frozenset[str]] = {
    SheetState.OPEN: frozenset({SheetState.ENTERED}),
    SheetState.ENTERED: frozenset({SheetState.OPEN, SheetState.CONFIRMED}),
    SheetState.CONFIRMED: frozenset({SheetState.OPEN}),
}
SHEET_TONES: dict[str, str] = {
    SheetState.OPEN: "action",
    SheetState.ENTERED: "info",
    SheetState.CONFIRMED: "success",
}


class CorrectionState(models.TextChoices):
    """成绩更正: asked for by one, accepted or refused by another."""

    ASKED = "asked", "待核准"
    ACCEPTED = "accepted", "已更正"
    REFUSED = "refused", "未核准"


class CertificateState(models.TextChoices):
    DRAWN = "drawn", "待审定"
    REVIEWED = "reviewed", "待发证"
    ISSUED = "issued", "有效"
    VOID = "void", "已作废"
    REPLACED = "replaced", "已换发"
    DROPPED = "dropped", "不予发证"


_S = CertificateState
CERTIFICATE_MOVES: dict[str, frozenset[str]] = {
    _S.DRAWN: frozenset({_S.REVIEWED, _S.DROPPED}),
    _S.REVIEWED: frozenset({_S.ISSUED, _S.DRAWN, _S.DROPPED}),
    _S.ISSUED: frozenset({_S.VOID, _S.REPLACED}),
    # a decision lifted: the same number again (SPEC 10); voided on request: only a new number
    _S.VOID: frozenset({_S.ISSUED, _S.REPLACED}),
}
CERTIFICATE_TONES: dict[str, str] = {
    _S.DRAWN: "action",
    _S.REVIEWED: "info",
    _S.ISSUED: "success",
    _S.VOID: "danger",
    _S.REPLACED: "neutral",
    _S.DROPPED: "neutral",
}
#: A certificate in these states stands for its application; there is one at most.
LIVE_CERTIFICATES = (_S.DRAWN, _S.REVIEWED, _S.ISSUED)
#: States of a certificate that has a number.
NUMBERED = (_S.ISSUED, _S.VOID, _S.REPLACED)


class RequestKind(models.TextChoices):
    VOID = "void", "作废"
    REPLACE = "replace", "换发"


class RequestState(models.TextChoices):
    ASKED = "asked", "待核准"
    DONE = "done", "已办理"
    REFUSED = "refused", "未核准"
