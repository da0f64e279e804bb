"""The rows of a candidate's background: education, work, certificates and titles. Each kind has one table of checks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import transaction

from registration.background import CERTIFICATE_NUMBER
from registration.enums import TECHNICAL_SCHOOLS, StudyStatus
from registration.models import Candidate, Education, HeldCertificate, ProfessionalTitle, WorkPeriod
from skilleval.catalogue.models import OCCUPATION_CODE, Occupation
from skilleval.core import audit
from skilleval.core.clock import SHANGHAI
from skilleval.core.errors import Refused
from skilleval.core.identity import EARLIEST_BIRTH
from skilleval.core.policy import Actor
from skilleval.core.wording import cn_date

Row = Education | WorkPeriod | HeldCertificate | ProfessionalTitle
MODELS: dict[str, type[Row]] = {
    "education": Education,
    "work": WorkPeriod,
    "certificate": HeldCertificate,
    "title": ProfessionalTitle,
}
MOST_ROWS = 30
RECORDED = "这张证书由平台按发证记录登记，不能自行修改或删除；有误的，请联系发证的评价机构"


@transaction.atomic
def save_row(
    candidate: Candidate, *, kind: str, row: Row | None = None, values: dict[str, Any], by: Actor | None, at: datetime
) -> Row:
    """Add a row of the background, or change `row`; raises Refused naming the field that is wrong."""
    Candidate.objects.select_for_update().get(pk=candidate.pk)
    model = MODELS[kind]
    if row is None and model._default_manager.filter(candidate=candidate).count() >= MOST_ROWS:
        raise Refused(f"每类经历最多填写 {MOST_ROWS} 条，请删除不需要的再添加")
    check_own(row)
    row = row or model(candidate=candidate)
    for field, value in values.items():
        setattr(row, field, value)
    CHECKS[kind](row, candidate, at.astimezone(SHANGHAI).date())
    row.save()
    audit.record("candidate.row_saved", by=by, obj=candidate, kind=kind, row=row.pk)
    return row


@transaction.atomic
def remove_row(candidate: Candidate, *, kind: str, row: Row, by: Actor | None, at: datetime) -> None:
    """Take a row out of the background; applications already submitted keep what they were judged by.

    Raises Refused for a certificate that the portal recorded.
    """
    Candidate.objects.select_for_update().get(pk=candidate.pk)
    found = type(row)._default_manager.filter(pk=row.pk).first()
    if found is None:
        return
    check_own(found)
    number = found.pk
    found.delete()
    audit.record("candidate.row_removed", by=by, obj=candidate, kind=kind, row=number)


def check_own(row: Row | None) -> None:
    """Raises Refused for what the portal recorded: that isn't the person's to change."""
    if isinstance(row, HeldCertificate) and row.recorded:
        raise Refused(RECORDED)


def _check_past(day: date | None, what: str, field: str, candidate: Candidate, on: date) -> None:
    """A day that has come, and not before the person was born."""
    if day is None:
        return
    if day > on:
        raise Refused(f"{what}不能晚于今天（{cn_date(on)}），请核对", field=field)
    if day < max(candidate.born, EARLIEST_BIRTH):
        raise Refused(f"{what}早于您的出生日期（{cn_date(candidate.born)}），请核对", field=field)


def _check_code(code: str) -> None:
    if not re.match(OCCUPATION_CODE, code):
        raise Refused("职业编码形如 4-04-05-05，请从列表中选择或按《国家职业分类大典》填写", field="code")


def _check_education(row: Education, candidate: Candidate, on: date) -> None:
    if row.class_kind and row.school not in TECHNICAL_SCHOOLS:
        raise Refused("只有技工学校、高级技工学校和技师学院填写班级类别，其他学校请留空", field="class_kind")
    if row.status == StudyStatus.GRADUATED:
        if row.graduated_on is None:
            raise Refused("已毕业的请填写毕业日期", field="graduated_on")
        _check_past(row.graduated_on, "毕业日期", "graduated_on", candidate, on)
    elif row.graduated_on and row.graduated_on <= on:
        raise Refused("毕业日期已过，毕业状态请选“已毕业”；尚未毕业的，请更正或清空毕业日期", field="graduated_on")


def _check_work(row: WorkPeriod, candidate: Candidate, on: date) -> None:
    _check_code(row.code)
    _check_past(row.started_on, "开始日期", "started_on", candidate, on)
    if row.ended_on and row.ended_on <= row.started_on:
        raise Refused("结束日期须晚于开始日期，请核对", field="ended_on")
    if row.ended_on and row.ended_on > on:
        raise Refused("结束日期还没有到：仍在职的，请把结束日期留空", field="ended_on")


def _check_certificate(row: HeldCertificate, candidate: Candidate, on: date) -> None:
    _check_code(row.code)
    _check_past(row.issued_on, "发证日期", "issued_on", candidate, on)
    if row.number and not CERTIFICATE_NUMBER.fullmatch(row.number):
        raise Refused("证书编号为 22 位（等级证书）或 16 位数字（职业资格证书），请对照证书填写", field="number")
    recorded = HeldCertificate.objects.filter(number=row.number, recorded=True).exclude(pk=row.pk).first()
    if row.number and recorded:
        mine = recorded.candidate_id == candidate.pk
        raise Refused(
            "平台已按发证记录登记这张证书，不需填写" if mine else "证书编号与发证记录不符，请对照证书填写",
            field="number",
        )


def _check_title(row: ProfessionalTitle, candidate: Candidate, on: date) -> None:
    _check_past(row.obtained_on, "取得日期", "obtained_on", candidate, on)


CHECKS: dict[str, Callable[[Any, Candidate, date], None]] = {
    "education": _check_education,
    "work": _check_work,
    "certificate": _check_certificate,
    "title": _check_title,
}


def known_occupations() -> list[tuple[str, str]]:
    """Codes and names of the catalogue, for the lists people choose from."""
    return list(Occupation.objects.order_by("code").values_list("code", "name"))
