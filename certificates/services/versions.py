"""A result's versions: drafted from raw marks and live cancellations, written, and never changed (SPEC 9.2, 10).

What a person achieved (the raw marks) and what a decision cancelled are kept apart: lifting the decision brings back
exactly the marks it took.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from certificates.entering import Raw
from certificates.enums import MarkStatus
from certificates.grading import GradedOutcome, Mark, MarkError, grade
from certificates.models import Result, ResultMark
from certificates.queries.cancellations import Cancelled
from registration.models import Application
from scheduling.models import ExamSession
from skilleval.catalogue.enums import SubjectKind
from skilleval.core.audit import SYSTEM
from skilleval.core.errors import Refused
from skilleval.core.policy import Actor

REASON_LENGTH = 300


@dataclass(frozen=True)
class Draft:
    """What an application's next version would be."""

    application: Application
    marks: tuple[ResultMark, ...]
    outcome: GradedOutcome

    def scores(self, subjects: Iterable[str]) -> dict[str, Decimal]:
        """The scores of those of the subjects that were marked."""
        wanted = frozenset(subjects)
        marked = [mark for mark in self.marks if mark.subject in wanted and mark.status == MarkStatus.MARKED]
        return {mark.subject: mark.score for mark in marked if mark.score is not None}


def draft(application: Application, raws: Mapping[str, Raw], gone: Cancelled) -> Draft:
    """Grade raw marks under the live cancellations. Raises Refused where they can't be graded (weights missing)."""
    in_order = [subject for subject in SubjectKind.values if subject in raws]
    marks = tuple(_mark(subject, raws[subject], gone=gone.covers(application.pk, subject)) for subject in in_order)
    try:
        outcome = grade(
            application.level,
            [Mark(mark.subject, mark.status, mark.score, mark.weight) for mark in marks],
            competition=application.competition,
            pass_mark=application.offering.pass_mark,
            rest_covered=not _lost_credits(application),
        )
    except MarkError as error:
        raise Refused(f"申报 {application.number}：{error}", source="评分规则：专项职业能力按权重计总成绩") from error
    return Draft(application, marks, outcome)


def raws_of(result: Result) -> dict[str, Raw]:
    """The raw marks a version was made from."""
    return {
        mark.subject: Raw(
            mark.raw_status or (mark.status if mark.status != MarkStatus.CANCELLED else ""), mark.score, mark.weight
        )
        for mark in result.marks.all()
    }


def differs(drafted: Draft, last: Result) -> bool:
    """Whether a draft says anything else than the version in force."""
    before = {mark.subject: (mark.status, mark.score, raw_status(mark)) for mark in last.marks.all()}
    after = {mark.subject: (mark.status, mark.score, raw_status(mark)) for mark in drafted.marks}
    return before != after or (last.passed, last.total) != (drafted.outcome.passed, drafted.outcome.total)


def raw_status(mark: ResultMark) -> str:
    """A mark's status before any decision, empty where it was never marked."""
    return mark.raw_status if mark.status == MarkStatus.CANCELLED else mark.status


def write(
    drafts: Iterable[Draft], *, session: ExamSession, by: Actor | None, at: datetime, version: int = 1, reason: str = ""
) -> list[Result]:
    """Write a version of each draft, with its marks, in two statements."""
    drafted = list(drafts)
    results = Result.objects.bulk_create(
        Result(
            application=one.application,
            session=session,
            version=version,
            passed=one.outcome.passed,
            total=one.outcome.total,
            reason=reason[:REASON_LENGTH],
            published_at=at,
            published_by_id=by.id if by else None,
            published_by_label=by.label if by else SYSTEM,
        )
        for one in drafted
    )
    ResultMark.objects.bulk_create(
        _of(mark, result) for one, result in zip(drafted, results, strict=True) for mark in one.marks
    )
    return results


def _mark(subject: str, raw: Raw, *, gone: bool) -> ResultMark:
    status = MarkStatus.CANCELLED if gone or not raw.status else raw.status
    return ResultMark(subject=subject, status=status, score=raw.score, weight=raw.weight, raw_status=raw.status)


def _of(mark: ResultMark, result: Result) -> ResultMark:
    mark.result = result
    return mark


def _lost_credits(application: Application) -> bool:
    """Whether a credit that a resit relies on was withdrawn meanwhile (SPEC 9.3)."""
    return any(credit.withdrawn_on for credit in application.credits.all())


def changed(raws: Mapping[str, Raw], changes: Mapping[str, Raw]) -> dict[str, Raw]:
    """Raw marks with some corrected; weights stay what they were."""
    return {subject: replace(changes.get(subject, raw), weight=raw.weight) for subject, raw in raws.items()}
