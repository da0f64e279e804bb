"""A school's roster of 300 people with 25 bad rows of every kind, as its officer would have it, and the photos.

Everybody is plainly fictitious: 样本 and three stems; the numbers have a right check digit and no such birthplace.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from PIL import Image

from registration.rosters.columns import COLUMN
from skilleval.core.identity import check_digit

PEOPLE = 300
STEMS = "甲乙丙丁戊己庚辛壬癸"
HEAD = 1  # the row of the column names


@dataclass(frozen=True)
class Bad:
    """A cell that is wrong, and what it should say."""

    person: int
    column: str
    wrong: str
    right: str


def name(person: int) -> str:
    return "样本" + "".join(STEMS[int(digit)] for digit in f"{person:03d}")


def number(person: int, born: date | None = None) -> str:
    born = born or date(1985, 1, 1) + timedelta(days=11 * person)
    first = f"310000{born:%Y%m%d}{person % 500 + 500}"
    return first + check_digit(first)


def sound(person: int) -> dict[str, str]:
    """Somebody with ten years' work: clause 4.1."""
    return {
        "name": name(person),
        "id_number": number(person),
        "phone": f"199100{person:05d}",
        "clause": "4.1",
        "work_from": "2015-07-01",
    }


def _sex(person: int, *, other: bool = False) -> str:
    return "男" if (int(number(person)[16]) % 2 == 1) != other else "女"


#: Mended on the page, cell by cell.
ON_THE_PAGE = (
    Bad(10, "id_number", number(10)[:17] + ("1" if number(10)[17] != "1" else "2"), number(10)),
    Bad(22, "id_number", number(22)[:17], number(22)),
    Bad(34, "phone", "1991000", "19910000034"),
    Bad(46, "phone", "021-62125790", "19910000046"),
    Bad(58, "name", "样本58", name(58)),
    Bad(70, "work_from", "2015-02-30", "2015-07-01"),
    Bad(82, "work_from", "2015年", "2015-07-01"),
    Bad(94, "study_status", "毕业啦", "已毕业"),
    Bad(106, "clause", "3.1", "4.1"),
    Bad(118, "clause", "", "4.1"),
    Bad(130, "sex", _sex(130, other=True), _sex(130)),
    Bad(142, "born", "1990-01-01", f"{date(1985, 1, 1) + timedelta(days=11 * 142):%Y-%m-%d}"),
)
#: Mended in the returned workbook.
IN_THE_BOOK = (
    Bad(154, "clause", "4.2", "4.1"),
    Bad(166, "work_from", f"{date.today().year - 1}-07-01", "2015-07-01"),  # noqa: DTZ011 - a year ago, whichever
    Bad(178, "work_from", "2099-01-01", "2015-07-01"),
    Bad(190, "work_to", "2014-01-01", ""),
    Bad(202, "kind", "补考", "正考"),
    Bad(214, "resit_subjects", "理论知识", ""),
    Bad(226, "id_type", "驾驶证", "居民身份证"),
    Bad(238, "work_code", "人工", ""),
    Bad(250, "schooling", "博士后站", "大学本科毕业"),
    Bad(262, "phone", "", "19910000262"),
)
WITHOUT_PHOTO = 274  # the photo comes by hand
TOO_YOUNG = 286  # removed
DOUBLED = 298  # the number of 297 once more: removed
BAD = len(ON_THE_PAGE) + len(IN_THE_BOOK) + 3


def cells(person: int) -> dict[str, str]:
    """A row as the officer first has it."""
    found = sound(person)
    found |= {bad.column: bad.wrong for bad in (*ON_THE_PAGE, *IN_THE_BOOK) if bad.person == person}
    if person == TOO_YOUNG:
        found["id_number"] = number(person, date.today() - timedelta(days=15 * 365))  # noqa: DTZ011 - fifteen today
    if person == DOUBLED:
        found["id_number"] = number(DOUBLED - 1)
    return found


def fill(template: Path) -> None:
    """Fill the template in, a row a person."""
    book = load_workbook(template)
    sheet = book.worksheets[0]
    places = {str(cell.value).strip("*＊ "): cell.column for cell in sheet[HEAD] if cell.value}
    for person in range(PEOPLE):
        for column, text in cells(person).items():
            sheet.cell(HEAD + 1 + person, places[COLUMN[column].title]).value = text
    book.save(template)


def mend(returned: Path) -> int:
    """Write what is right into the returned workbook; how many cells."""
    book = load_workbook(returned)
    sheet = book.worksheets[0]
    places = {str(cell.value).strip("*＊ "): cell.column for cell in sheet[HEAD] if cell.value}
    rows = {sheet.cell(row, places["姓名"]).value: row for row in range(HEAD + 1, sheet.max_row + 1)}
    mended = 0
    for bad in IN_THE_BOOK:
        sheet.cell(rows[name(bad.person)], places[COLUMN[bad.column].title]).value = bad.right or None
        mended += 1
    book.save(returned)
    return mended


def pack(folder: Path) -> Path:
    """Everybody's photo in a zip, by number or by name and number; one is missing."""
    photo = picture()
    made = folder / "照片.zip"
    with zipfile.ZipFile(made, "w") as target:
        for person in range(PEOPLE):
            if person not in (WITHOUT_PHOTO, TOO_YOUNG, DOUBLED):
                stem = number(person) if person % 2 else f"{name(person)}_{number(person)}"
                target.writestr(f"一班/{stem}.jpg", photo)
    return made


def picture() -> bytes:
    content = BytesIO()
    Image.new("RGB", (240, 336), "#88aacc").save(content, "JPEG")
    return content.getvalue()
