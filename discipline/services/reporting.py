"""A case begins: from the room, at the review, or afterwards (SPEC 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from certificates.services import holds
from certificates.services.locking import lock_sitting
from discipline import policy
from discipline.enums import UNDECIDED, CaseState, Found
from discipline.models import Case, CaseEvidence, Witness
from discipline.queries.clauses import edition_on, read_clauses
from discipline.services import telling
from discipline.services.people import check_handles, check_own, locked
from registration.models import Application
from scheduling.models import ExamSession, Seat
from skilleval.accounts.models import User
from skilleval.core import audit, counters, files
from skilleval.core.enums import FileKind
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.policy import require
from skilleval.core.transitions import begin
from skilleval.core.wording import cn_date

WITNESSES_NEEDED = 2
FACTS_LENGTH = 2000
FILES_AT_MOST = 20


@dataclass(frozen=True)
class Seen:
    """A witness: by name, and by account where there is one."""

    name: str
    user: User | None = None
    note: str = ""


@dataclass(frozen=True)
class Shown:
    """A file that proves something, with its title."""

    title: str
    upload: File[Any]


@transaction.atomic
def report(
    application: Application,
    *,
    found: str,
    clauses: Sequence[str],
    facts: str,
    happened_at: datetime,
    by: User,
    at: datetime,
    severity: str = "",
    subject: str = "",
    place: str = "",
    witnesses: Sequence[Seen] = (),
    refused_to_sign: bool = False,
    evidence: Sequence[Shown] = (),
    key: UUID | None = None,
) -> Case:
    """Open a case against the holder of an application, and hold back its result while that isn't published.

    `clauses` are codes of the edition in force when it happened (M-3.1). From the room: with the subject and two
    witnesses; a refusal to sign needs two as well. Session and room are those of the person's seat. `key` names the
    form: sent twice it opens one case. Raises NotAllowed without a role at the provider and for a case about oneself,
    Refused for what is missing, and for evidence that isn't accepted; Conflict where the same act is a case already.
    """
    require(by, policy.REPORT, application.offering.provider)
    if application.candidate.user_id == by.pk:
        raise NotAllowed("不能报告自己的违纪违规，请由其他人员报告")
    lock_sitting(application)
    if standing := Case.objects.filter(uuid=key).first() if key else None:
        return standing
    case = _new_case(application, found=found, subject=subject, happened_at=happened_at, by=by, at=at, key=key)
    case.clauses, case.severity = read_clauses(clauses, case.edition), severity
    case.facts, case.place = read_text(facts, "事实经过", field="facts"), place.strip() or case.place
    case.refused_to_sign = refused_to_sign
    people = _witnesses(witnesses, case)
    _check_found(case, people)
    _check_new(case)
    _check_evidence(evidence)
    case.save()
    begin(case, by=by, at=at)
    Witness.objects.bulk_create(people)
    for shown in evidence:
        _keep(case, shown, by=by, at=at)
    holds.hold(application, source=case.number, at=at)
    audit.record("case.reported", by=by, obj=case, application=application.pk, clauses=case.clauses)
    telling.reported(case)
    return case


@transaction.atomic
def add_evidence(case: Case, *, title: str, upload: File[Any], by: User, at: datetime) -> CaseEvidence:
    """Add a file to a case nobody has decided yet: staff of the provider, or the person with their defence.

    Raises NotAllowed, and Refused once it is decided, when there are too many, and for files that aren't accepted.
    """
    case = locked(case)
    if case.state not in UNDECIDED:
        raise Refused(f"案件{case.get_state_display()}，不能再补充证据")
    if case.candidate.user_id == by.pk:
        check_own(case, by=by)
        if case.state == CaseState.REPORTED or case.state == CaseState.PROPOSED:
            raise Refused("只能在陈述申辩期间提交材料")
    else:
        check_handles(case, policy.REPORT, by=by)
    if case.evidence.count() >= FILES_AT_MOST:
        raise Refused(f"一起案件最多 {FILES_AT_MOST} 份证据，请合并后再上传", field="upload")
    return _keep(case, Shown(title, upload), by=by, at=at)


def read_text(text: str, what: str, *, field: str, length: int = FACTS_LENGTH) -> str:
    """A text as it is kept; raises Refused when it is empty or longer than `length` characters."""
    text = text.strip()
    if not text:
        raise Refused(f"请写明{what}", field=field)
    if len(text) > length:
        raise Refused(f"{what}不超过 {length} 字，现有 {len(text)} 字，请精简", field=field)
    return text


def _new_case(
    application: Application,
    *,
    found: str,
    subject: str,
    happened_at: datetime,
    by: User,
    at: datetime,
    key: UUID | None,
) -> Case:
    if not application.was_handed_in:  # what hasn't reached the provider can't be reported by it
        raise Refused("该申报尚未提交，不能立案")
    if happened_at > at:
        raise Refused("发生时间不能晚于现在，请核对", field="happened_at")
    seats = Seat.objects.filter(application=application).select_related("sitting__session", "sitting__room__venue")
    seat = seats.filter(subject=subject).first() if subject else None
    anywhere = seat or seats.order_by("during").first()
    today = timezone.localdate(at)
    return Case(
        uuid=key or uuid4(),
        number=f"WJ{today.year}{counters.take(f'case:{today.year}')[0]:06d}",
        provider_id=application.offering.provider_id,
        application=application,
        candidate_id=application.candidate_id,
        session=anywhere.sitting.session if anywhere else None,
        sitting=seat.sitting if seat else None,
        subject=subject,
        found=found,
        happened_at=happened_at,
        place=str(seat.sitting.room) if seat and seat.sitting.room else "",
        edition=edition_on(timezone.localdate(happened_at)),
        reported_by_id=by.pk,
        reported_by_label=by.label,
        reported_at=at,
        waiting_since=today,
    )


def _days(application: Application, session: ExamSession) -> list[date]:
    """The days on which somebody sits in a session; its own where they have no seat left in it."""
    seats = Seat.objects.filter(application=application, sitting__session=session)
    return sorted({timezone.localdate(seat.starts) for seat in seats}) or [session.held_on]


def _check_found(case: Case, people: Sequence[Witness]) -> None:
    """What a report needs, by where it was found and by its clauses."""
    if case.subject and case.subject not in case.application.subjects:
        raise Refused("该申报没有这个科目，请核对准考证号和科目", field="subject")
    if case.found == Found.ROOM and (case.session is None or not case.subject):
        raise Refused("考场报告须选科目，且当事人须已排考", field="subject")
    tiers = {code[2] for code in case.clauses}
    days = _days(case.application, case.session) if case.found == Found.ROOM and case.session else []
    if days and timezone.localdate(case.happened_at) not in days:
        said = "、".join(cn_date(day) for day in days)
        raise Refused(f"考场发现的，发生时间应在评价当日，即{said}，请核对", field="happened_at")
    if case.found == Found.ROOM and "1" in tiers:
        raise Refused("材料不实须在审核时或事后查实，请从申报页立案", field="clauses")
    if "2" in tiers and not case.subject:
        raise Refused("违反考场规则取消的是当次该科目的成绩，请选科目", field="subject")
    if tiers & {"2", "3"} and case.session is None:
        raise Refused("该申报没有排考，不能适用考场行为的条款", field="clauses")
    if case.found == Found.ROOM and len(people) < WITNESSES_NEEDED:
        raise Refused(f"考场报告须有 {WITNESSES_NEEDED} 名见证人", field="witnesses")
    if case.refused_to_sign and len(people) < WITNESSES_NEEDED:
        raise Refused(f"当事人拒绝签字的，须有 {WITNESSES_NEEDED} 名见证人记录", field="witnesses")


def _check_new(case: Case) -> None:
    """One act is one case: a sitting's subject under a clause isn't reported again unless the first came to nothing.

    A case without a subject is about the whole sitting, and so about each subject of it.
    """
    same = Case.objects.filter(application=case.application, clauses__overlap=case.clauses)
    if case.subject:
        same = same.filter(subject__in=("", case.subject))
    known = same.exclude(state__in=(CaseState.DISMISSED, CaseState.LIFTED)).first()
    if known:
        raise Conflict(f"该行为已立案（{known.number}，{known.get_state_display()}），请在该案件中补充证据")


def _witnesses(witnesses: Sequence[Seen], case: Case) -> list[Witness]:
    named = [seen for seen in witnesses if seen.name.strip()]
    names = [seen.name.strip() for seen in named]
    if len(set(names)) < len(names):
        raise Refused("见证人不能重复", field="witnesses")
    if case.reported_by_label in names or any(s.user and s.user.pk == case.reported_by_id for s in named):
        raise Refused("报告人不能同时作为见证人，请另请见证人", field="witnesses")
    if case.application.candidate.name in names:
        raise Refused("当事人不能作为见证人", field="witnesses")
    return [Witness(case=case, name=seen.name.strip(), user=seen.user, note=seen.note.strip()) for seen in named]


def _check_evidence(evidence: Sequence[Shown]) -> None:
    if len(evidence) > FILES_AT_MOST:
        raise Refused(f"一起案件最多 {FILES_AT_MOST} 份证据，请合并后再上传", field="upload")


def _keep(case: Case, shown: Shown, *, by: User, at: datetime) -> CaseEvidence:
    stored = files.store(shown.upload, kind=FileKind.EVIDENCE, by=by, owner_label=f"case:{case.number}")
    kept = CaseEvidence.objects.create(
        case=case,
        title=shown.title.strip()[:60] or "证据",
        file=stored,
        from_candidate=case.candidate.user_id == by.pk,
        added_by_id=by.pk,
        added_by_label=by.label,
        added_at=at,
    )
    audit.record("case.evidence_added", by=by, obj=case, file=stored.pk, sha256=stored.sha256)
    return kept
