"""The columns of a roster and the words they admit (SPEC 5.2, 5.7). A file has them in any order, under these names."""

from __future__ import annotations

from dataclasses import dataclass

from registration.enums import ApplicationKind, ClassKind, MajorMatch, SchoolKind, StudyStatus, TitleGrade
from skilleval.catalogue.enums import Level, Schooling, SubjectKind
from skilleval.core.identity import LABELS, Sex

YES, NO = "是", "否"
#: Kept sealed, each in a column of its own: a photo is named after the document's number, or may be.
SEALED = {"id_number": "id_cipher", "phone": "phone_cipher", "photo_name": "photo_cipher"}
#: Columns of the returned workbook beside those below: the row it came from (see row_ids), and what is wrong with it.
ROW_ID_TITLE = "行标识"
FAULTS_TITLE = "问题"


@dataclass(frozen=True)
class RosterColumn:
    """A column: the key its cells are kept under, its name in files, its words if it has fixed ones, and a hint."""

    key: str
    title: str
    required: bool = False
    words: tuple[str, ...] = ()
    hint: str = ""


def _labels(choices: object) -> tuple[str, ...]:
    return tuple(str(choice.label) for choice in choices)  # type: ignore[attr-defined]


COLUMNS: tuple[RosterColumn, ...] = (
    RosterColumn("name", "姓名", required=True, hint="与证件一致；少数民族姓名用“·”"),
    RosterColumn("id_type", "证件类型", words=tuple(LABELS.values()), hint="不填按居民身份证"),
    RosterColumn("id_number", "证件号码", required=True, hint="须为文本格式，末位 X 大小写均可"),
    RosterColumn("sex", "性别", words=tuple(sex.value for sex in Sex), hint="居民身份证可不填，按号码确定"),
    RosterColumn("born", "出生日期", hint="居民身份证可不填；格式 2000-01-31"),
    RosterColumn("phone", "手机号码", required=True, hint="本人手机，接收缴费、准考证等通知"),
    RosterColumn("schooling", "文化程度", words=_labels(Schooling), hint="本职业有学历要求时核对"),
    RosterColumn("clause", "申报条件", required=True, hint="选择一项，见“申报条件”页"),
    RosterColumn("work_from", "从事职业起始日期", hint="格式 2018-07-01"),
    RosterColumn("work_to", "从事职业截止日期", hint="仍在从事的不填；填最后工作日的次日"),
    RosterColumn("work_code", "从事职业编码", hint="不填按申报职业"),
    RosterColumn("held_level", "持有证书等级", words=_labels(Level)[:5]),
    RosterColumn("held_code", "持有证书职业编码", hint="不填按申报职业"),
    RosterColumn("held_number", "持有证书编号", hint="须为文本格式"),
    RosterColumn("held_on", "持有证书发证日期", hint="格式 2020-06-30"),
    RosterColumn("school_name", "毕业院校"),
    RosterColumn("school", "学校类别", words=_labels(SchoolKind)),
    RosterColumn("class_kind", "班级类别", words=_labels(ClassKind), hint="技工学校、技师学院填写"),
    RosterColumn("major_name", "专业"),
    RosterColumn("major", "专业对应", words=_labels(MajorMatch), hint="所学专业与申报职业的关系"),
    RosterColumn("study_status", "毕业状态", words=_labels(StudyStatus)),
    RosterColumn("validated", "经评估论证", words=(YES, NO), hint="三级条件(6)需要，不填按否"),
    RosterColumn("title_grade", "职称等级", words=_labels(TitleGrade)),
    RosterColumn("title_matches", "职称专业对应", words=(YES, NO)),
    RosterColumn("title_on", "职称取得日期", hint="格式 2021-12-31"),
    RosterColumn("kind", "申报类型", words=_labels(ApplicationKind), hint="不填按正考"),
    RosterColumn("resit_subjects", "补考科目", hint="补考填写，几科用“、”隔开", words=()),
    RosterColumn("photo_name", "照片文件名", hint="照片包中的文件名；不填按“姓名_证件号码”或证件号码对应"),
)
COLUMN: dict[str, RosterColumn] = {column.key: column for column in COLUMNS}
SUBJECT_WORDS: dict[str, str] = {str(kind.label): kind.value for kind in SubjectKind}
