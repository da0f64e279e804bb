"""The fixed words of the catalogue (terms: level, subject, channel, schooling)."""

from django.db import models


class Level(models.TextChoices):
    """A level as the directory writes it; 专项职业能力 stands beside the five levels."""

    FIVE = "5", "五级/初级工"
    FOUR = "4", "四级/中级工"
    THREE = "3", "三级/高级工"
    TWO = "2", "二级/技师"
    ONE = "1", "一级/高级技师"
    SPECIAL = "special", "专项职业能力"


class SubjectKind(models.TextChoices):
    """评价科目; 综合评审 exists only at levels 2 and 1."""

    THEORY = "theory", "理论知识"
    PRACTICAL = "practical", "操作技能"
    REVIEW = "review", "综合评审"


class Channel(models.TextChoices):
    GROUP = "group", "团体申报"
    INDIVIDUAL = "individual", "个人申报"


class DayUnit(models.TextChoices):
    CALENDAR = "calendar", "天"
    WORKING = "working", "个工作日"


class PaperGate(models.TextChoices):
    """What waits for the signed original of the application form (the provider's choice)."""

    APPROVAL = "approval", "审核通过前须交原件"
    TICKET = "ticket", "发放准考证前须交原件"
    NOTHING = "nothing", "不作限制"


class ConditionKind(models.TextChoices):
    """What a provider may ask beyond the level's rules (SPEC 13)."""

    MEMBER = "member", "所在单位须为会员"
    INSURANCE = "insurance", "在本市缴纳社会保险"
    UPPER_AGE = "upper_age", "年龄上限"
    OTHER = "other", "其他"


class Schooling(models.TextChoices):
    """普通受教育程度, in ascending order."""

    PRIMARY = "primary", "小学毕业"
    JUNIOR_MIDDLE = "junior_middle", "初中毕业"
    SENIOR_MIDDLE = "senior_middle", "高中毕业（或同等学力）"
    JUNIOR_COLLEGE = "junior_college", "大学专科毕业"
    UNDERGRADUATE = "undergraduate", "大学本科毕业"


class ContactKind(models.TextChoices):
    DESK = "desk", "业务受理点"
    ENQUIRY = "enquiry", "业务咨询电话"
    SUPERVISION = "supervision", "机构监督电话"
    CITY_SUPERVISION = "city_supervision", "市级监督电话"
    EMAIL = "email", "业务邮箱"
    WECHAT = "wechat", "微信公众号"
    WEBSITE = "website", "查询网址"


LEVEL_SUBJECTS = {
    level: (SubjectKind.THEORY, SubjectKind.PRACTICAL)
    + ((SubjectKind.REVIEW,) if level in (Level.TWO, Level.ONE) else ())
    for level in Level
}
