"""The columns of the workbooks that earlier business is loaded from, kind by kind (ours). Pure.

Columns that a roster has too are the roster's: same names, same words, same reading.
"""

from __future__ import annotations

from dataclasses import replace

from registration.enums import TakeOverKind
from registration.rosters.columns import COLUMN, SUBJECT_WORDS, RosterColumn
from skilleval.catalogue.enums import Level

LEVELS = tuple(str(level.label) for level in Level)
#: 现批次 of somebody for whom no window is known yet (SPEC 7.1).
AWAITING = "待次年公告"

PERSON = tuple(COLUMN[key] for key in ("name", "id_type", "id_number", "sex", "born"))
PHONE = replace(COLUMN["phone"], hint="本人手机；新建档案时登记，供本人认领")
PHONE_IF_KNOWN = replace(PHONE, required=False)
CODE = RosterColumn("code", "职业编码", required=True, hint="形如 4-04-05-05")
WORK_TYPE = RosterColumn("work_type", "工种", hint="有工种的填写")
LEVEL = RosterColumn("level", "等级", required=True, words=LEVELS)
TARGET = (CODE, WORK_TYPE, LEVEL)
DAY = "格式 2026-03-21"

COLUMNS: dict[str, tuple[RosterColumn, ...]] = {
    TakeOverKind.APPLICATIONS: (
        *PERSON,
        PHONE,
        COLUMN["schooling"],
        *TARGET,
        RosterColumn("clause", "申报条件", hint="已审核通过的条件，如 四级(1) 或 4.1；专项职业能力可不填"),
        COLUMN["kind"],
        COLUMN["resit_subjects"],
        RosterColumn("first_window", "最初批次", required=True, hint="提交申报时的批次，见“批次”页"),
        RosterColumn("window", "现批次", hint=f"未顺延的不填；等待次年公告的填“{AWAITING}”"),
        RosterColumn("rolled", "顺延次数", hint="未顺延的不填"),
        RosterColumn("submitted_on", "提交日期", required=True, hint=DAY),
        RosterColumn("approved_on", "审核通过日期", required=True, hint=DAY),
        RosterColumn("original_on", "原件收到日期", hint=f"已收签字原件的填写，{DAY}"),
        RosterColumn("order_number", "原订单编号", hint="已缴费的必填；原系统或台账中的编号，文本格式"),
        RosterColumn("amount", "缴费金额", hint="单位：元；已缴费的必填，应等于审核通过当日的公布价"),
        RosterColumn("value_on", "到账日期", hint=f"已缴费的填写，不填为待缴费；{DAY}"),
        RosterColumn("payer", "付款人", hint="不填按本人；退费只退给付款人"),
        RosterColumn("amount_note", "金额说明", hint="金额与公布价不同的，写明依据"),
    ),
    TakeOverKind.CREDITS: (
        *PERSON,
        PHONE_IF_KNOWN,
        *TARGET,
        RosterColumn("subject", "合格科目", required=True, words=tuple(SUBJECT_WORDS), hint="一行一科"),
        RosterColumn("score", "成绩", hint="60 至 100；没有分数的不填"),
        RosterColumn("published_on", "成绩公布日期", required=True, hint=f"有效期自此日起算；{DAY}"),
    ),
    TakeOverKind.CERTIFICATES: (
        *PERSON,
        PHONE_IF_KNOWN,
        *TARGET,
        RosterColumn("number", "证书编号", required=True, hint="本机构发放的证书，文本格式"),
        RosterColumn("issued_on", "发证日期", required=True, hint=DAY),
    ),
    TakeOverKind.SERIALS: (
        RosterColumn("year", "发证年份", required=True, hint="如 2026"),
        LEVEL,
        RosterColumn("serial", "最后流水号", required=True, hint="已发出的最后一个流水号，或整个证书编号"),
    ),
    TakeOverKind.BANS: (
        *PERSON,
        PHONE_IF_KNOWN,
        RosterColumn("source", "决定文号", required=True),
        RosterColumn("starts_on", "禁考起始日期", required=True, hint=f"含当日；{DAY}"),
        RosterColumn("ends_on", "禁考截止日期", required=True, hint=f"含当日；{DAY}"),
    ),
}


def column_of(kind: str, key: str) -> RosterColumn:
    """A column of a kind of workbook by its key."""
    return next(column for column in COLUMNS[kind] if column.key == key)


def has_people(kind: str) -> bool:
    """Whether the rows of a kind of workbook are about persons."""
    return COLUMNS[kind][0].key == "name"
