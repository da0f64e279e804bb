"""报名表: everything an application states, in words, on screen before submitting and on paper to sign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from fees.queries import fee_stated
from registration import conditions
from registration.enums import ClassKind, CreditOrigin, MajorMatch, SchoolKind, StudyStatus, TitleGrade
from registration.models import Application, Candidate, Credit
from registration.queries import applications as queries, backgrounds
from registration.queries.credits import counted
from registration.queries.schemes import words_of
from registration.services import applications as services
from skilleval.accounts import phones
from skilleval.catalogue.enums import Level, Schooling, SubjectKind
from skilleval.catalogue.models import Occupation
from skilleval.core import files, pdf
from skilleval.core.models import StoredFile
from skilleval.core.wording import cn_date
from skilleval.journeys.applying.own import is_editable
from skilleval.journeys.applying.progress import exam_period

TEMPLATE = "papers/application_form.html"


@dataclass(frozen=True)
class Printed:
    """The background in words: as frozen at submission, or as it stands while it can still be changed."""

    schooling: str
    employer: str
    education: list[tuple[str, ...]]
    work: list[tuple[str, ...]]
    certificates: list[tuple[str, ...]]
    titles: list[tuple[str, ...]]
    clause: str
    evidence: tuple[str, ...]
    subjects: str = ""
    credits: tuple[str, ...] = ()
    conditions: tuple[tuple[str, str], ...] = ()


def printed_rows(application: Application, on: date) -> Printed:
    """What the form prints of a person's background and the clause relied on."""
    stated = application.background
    if not stated or (is_editable(application) and not application.earlier_id):
        stated = backgrounds.snapshot(application.candidate, on=on, declared=application.declared)
    names = _occupations(stated)
    return Printed(
        schooling=_label(Schooling, stated["schooling"]),
        employer=stated["employer"],
        education=[_education(row) for row in stated["education"]],
        work=[
            (row["employer"], row["position"], names.get(row["code"], row["code"]), _span(row["from"], row["to"]))
            for row in stated["work"]
        ],
        certificates=[
            (
                names.get(row["code"], row["code"]),
                _label(Level, row["level"]),
                row["number"] or "未填",
                _day(row["issued"]),
                row["issuer"],
            )
            for row in stated["certificates"]
        ],
        titles=[
            (
                row["name"],
                _label(TitleGrade, row["grade"]) + ("（职业资格）" if row["qualification"] else ""),
                "对应" if row["matches"] else "不对应",
                _day(row["obtained"]),
            )
            for row in stated["titles"]
        ],
        clause=_clause(application),
        evidence=services.papers(application),
        subjects="、".join(str(SubjectKind(kind).label) for kind in application.subjects),
        credits=tuple(credit_words(credit) for credit in counted(application, on)),
        conditions=tuple(conditions.words_of(application.conditions)),
    )


@dataclass(frozen=True)
class Holder:
    """Whom the form is about, as the record has them, or for an institution's officers as its roster states them."""

    name: str
    sex: str
    born: date
    id_type: str
    id_number: str
    phone: str
    photo: StoredFile | None


def holder_of(candidate: Candidate) -> Holder:
    """The person by their record."""
    return Holder(
        name=candidate.name,
        sex=candidate.sex,
        born=candidate.born,
        id_type=candidate.get_id_type_display(),
        id_number=candidate.id_number,
        phone=candidate.phone,
        photo=candidate.photo,
    )


def application_form(application: Application, *, at: datetime, holder: Holder | None = None) -> bytes:
    """The PDF to sign; `holder` is the person where not their record tells who it is.

    It carries the whole document number: the caller records who had it printed.
    """
    return pdf.render_pdf(TEMPLATE, _context(application, at, holder))


def application_forms(applications: Iterable[tuple[Application, Holder]], *, at: datetime) -> bytes:
    """The forms of several people as one PDF, each with page numbers of its own."""
    return pdf.render_copies(TEMPLATE, [_context(application, at, holder) for application, holder in applications])


def _context(application: Application, at: datetime, holder: Holder | None) -> dict[str, Any]:
    on = timezone.localdate(at)
    holder, provider = holder or holder_of(application.candidate), application.offering.provider
    rules = application.rules or queries.current_rules(application.offering, on)
    content = _photo(holder.photo)
    return {
        "application": application,
        "holder": holder,
        "phone": phones.spoken(holder.phone),
        "provider": provider,
        "offering": application.offering,
        "window": application.window or application.first_window,
        "exam": exam_period(application),
        "rows": printed_rows(application, on),
        "papers": list(application.evidence.all()),
        "rules": rules,
        "rule_lines": [line.strip() for line in rules.body.splitlines() if line.strip()] if rules else [],
        "fee": fee_stated(application, on=on),
        "fee_open": application.approved_on is None,
        "photo": pdf.image_data_uri(content) if content else "",
        "qr": pdf.qr_png_data_uri(f"{settings.SITE_URL}{application.get_absolute_url()}"),  # type: ignore[attr-defined]
        "printed_at": at,
        "editable": is_editable(application),
    }


def _photo(stored: StoredFile | None) -> bytes:
    if stored is None:
        return b""
    with files.open_file(stored) as opened:
        return bytes(opened.read())


def _clause(application: Application) -> str:
    row = application.rule_set or backgrounds.rule_set_row(application.offering)
    if row is None or not application.clause:
        return ""
    try:
        return backgrounds.rules_of(row).clause(application.clause).condition
    except LookupError:
        return ""


#: Where a credit comes from, unless it was earned here.
ORIGINS = {CreditOrigin.EXTERNAL: "（平台外成绩，由机构认可）", CreditOrigin.EARLIER: "（历史业务导入）"}


def credit_words(credit: Credit) -> str:
    """A passed subject that a resit relies on, of `queries.credits.counted`."""
    origin = ORIGINS.get(CreditOrigin(credit.origin), "")
    score = f" {credit.score} 分" if credit.score is not None else ""
    gone = f"，已于{cn_date(credit.withdrawn_on)}取消" if credit.withdrawn_on else ""
    counts = f"，{words}" if (words := words_of(credit)) else ""
    return f"{credit.get_subject_display()}{score}{origin}，有效期至 {cn_date(credit.valid_until)}{gone}{counts}"


def _education(row: dict[str, Any]) -> tuple[str, ...]:
    school = _label(SchoolKind, row["school"])
    if row["class"]:
        school += f"（{_label(ClassKind, row['class'])}）"
    major = row["major_name"] + ("（经评估论证）" if row["validated_programme"] else "")
    status = _label(StudyStatus, row["status"])
    if row["graduated_on"]:
        status += f" {_day(row['graduated_on'])}"
    match = "—" if row["major"] == MajorMatch.UNRELATED else _label(MajorMatch, row["major"])
    return row["school_name"], school, major, match, status


def _occupations(stated: dict[str, Any]) -> dict[str, str]:
    codes = {row["code"] for row in (*stated["work"], *stated["certificates"])}
    found = Occupation.objects.filter(code__in=codes).values_list("code", "name")
    return {code: f"{name}（{code}）" for code, name in found}


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value else "未填"


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.year}年{day.month}月{day.day}日"


def _span(first: str, last: str | None) -> str:
    return f"{_day(first)}至{f'{_day(last)}（不含）' if last else '今'}"
