"""Workbooks of a group: the template, the returned roster, and the export for the city (SPEC 5.2, 5.7).

All but the template hold whole document numbers (RELIABILITY 8): each is an audit event with its purpose and count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from registration.models import Window
from registration.queries import backgrounds
from registration.rosters.examples import examples
from registration.rosters.instructions import Use, clause_rows, instruction_rows
from registration.rosters.sheets import roster_cells, roster_columns
from skilleval.catalogue.models import Offering
from skilleval.core.errors import Refused
from skilleval.core.spreadsheets import MAX_ROWS, Column, Sheet, write_workbook

ROSTER, EXAMPLES, INSTRUCTIONS, CLAUSES = "名册", "示例", "填写说明", "申报条件"
INSTRUCTION_COLUMNS = {"事项": 20, "是否必填": 10, "怎样填写": 72, "核对什么": 50}
CLAUSE_COLUMNS = {"申报条件": 10, "条款": 14, "内容": 56, "证明材料": 40, "须填写的列": 44}
NO_RULES = "本项目的申报条件尚未登记，暂不能下载模板，请联系平台管理员"


def template(offering: Offering, window: Window, on: date, *, prices: Mapping[str, Decimal]) -> bytes:
    """The roster to fill in for an offering and a window, with the words, clauses and examples of a day (SPEC 5.2).

    `prices` are the published fees in yuan by subject; unless all are there the page says 费用待公布. Uploads are read
    from the first sheet, the empty one. Raises Refused where no eligibility rules are loaded.
    """
    row = backgrounds.rule_set_row(offering)
    if row is None:
        raise Refused(NO_RULES)
    rules = backgrounds.rules_of(row)
    clauses = rules.of_level(offering.level)
    schooling = offering.work_type.occupation.minimum_schooling
    subjects = list(offering.subjects.values_list("kind", flat=True))
    columns = roster_columns(offering.level, [clause.code for clause in clauses], subjects)
    people = [roster_cells(person) for person in examples(clauses, minimum_schooling=schooling, on=on)]
    conditions = clause_rows(
        clauses, minimum_age=rules.minimum_age, minimum_schooling=schooling, subjects=subjects, prices=prices
    )
    return write_workbook(
        [
            Sheet(ROSTER, columns, empty_rows=MAX_ROWS, frozen=1),
            Sheet(EXAMPLES, columns, people, frozen=1),
            Sheet(INSTRUCTIONS, _texts(INSTRUCTION_COLUMNS), instruction_rows(_use(offering, window))),
            Sheet(CLAUSES, _texts(CLAUSE_COLUMNS), conditions),
        ]
    )


def template_name(offering: Offering, window: Window) -> str:
    """A file name that tells templates apart."""
    return _file_name("名册模板", str(offering), window.label)


def _texts(columns: Mapping[str, int]) -> list[Column]:
    return [Column(name, width=width, wrapped=True) for name, width in columns.items()]


def _use(offering: Offering, window: Window) -> Use:
    provider = offering.provider
    return Use(str(offering), provider.name, provider.filing_number, window.label, window.closes_on)


def _file_name(*parts: str) -> str:
    """Parts joined to the name of a workbook, without what file systems don't allow."""
    return "-".join(re.sub(r'[\\/:*?"<>|\s]+', "", part) for part in parts) + ".xlsx"
