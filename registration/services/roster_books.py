"""Workbooks of a group: the template, the returned roster, and the export for the city (SPEC 5.2, 5.7).

All but the template hold whole document numbers (RELIABILITY 8): each is an audit event with its purpose and count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from registration import policy
from registration.enums import HandingIn, RowState
from registration.models import Group, RosterRow, Submission, Window
from registration.queries import backgrounds
from registration.rosters import row_ids
from registration.rosters.columns import SEALED
from registration.rosters.examples import examples
from registration.rosters.instructions import Use, clause_rows, instruction_rows
from registration.rosters.sheets import returned_cells, returned_columns, roster_cells, roster_columns
from registration.rule_sets import RuleSet
from registration.services import roster_people
from registration.services.city_sheet import city_sheet
from registration.services.editing import day_of
from registration.services.judging import cells_of
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core import audit
from skilleval.core.errors import Refused
from skilleval.core.policy import require
from skilleval.core.spreadsheets import MAX_ROWS, Cell, Column, Sheet, write_workbook

ROSTER, EXAMPLES, INSTRUCTIONS, CLAUSES = "名册", "示例", "填写说明", "申报条件"
INSTRUCTION_COLUMNS = {"事项": 20, "是否必填": 10, "怎样填写": 72, "核对什么": 50}
CLAUSE_COLUMNS = {"申报条件": 14, "内容": 56, "证明材料": 40, "须填写的列": 44}
REFERENCE_LENGTH = 60
NO_RULES = "本项目的申报条件尚未登记，暂不能填报，请联系平台管理员"


def template(offering: Offering, window: Window, on: date, *, fee: str) -> bytes:
    """The roster to fill in for an offering and a window, with the words, clauses and examples of a day (SPEC 5.2).

    `fee` is what is charged, in words. Uploads are read from the first sheet, the empty one. Raises Refused where no
    eligibility rules are loaded.
    """
    rules, subjects = _rules_of(offering), _subjects_of(offering)
    clauses = rules.of_level(offering.level)
    schooling = offering.work_type.occupation.minimum_schooling
    columns = roster_columns(offering.level, clauses, subjects)
    people = [roster_cells(person) for person in examples(clauses, minimum_schooling=schooling, on=on)]
    conditions = clause_rows(clauses, minimum_age=rules.minimum_age, minimum_schooling=schooling, fee=fee)
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


@transaction.atomic
def returned_book(group: Group, *, rows: Sequence[int] | None = None, by: User, at: datetime) -> bytes:
    """退改名册: rows of a group by their ids, all faulty ones unless said, with their faults marked in the cells.

    It holds the whole numbers as they were typed: an audit event tells how many rows whom were given (RELIABILITY 8).
    Uploaded unchanged it changes nothing (`rosters.row_ids`). Raises NotAllowed for who is no officer of the
    institution, Refused where there is nothing to mend and beyond what one file can bring back.
    """
    require(by, policy.ENTER, group.institution)
    found = list(_to_return(group, rows)[: MAX_ROWS + 1])
    if not found:
        raise Refused("没有需要修改的行，不用下载退改名册")
    if len(found) > MAX_ROWS:
        raise Refused(f"一份退改名册最多 {MAX_ROWS:,} 行；请先按名册或问题类别筛选，分几份下载", field="rows")
    clauses = _rules_of(group.offering).of_level(group.offering.level)
    columns = returned_columns(group.offering.level, clauses, _subjects_of(group.offering))
    audit.record("group.returned_book", by=by, obj=group, purpose="退改名册", rows=len(found), fields=list(SEALED))
    return write_workbook([Sheet(ROSTER, columns, [_returned(row) for row in found], locked=True, frozen=2)])


def returned_book_name(group: Group, at: datetime) -> str:
    """A file name that tells one day's book from another's."""
    return _file_name("退改名册", group.number, f"{timezone.localtime(at):%m%d-%H%M}")


def _to_return(group: Group, rows: Sequence[int] | None) -> QuerySet[RosterRow]:
    kept = RosterRow.objects.filter(group=group).exclude(state=RowState.REMOVED).select_related("roster")
    chosen = kept.filter(state=RowState.FAULTY) if rows is None else kept.filter(pk__in=rows)
    return chosen.order_by("roster_id", "number")


def _returned(row: RosterRow) -> list[Cell]:
    cells = cells_of(row)
    origin = f"{row.roster} 第 {row.number} 行"
    return returned_cells(cells, faults=row.faults, row_id=row_ids.row_id(row.uuid, cells), origin=origin)


@transaction.atomic
def city_export(submission: Submission, *, by: User, at: datetime) -> bytes:
    """A submission's people for the city's 自助经办系统, with their whole numbers (SPEC 5.2).

    Of its format nothing is published: the columns are ours. Each export is an audit event with its purpose and count,
    and the submission keeps the moment of the last. Raises NotAllowed for who is no officer of the institution, Refused
    while it is being handed in and when nobody is left in it.
    """
    require(by, policy.ENTER, submission.group.institution)
    locked = _handed_in(submission, "导出")
    people = roster_people.handed_in(locked, day_of(at))
    if not people:
        raise Refused("这次提交的人员都已退回或不再参加，没有可导出的名单")
    locked.exported_at = at
    locked.save(update_fields=["exported_at"])
    audit.record("submission.exported", by=by, obj=locked, purpose="市自助经办系统申报", people=len(people))
    return write_workbook([city_sheet(locked, people)])


def city_export_name(submission: Submission) -> str:
    """A file name that says which submission of which group."""
    return _file_name("自助经办系统名单", submission.group.number, str(submission.number))


@transaction.atomic
def record_city_reference(submission: Submission, *, reference: str, by: User, at: datetime) -> Submission:
    """Note the number under which the city's system took a submission; it can be corrected (SPEC 5.2).

    The same number again changes nothing. Raises NotAllowed for who is no officer of the institution, Refused for an
    empty, long or unreadable one and while the submission is being handed in.
    """
    require(by, policy.ENTER, submission.group.institution)
    text = _reference(reference)
    locked = _handed_in(submission, "登记受理编号")
    if locked.city_reference == text:
        return locked
    details = {"corrected": bool(locked.city_reference), "fields": ["city_reference"]}
    locked.city_reference, locked.city_reference_by_label, locked.city_reference_at = text, by.label, at
    locked.save(update_fields=["city_reference", "city_reference_by_label", "city_reference_at"])
    audit.record("submission.city_reference", by=by, obj=locked, **details)
    return locked


def _handed_in(submission: Submission, what: str) -> Submission:
    """The row, locked and fresh, once everybody in it is handed in."""
    rows = Submission.objects.select_for_update(of=("self",)).select_related(
        "group__institution", "group__window", "group__offering__provider", "group__offering__work_type__occupation"
    )
    locked = rows.get(pk=submission.pk)
    if locked.state != HandingIn.DONE:
        raise Refused(f"这次提交还在进行，完成后才能{what}；请稍后刷新页面")
    return locked


def _reference(text: str) -> str:
    reference = unicodedata.normalize("NFKC", text).strip()
    if not reference:
        raise Refused("请填写市自助经办系统给出的受理编号", field="reference")
    if len(reference) > REFERENCE_LENGTH:
        raise Refused(f"受理编号不超过 {REFERENCE_LENGTH} 个字符，请核对", field="reference")
    if any(unicodedata.category(sign)[0] == "C" for sign in reference):
        raise Refused("受理编号中有看不见的字符，请删除后重新输入", field="reference")
    return reference


def _rules_of(offering: Offering) -> RuleSet:
    row = backgrounds.rule_set_row(offering)
    if row is None:
        raise Refused(NO_RULES)
    return backgrounds.rules_of(row)


def _subjects_of(offering: Offering) -> list[str]:
    return list(offering.subjects.values_list("kind", flat=True))


def _texts(columns: Mapping[str, int]) -> list[Column]:
    return [Column(name, width=width, wrapped=True) for name, width in columns.items()]


def _use(offering: Offering, window: Window) -> Use:
    provider = offering.provider
    return Use(str(offering), provider.name, provider.filing_number, window.label, window.closes_on)


def _file_name(*parts: str) -> str:
    """Parts joined to the name of a workbook, without what file systems don't allow."""
    return "-".join(re.sub(r'[\\/:*?"<>|\s]+', "", part) for part in parts) + ".xlsx"
