"""The fixed words of applying. States and tags are SPEC 5a's."""

from django.db import models

from skilleval.core.identity import IdentityType

IDENTITY_CHOICES = [(kind.value, kind.label) for kind in IdentityType]


class ApplicationState(models.TextChoices):
    DRAFT = "draft", "草稿"
    PRELIM = "prelim", "待初审"
    REVIEW = "review", "待审核"
    RETURNED = "returned", "退回补正"
    APPROVED = "approved", "待缴费"
    CONFIRMED = "confirmed", "待成班"
    SCHEDULED = "scheduled", "已排考"
    COMPLETED = "completed", "已公布成绩"
    REJECTED = "rejected", "未通过审核"
    LAPSED = "lapsed", "已逾期"
    WITHDRAWN = "withdrawn", "已退考"
    CANCELLED = "cancelled", "已取消"
    VOID = "void", "已作废"


_S = ApplicationState

#: States that bar a second application for the same occupation, work type and level anywhere (SPEC 5.4).
OPEN_STATES = (_S.PRELIM, _S.REVIEW, _S.RETURNED, _S.APPROVED, _S.CONFIRMED, _S.SCHEDULED)
#: States in which the money has been booked.
PAID_STATES = (_S.CONFIRMED, _S.SCHEDULED, _S.COMPLETED)
ENDED_STATES = (_S.COMPLETED, _S.REJECTED, _S.LAPSED, _S.WITHDRAWN, _S.CANCELLED, _S.VOID)

#: The tone of each state's tag: who has to act, and how it ended.
TONES: dict[str, str] = {
    _S.DRAFT: "neutral",
    _S.PRELIM: "info",
    _S.REVIEW: "info",
    _S.RETURNED: "action",
    _S.APPROVED: "action",
    _S.CONFIRMED: "info",
    _S.SCHEDULED: "success",
    _S.COMPLETED: "success",
    _S.REJECTED: "danger",
    _S.LAPSED: "neutral",
    _S.WITHDRAWN: "neutral",
    _S.CANCELLED: "danger",
    _S.VOID: "danger",
}

#: Who may move where (SPEC 5a). What isn't here is refused with a message.
APPLICATION_MOVES: dict[str, frozenset[str]] = {
    _S.DRAFT: frozenset({_S.REVIEW, _S.PRELIM, _S.CANCELLED}),
    _S.PRELIM: frozenset({_S.REVIEW, _S.WITHDRAWN, _S.LAPSED, _S.CANCELLED}),
    _S.REVIEW: frozenset({_S.RETURNED, _S.REJECTED, _S.APPROVED, _S.WITHDRAWN, _S.CANCELLED, _S.VOID}),
    _S.RETURNED: frozenset({_S.REVIEW, _S.LAPSED, _S.WITHDRAWN, _S.CANCELLED, _S.VOID}),
    _S.APPROVED: frozenset({_S.CONFIRMED, _S.LAPSED, _S.WITHDRAWN, _S.CANCELLED, _S.VOID}),
    # a payment booked by mistake is corrected: back to 待缴费
    _S.CONFIRMED: frozenset({_S.SCHEDULED, _S.APPROVED, _S.WITHDRAWN, _S.CANCELLED, _S.VOID}),
    _S.SCHEDULED: frozenset({_S.CONFIRMED, _S.COMPLETED, _S.WITHDRAWN, _S.CANCELLED, _S.VOID}),
    _S.COMPLETED: frozenset({_S.VOID}),
    # money that came in time counts whenever it is booked (SPEC 6)
    _S.LAPSED: frozenset({_S.CONFIRMED}),
    # a decision lifted (SPEC 10): back to where the person can go on from
    _S.CANCELLED: frozenset({_S.REVIEW, _S.APPROVED, _S.CONFIRMED}),
    _S.VOID: frozenset({_S.REVIEW, _S.APPROVED, _S.CONFIRMED, _S.SCHEDULED, _S.COMPLETED}),
}


class ApplicationKind(models.TextChoices):
    NEW = "new", "正考"
    RESIT = "resit", "补考"


class CreditOrigin(models.TextChoices):
    """Where a subject was passed: at an assessment of the portal, elsewhere and accepted here (SPEC 9.4), or here
    before the portal."""

    PORTAL = "portal", "平台"
    EXTERNAL = "external", "平台外"
    EARLIER = "earlier", "历史成绩导入"


