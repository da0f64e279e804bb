"""填写说明 and 申报条件: the pages of the template that say how to fill it in and what is checked (SPEC 5.2). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registration.rosters.clauses import needs
from registration.rosters.columns import COLUMN, COLUMNS, RosterColumn
from registration.rule_sets import Clause
from skilleval.catalogue.enums import Schooling
from skilleval.core.enums import FileKind
from skilleval.core.intake import MAX_BYTES_USUAL, MEGABYTE, PHOTO_SIDES, max_bytes
from skilleval.core.spreadsheets import MAX_ROWS
from skilleval.core.wording import cn_deadline

EVERYBODY = "所有人"
#: What the check asks of a column, where there is more to say than its hint and its words.
CHECKED: dict[str, str] = {
    "name": "用字是否正确，不能有数字和符号",
    "id_number": "位数、出生日期和校验码；在本团体中是否重复；是否已有同一职业（工种）、同一等级的申报；目前能否申报",
    "sex": "与居民身份证号码是否一致；其他证件须填写",
    "born": "与居民身份证号码是否一致；其他证件须填写；年龄是否达到要求",
    "phone": "内地号码为 1 开头的 11 位数字，其他地区须加国家（地区）代码",
    "schooling": "是否达到本职业的普通受教育程度（已登记的）",
    "clause": "所填内容是否符合所选条件；不符合的，列出差什么、从哪天起符合",
    "work_from": "条件要求的从业年限按此计算",
    "work_to": "须晚于起始日期，且日期已到",
    "work_code": "须为本职业或相关职业才计算年限",
    "held_level": "是否为所选条件要求的等级",
    "held_code": "须为本职业或相关职业",
    "held_number": "编号格式；在本平台是否已作废",
    "held_on": "条件要求的年限自此日起计算",
    "school": "是否为所选条件要求的学校",
    "class_kind": "是否为所选条件要求的班级",
    "major": "条件要求本专业或相关专业的，填“无关”不符合",
    "study_status": "在读的，仅适用于注明在读的条件",
    "title_matches": "填“否”的职称不计算",
    "title_on": "条件要求的年限自此日起计算",
    "kind": "补考须有仍有效的合格科目",
    "resit_subjects": "须为未合格的科目",
    "photo_name": "照片包中有没有这个文件",
}


#: What holds for the whole file, sentence by sentence.
GENERAL: dict[str, tuple[str, ...]] = {
    "填写": (
        "在“名册”页从第 2 行起填写，一人一行。列名带 * 的必填；其余的列，看“申报条件”页中所选条件需要哪几列。",
        "各列可以调换位置；请不要改列名，也不要合并单元格。",
    ),
    "文本格式": (
        "证件号码、手机号码、编号和日期均按文本填写，本模板已设好。从别处复制时请用“只粘贴值”。",
        "数字格式的证件号码，末几位会变成 0，无法恢复。",
    ),
    "日期": ("写成 2026-03-21；2026/3/21、2026.3.21、20260321、2026年3月21日也可以。",),
    "示例": ("“示例”页中的人员均为虚构：每项申报条件一人，最后一人用的是护照。请照样填写，不要把示例留在名册里。",),
    "文件": (
        f"可上传 .xlsx 或 .csv，一份最多 {MAX_ROWS:,} 人；人数更多的，分几份上传。",
        "同一份文件再次上传，不会重复登记。",
    ),
    "照片": (
        "另打成一个 .zip 压缩包上传。文件名为“姓名_证件号码.jpg”或“证件号码.jpg”。",
        "用其他文件名的，在“照片文件名”列写明。",
        f"JPG 或 PNG，每张不超过 {MAX_BYTES_USUAL // MEGABYTE} MB，宽和高都不少于 {PHOTO_SIDES[0]} 像素。",
        f"压缩包不超过 {max_bytes(FileKind.ARCHIVE) // MEGABYTE} MB。",
    ),
    "核对和修改": (
        "上传后平台逐行核对，一次列出全部问题和改法。没有问题的行会保留。",
        "有问题的行，可以在网页上逐格修改，也可以下载标好问题的退改名册，改好再上传。",
    ),
    "初审和提交": (
        "上传名册还不是申报。经办人对照原件逐人核对，在网上通过资格初审并提交后，才进入评价机构的资格审核。",
        "初审人和初审时间由平台记录；汇总表由初审人和负责人签名，并加盖公章。",
    ),
    "签名和原件": (
        "每位参评人员须阅读并同意参评人员须知，在本人的报名表上签名。",
        "报名表原件由贵单位收齐，交评价机构，由评价机构登记接收。",
    ),
    "通知": ("没有平台账号的人员，提交后会收到短信；注册账号后，可认领自己的申报。",),
}


@dataclass(frozen=True)
class Use:
    """What a template is for, in words."""

    offering: str
    provider: str
    filing_number: str
    window: str
    closes_on: date


def instruction_rows(use: Use) -> list[tuple[str, str, str, str]]:
    """事项, 是否必填, 怎样填写, 核对什么: what holds for the whole file, then column by column."""
    return [(title, "", text, "") for title, text in _general(use)] + [
        (column.title, "必填" if column.required else "", explained(column), CHECKED.get(column.key, ""))
        for column in COLUMNS
    ]


def explained(column: RosterColumn, words: Sequence[str] = ()) -> str:
    """A column's hint and the words it admits."""
    offered = "、".join(words or column.words)
    return "。".join(part for part in (column.hint, f"可选：{offered}" if offered else "") if part)


def _general(use: Use) -> list[tuple[str, str]]:
    return [
        ("适用范围", f"{use.offering}，{use.provider}（机构备案号 {use.filing_number}），{use.window}"),
        ("申报截止", f"{cn_deadline(use.closes_on, year=True)}。此前须完成上传、资格初审和提交。"),
        *((title, "\n".join(sentences)) for title, sentences in GENERAL.items()),
    ]


def clause_rows(
    clauses: Sequence[Clause],
    *,
    minimum_age: int,
    minimum_schooling: str,
    fee: str,
) -> list[tuple[str, str, str, str]]:
    """申报条件, 内容, 证明材料, 须填写的列; beneath them what everybody has to meet, and the fee in words."""
    return [
        (
            clause.label,
            clause.condition,
            "；".join(clause.evidence) or "不需要",
            "、".join(COLUMN[key].title for key in needs(clause.requirements)) or "不需要",
        )
        for clause in clauses
    ] + [
        (EVERYBODY, f"年龄：提交申报之日年满 {minimum_age} 周岁", "", ""),
        (EVERYBODY, f"普通受教育程度：{_schooling(minimum_schooling)}", "", ""),
        (EVERYBODY, f"考核费：{fee}", "", ""),
    ]


def _schooling(minimum: str) -> str:
    return f"{Schooling(minimum).label}及以上" if minimum else "未登记，以职业标准为准，由评价机构核对"
