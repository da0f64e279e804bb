"""Which column of a file holds what (SPEC 5.2): any order, names written a little differently, others left aside."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from registration.rosters.columns import COLUMN, COLUMNS, FAULTS_TITLE, ROW_ID_TITLE
from skilleval.core.errors import Refused

#: How institutions call the same columns in tables of their own; the template's name, where it is there too, wins.
ALIASES: dict[str, tuple[str, ...]] = {
    "name": ("学员姓名", "考生姓名", "参评人员姓名"),
    "id_type": ("证件种类",),
    "id_number": ("证件号", "身份证号", "身份证号码", "身份证", "居民身份证号码"),
    "born": ("出生年月日", "生日"),
    "phone": ("手机号", "手机", "本人手机", "联系手机", "联系电话", "电话", "电话号码"),
    "schooling": ("学历", "受教育程度", "普通受教育程度"),
    "clause": ("申报条件编号", "条件"),
    "work_code": ("从事职业代码",),
    "held_code": ("持有证书职业代码",),
    "held_number": ("持有证书号码", "持有证书证书编号"),
    "school_name": ("毕业学校", "学校名称", "学校"),
    "major_name": ("所学专业", "专业名称"),
    "photo_name": ("照片", "照片文件", "照片名称"),
}
OWN = (ROW_ID_TITLE, FAULTS_TITLE)
LONGEST_NAME = 40
WHERE = "请在本团体的页面下载模板，按模板的列名填写"


@dataclass(frozen=True)
class Header:
    """For each place of a row the key of its column, None where it isn't read.

    `row_id` is the place of 行标识, by which a returned workbook finds its rows again; `ignored` are the names of the
    columns that nobody asked for.
    """

    keys: tuple[str | None, ...]
    row_id: int | None
    ignored: tuple[str, ...]


def read_header(header: tuple[str, ...]) -> Header:
    """Find the columns by their names (SPEC 5.2).

    Raises Refused naming the required columns that are missing, with where to get the template, and columns that are
    there twice.
    """
    plain = [plain_title(name) for name in header]
    keys = _found(plain, TITLES, header)
    left = {name: key for name, key in SPOKEN.items() if key not in keys}
    keys = [key or other for key, other in zip(keys, _found(plain, left, header), strict=True)]
    _refuse_missing({key for key in keys if key})
    row_id = plain.index(ROW_ID_TITLE) if ROW_ID_TITLE in plain else None
    places = zip(header, plain, keys, strict=True)
    return Header(tuple(keys), row_id, tuple(_short(name) for name, bare, key in places if not key and bare not in OWN))


def plain_title(name: str) -> str:
    """A column's name without what people add to it: marks, spaces, and remarks in brackets."""
    text = unicodedata.normalize("NFKC", name)
    without_remarks = re.sub(r"[(\[【〔][^)\]】〕]*[)\]】〕]?", "", text)
    return re.sub(r"[\W_]+", "", without_remarks) or re.sub(r"[\W_]+", "", text)


TITLES: dict[str, str] = {plain_title(column.title): column.key for column in COLUMNS}
SPOKEN: dict[str, str] = {plain_title(name): key for key, names in ALIASES.items() for name in names}


def _found(plain: list[str], names: dict[str, str], header: tuple[str, ...]) -> list[str | None]:
    keys = [names.get(name) for name in plain]
    for key in dict.fromkeys(filter(None, keys)):
        if keys.count(key) > 1:
            both = "、".join(f"“{_short(name)}”" for name, found in zip(header, keys, strict=True) if found == key)
            raise Refused(f"有几列都是{COLUMN[key].title}：{both}；请只保留一列后再上传", field="upload")
    return keys


def _refuse_missing(found: set[str]) -> None:
    missing = [column.title for column in COLUMNS if column.required and column.key not in found]
    if missing:
        raise Refused(f"名册缺少必填的列：{'、'.join(missing)}；{WHERE}后再上传", field="upload")


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "…"
