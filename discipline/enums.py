"""The fixed words of misconduct (SPEC 10)."""

from django.db import models


class Tier(models.IntegerChoices):
    """The sections of the candidate rules, by weight."""

    MATERIAL = 1, "材料不实"
    RULES = 2, "违反考场规则"
    CHEATING = 3, "作弊"
    GRAVE = 4, "情节恶劣"


class Severity(models.TextChoices):
    """Decides in the fourth section alone: two years or five (SPEC 10)."""

    MINOR = "minor", "情节轻微"
    SERIOUS = "serious", "情节严重"


class Found(models.TextChoices):
    """Where it came to light."""

    ROOM = "room", "考场发现"
    REVIEW = "review", "审核发现"
    LATER = "later", "事后查实"


class CaseState(models.TextChoices):
    REPORTED = "reported", "待告知"
    NOTIFIED = "notified", "待陈述申辩"
    HEARD = "heard", "待提出建议"
    PROPOSED = "proposed", "待决定"
    DECIDED = "decided", "待送达"
    SERVED = "served", "已送达"
    APPEALED = "appealed", "申诉中"
    FINAL = "final", "已办结"
    LIFTED = "lifted", "已撤销"
    DISMISSED = "dismissed", "不予处理"


_S = CaseState
#: Who may move a case where. What isn't here is refused with a message.
#: notified → notified isn't a move: told anew after 退回, a case is heard → notified.
CASE_MOVES: dict[str, frozenset[str]] = {
    _S.REPORTED: frozenset({_S.NOTIFIED}),
    _S.NOTIFIED: frozenset({_S.HEARD}),
    _S.HEARD: frozenset({_S.NOTIFIED, _S.PROPOSED}),
    _S.PROPOSED: frozenset({_S.HEARD, _S.DECIDED, _S.DISMISSED}),
    _S.DECIDED: frozenset({_S.SERVED, _S.LIFTED}),
    _S.SERVED: frozenset({_S.APPEALED, _S.FINAL, _S.LIFTED}),
    _S.APPEALED: frozenset({_S.FINAL, _S.DECIDED, _S.LIFTED}),
    _S.FINAL: frozenset({_S.LIFTED}),
}
CASE_TONES: dict[str, str] = {
    _S.REPORTED: "action",
    _S.NOTIFIED: "action",
    _S.HEARD: "info",
    _S.PROPOSED: "action",
    _S.DECIDED: "action",
    _S.SERVED: "info",
    _S.APPEALED: "action",
    _S.FINAL: "neutral",
    _S.LIFTED: "neutral",
    _S.DISMISSED: "neutral",
}
#: A case that nobody has decided yet holds the sitting's result back.
UNDECIDED = (_S.REPORTED, _S.NOTIFIED, _S.HEARD, _S.PROPOSED)
#: A case of which a decision is in force.
IN_FORCE = (_S.DECIDED, _S.SERVED, _S.APPEALED, _S.FINAL)
ENDED = (_S.FINAL, _S.LIFTED, _S.DISMISSED)


class How(models.TextChoices):
    """By which way something was handed in or served."""

    PORTAL = "portal", "本人网上"
    DESK = "desk", "到场书面"
    POST = "post", "邮寄"
    LEFT = "left", "留置送达"


#: What staff may record; the portal's own receipt comes from the candidate alone.
RECORDED_BY_STAFF = (How.DESK, How.POST, How.LEFT)


class Outcome(models.TextChoices):
    """What became of an appeal."""

    UPHELD = "upheld", "维持原决定"
    CHANGED = "changed", "改为较轻的决定"
    LIFTED = "lifted", "撤销原决定"
