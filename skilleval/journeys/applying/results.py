"""What candidates see of their result: the marks, what they mean, and what can be done next (SPEC 9.2–9.6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from certificates.enums import MarkStatus
from certificates.grading import shown
from certificates.models import Result
from certificates.queries.certificates import certificate_of
from fees.queries import Fee, price_of
from registration.models import Application, Credit
from registration.queries.credits import counted, live_credits, plan_with, used_by
from registration.queries.schemes import words_of
from registration.queries.windows import window_from
from registration.resits import RESIT
from scheduling.services.waiting import offering_in
from skilleval.catalogue.enums import Level, SubjectKind
from skilleval.catalogue.models import Offering
from skilleval.core.wording import cn_date

#: The rules under which a subsidy is claimed (CITY 四).
SUBSIDY_RULES = ("沪人社规〔2022〕17号", "沪人社规〔2023〕25号", "沪人社规〔2024〕20号")


@dataclass(frozen=True)
class MarkRow:
    """A subject as the page prints it; `tone` colours the word, which says the same."""

    subject: str
    score: str
    word: str
    tone: str


@dataclass(frozen=True)
class Resit:
    """What is left to sit, until when the kept subjects hold, and what it costs today."""

    subjects: str
    kept: tuple[str, ...]
    until: date
    fee: Fee


@dataclass(frozen=True)
class Shown:
    """One version of the result, in words."""

    result: Result
    marks: tuple[MarkRow, ...]
    outcome: str
    tone: str
    total: str = ""


def result_context(application: Application, on: date) -> dict[str, Any]:
    """What `applying/_result.html` needs; `shown` is None before publication."""
    versions = list(
        Result.objects.filter(application=application)
        .select_related("session")
        .prefetch_related("marks")
        .order_by("-version")
    )
    if not versions:
        return {"shown": None}
    kept, next_time = counted(application, on), _next_time(application, on)
    told = [_shown(version, application, kept) for version in versions]
    return {
        "shown": told[0],
        "earlier": told[1:],
        "certificate": certificate_of(application),
        "resit": None if versions[0].passed else _resit(application, next_time, on),
        "next_time": next_time,
        "no_resit": _no_resit(application),
        "subsidy_rules": SUBSIDY_RULES,
        "pass_mark": application.offering.pass_mark.normalize(),
    }


def _shown(result: Result, application: Application, kept: Sequence[Credit]) -> Shown:
    pass_mark, special = application.offering.pass_mark, application.level == Level.SPECIAL
    order = {kind: place for place, kind in enumerate(SubjectKind.values)}
    marks = sorted(result.marks.all(), key=lambda mark: order[mark.subject])
    rows = [_row(mark, None if special else pass_mark) for mark in marks]
    sat = {mark.subject for mark in marks}
    rows += [_kept(credit) for credit in kept if not sat & set(_counts(credit))]
    cancelled = any(mark.status == MarkStatus.CANCELLED for mark in marks)
    word, tone = ("评价合格", "success") if result.passed else ("评价不合格", "danger")
    if cancelled and not result.passed:
        word = "成绩已取消"
    total = f"{shown(result.total)} 分" if result.total is not None else ""
    return Shown(result, tuple(rows), word, tone, total)


def _row(mark: Any, pass_mark: Decimal | None) -> MarkRow:
    name = mark.get_subject_display()
    if mark.weight is not None:
        name = f"{name}（占 {mark.weight.normalize():f}%）"
    if mark.status != MarkStatus.MARKED:
        return MarkRow(name, "—", mark.get_status_display(), "danger")
    score = f"{mark.score:.2f}"
    if pass_mark is None:
        return MarkRow(name, score, "已评分", "neutral")
    return MarkRow(name, score, *(("合格", "success") if mark.score >= pass_mark else ("不合格", "danger")))


def _kept(credit: Credit) -> MarkRow:
    score = f"{credit.score:.2f}" if credit.score is not None else "—"
    was = f"，原{credit.get_subject_display()}" if credit.recognised_by else ""
    return MarkRow(_names(_counts(credit)), score, f"保留成绩，{cn_date(credit.published_on)}公布{was}", "info")


def _counts(credit: Credit) -> tuple[str, ...]:
    """What a kept credit stands for on the page, if only for itself."""
    return credit.counts_for or (credit.subject,)


def _next_time(application: Application, on: date) -> Offering:
    """The offering to apply for now: credits outlive a year's notice, and the next one brings a row of its own."""
    window = window_from(application.offering.provider, on)
    return offering_in(application.offering, window) if window else application.offering


def _resit(application: Application, offering: Offering, on: date) -> Resit | None:
    live = live_credits(application.candidate, offering, on)
    plan = plan_with(live, offering, on)
    if plan.kind != RESIT:
        return None
    held = used_by(plan, live)
    return Resit(
        subjects=_names(plan.sits),
        kept=tuple(map(_held, held)),
        until=min(credit.valid_until for credit in held),
        fee=price_of(offering, kind=RESIT, subjects=plan.sits, on=on),
    )


def _held(credit: Credit) -> str:
    words = words_of(credit)
    return f"{credit.get_subject_display()}，有效至 {cn_date(credit.valid_until)}" + (f"，{words}" if words else "")


def _no_resit(application: Application) -> str:
    """Why nothing is kept for a resit where a rule says so; empty where there is just nothing to keep."""
    if application.level == Level.SPECIAL:
        return "专项职业能力不设补考，须重新报名参加。"
    if application.competition:
        return "参加职业技能竞赛的成绩不合格，不能补考，可重新申报。"
    return ""


def _names(subjects: Iterable[str]) -> str:
    return "、".join(str(SubjectKind(subject).label) for subject in subjects)
