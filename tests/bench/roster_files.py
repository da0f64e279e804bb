"""Rosters to measure with: invented people, all 28 columns in use, some rows with faults of several kinds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from registration.rosters.columns import COLUMNS
from skilleval.core.identity import check_digit
from skilleval.core.spreadsheets import Column, Sheet, write_workbook

STEMS = "甲乙丙丁戊己庚辛壬癸"
BORN = date(1975, 1, 1)


def workbook(first: int, rows: int, *, code: str) -> bytes:
    """A roster of so many people, counted from `first`, for an occupation's level 4."""
    columns = [Column(column.title) for column in COLUMNS]
    lines = [[cells.get(column.key, "") for column in COLUMNS] for cells in people(first, rows, code)]
    return write_workbook([Sheet("名册", columns, lines)])


def people(first: int, rows: int, code: str) -> Iterator[dict[str, str]]:
    for number in range(first, first + rows):
        cells = _person(number, code)
        if number % 40 == 0:  # one in forty has something to mend
            cells |= FAULTY[number // 40 % len(FAULTY)]
        yield cells


#: What goes wrong in rosters: a check digit, a telephone, a word, a date, a clause that isn't met.
FAULTY: tuple[dict[str, str], ...] = (
    {"id_number": "310101199001010000"},
    {"phone": "1380000"},
    {"study_status": "毕业啦"},
    {"work_from": "2019年"},
    {"work_from": "2025-06-01", "held_on": "2025-06-01"},
)


def _person(number: int, code: str) -> dict[str, str]:
    """Clause 4.1, 4.2 or 4.3 in turn, everything else stated too."""
    born = BORN + timedelta(days=number % 9000)
    head = f"310101{born:%Y%m%d}{number // 9000 * 100 + number % 100:03d}"
    began = date(2008, 1, 1) + timedelta(days=number % 3000)
    return {
        "name": f"样本{STEMS[number % 10]}{STEMS[number // 10 % 10]}",
        "id_type": "居民身份证",
        "id_number": head + check_digit(head),
        "sex": "男" if int(head[-1]) % 2 else "女",
        "born": f"{born:%Y-%m-%d}",
        "phone": f"139{number:08d}",
        "schooling": "高中毕业（或同等学力）",
        "clause": f"4.{number % 3 + 1}",
        "work_from": f"{began:%Y-%m-%d}",
        "work_to": "2025-12-31",
        "work_code": code,
        "held_level": "五级/初级工",
        "held_code": code,
        "held_number": f"S0000312000572351{number % 10**6:06d}",
        "held_on": f"{began - timedelta(days=200):%Y-%m-%d}",
        "school_name": "样本职业技术学校",
        "school": "高等职业学校",
        "major_name": "信息技术应用",
        "major": "本专业",
        "study_status": "已毕业",
        "validated": "否",
        "title_grade": "初级",
        "title_matches": "是",
        "title_on": "2020-06-30",
        "kind": "正考",
        "photo_name": f"{number}.jpg",
    }