class SchoolKind(models.TextChoices):
    TECHNICAL = "technical_school", "技工学校"
    SENIOR_TECHNICAL = "senior_technical_school", "高级技工学校"
    TECHNICIAN = "technician_college", "技师学院"
    SECONDARY_VOCATIONAL = "secondary_vocational", "中等职业学校"
    HIGHER_VOCATIONAL = "higher_vocational", "高等职业学校"
    JUNIOR_COLLEGE = "junior_college", "大专"
    UNDERGRADUATE = "undergraduate", "本科"
    GRADUATE = "graduate_school", "研究生"


#: The schools that have classes of the kinds below.
TECHNICAL_SCHOOLS = (SchoolKind.TECHNICAL, SchoolKind.SENIOR_TECHNICAL, SchoolKind.TECHNICIAN)


class ClassKind(models.TextChoices):
    """班级类别 at technical schools."""

    INTERMEDIATE = "intermediate_class", "中级工班"
    SENIOR = "senior_class", "高级工班"
    PRE_TECHNICIAN = "pre_technician_class", "预备技师班"
    TECHNICIAN = "technician_class", "技师班"


class StudyStatus(models.TextChoices):
    GRADUATED = "graduated", "已毕业"
    GRADUATING = "graduating", "应届"
    ENROLLED = "enrolled", "在读"


class MajorMatch(models.TextChoices):
    SAME = "same", "本专业"
    RELATED = "related", "相关专业"
    UNRELATED = "unrelated", "无关"


class TitleGrade(models.TextChoices):
    JUNIOR = "junior", "初级"
    INTERMEDIATE = "intermediate", "中级"
    SENIOR = "senior", "高级"


class WindowShape(models.TextChoices):
    """Where a window comes from: a notice, staff's hand, or (demonstration only) the notice's own pattern."""

    NOTICE = "notice", "公告"
    STAFF = "staff", "机构设置"
    EXTENDED = "extended", "演示推算"


class RosterOrigin(models.TextChoices):
    """Where the rows of a roster come from: a file, or the officer's keyboard."""

    FILE = "file", "上传文件"
    HAND = "hand", "逐人添加"


class IntakeState(models.TextChoices):
    """How far the reading of an uploaded roster or zip of photos is."""

    WAITING = "waiting", "核对中"
    READ = "read", "已核对"
    REFUSED = "refused", "未能读取"


class RowState(models.TextChoices):
    """A roster row until it is handed in; from then on its application's state tells (SPEC 5.2, 5a)."""

    FAULTY = "faulty", "待修改"
    CLEAR = "clear", "核对通过"
    PASSED = "passed", "已初审"
    REMOVED = "removed", "已移除"


#: Rows that stand for a person in the group; of these a document number can be there once.
STANDING_ROWS = (RowState.CLEAR, RowState.PASSED)


class HandingIn(models.TextChoices):
    """How far a submission of a group is: its people are handed in in the background."""

    RUNNING = "running", "提交中"
    DONE = "done", "已提交"


class ClaimState(models.TextChoices):
    """认领: how somebody came, or comes, to the record that bears their document number (SPEC 5.8)."""

    CODE = "code", "待验证手机"
    ASKED = "asked", "待人工核对"
    GRANTED = "granted", "已认领"
    REFUSED = "refused", "未通过"
    ENDED = "ended", "已失效"


OPEN_CLAIMS = (ClaimState.CODE, ClaimState.ASKED)


class AppointmentState(models.TextChoices):
    BOOKED = "booked", "已预约"
    KEPT = "kept", "已到"
    MISSED = "missed", "未到"
    CANCELLED = "cancelled", "已取消"


class ReasonKind(models.TextChoices):
    """Which decision of a review a maintained reason is for."""

    RETURN = "return", "退回补正"
    RETURN_MEMBER = "return_member", "退回团体人员"
    REJECT = "reject", "审核不通过"


class TakeOverKind(models.TextChoices):
    """What a workbook of business begun elsewhere holds."""

    APPLICATIONS = "applications", "在办申报"
    CREDITS = "credits", "合格科目成绩"
    CERTIFICATES = "certificates", "已发证书"
    SERIALS = "serials", "证书末号"
    BANS = "bans", "禁考人员"


class TakeOverState(models.TextChoices):
    CHECKING = "checking", "正在核对"
    READY = "ready", "待导入"
    LOADING = "loading", "正在导入"
    DONE = "done", "已导入"
    DISCARDED = "discarded", "已放弃"
    REFUSED = "refused", "无法读取"
