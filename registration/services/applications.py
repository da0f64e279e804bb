"""A candidate's steps from the first draft to the submitted application (SPEC 5, 5a).

Every step is saved by itself. Nothing decided on a page is believed: submitting looks at everything afresh, under the
candidate's lock, so that of two tabs or two clicks one wins and the other is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction

from registration import bars as bar_rules
from registration.bars import Bar
from registration.enums import ApplicationState, MajorMatch
from registration.models import Application, Candidate, Credit, Evidence, Window
from registration.queries import applications as queries, backgrounds, conditions as asked
from registration.queries.credits import live_credits, subjects_of
from registration.queries.submitting import Known, read_all
from registration.rosters.words import clean
from registration.services import applying_again, conditions, notify, wording
from registration.services.editing import day_of, editable, editable_row
from skilleval.accounts.models import User
from skilleval.accounts.wording import Own
from skilleval.catalogue.models import CandidateRules, Offering
from skilleval.core import audit, counters, files
from skilleval.core.enums import FileKind
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import Actor
from skilleval.core.transitions import begin, move
from skilleval.core.wording import cn_date, cn_deadline

MOST_EVIDENCE = 20
OTHER_EVIDENCE = "其他材料"
DISCARDED = "本人放弃草稿"


@transaction.atomic
def start(
    candidate: Candidate,
    *,
    offering: Offering,
    window: Window | None,
    fee_published: bool,
    by: Actor | None,
    at: datetime,
    at_desk: bool = False,
) -> Application:
    """A draft for an offering in a window; the draft there already is, moved to the window, if there is one.

    `at_desk`: `by` keys it in for somebody who came in person (`services.walk_ins`), into a draft of its own. Somebody
    with live credits begins a resit of what is missing, until they choose otherwise (SPEC 9.3). Raises Refused with the
    first bar. `fee_published` is the caller's fresh answer: fees are downstream.
    """
    on = day_of(at)
    candidate = Candidate.objects.select_for_update().get(pk=candidate.pk)
    bars = _with_fee(queries.bars(candidate, offering, window, on), offering, fee_published)
    _refuse(_there(bars, at_desk))
    if window is None:  # always a bar, so never reached
        raise Refused("目前不在申报时间内")
    draft = Application.objects.select_for_update(of=("self",)).filter(
        candidate=candidate, offering=offering, state=ApplicationState.DRAFT
    )
    if found := (draft.exclude(entered_by_id=None) if at_desk else draft).first():
        found.window = found.first_window = window
        found.save(update_fields=["window", "first_window"])
        applying_again.plan_draft(found, on)
        return found
    application = Application.objects.create(
        number=f"SQ{on.year}{counters.take(f'application:{on.year}')[0]:07d}",
        candidate=candidate,
        offering=offering,
        work_type_id=offering.work_type_id,
        level=offering.level,
        window=window,
        first_window=window,
        subjects=subjects_of(offering),
        entered_by_id=by.id if by and at_desk else None,
        entered_by_label=by.label if by and at_desk else "",
    )
    begin(application, by=by, at=at)
    applying_again.plan_draft(application, on)
    return application


@transaction.atomic
def declare(application: Application, *, declared: dict[str, Any], by: Actor | None, at: datetime) -> None:
    """Record what corresponds to the target; a clause that is no longer met by it is chosen no longer."""
    application = _choosing(application)
    application.declared = _declaration(application.candidate, declared)
    try:
        _check_clause(application, day_of(at))
    except Refused:
        application.clause = ""
    application.save(update_fields=["declared", "clause"])


@transaction.atomic
def choose_clause(
    application: Application, *, clause: str, declared: dict[str, Any], by: Actor | None, at: datetime
) -> None:
    """Record the clause relied on and what corresponds to the target; raises Refused for a clause that isn't met."""
    application = _choosing(application)
    declared = _declaration(application.candidate, declared)
    application.declared, application.clause = declared, clause
    _check_clause(application, day_of(at))
    application.save(update_fields=["declared", "clause"])


@transaction.atomic
def attach(application: Application, *, title: str, upload: File[Any], by: Actor | None, at: datetime) -> Evidence:
    """Keep a file that proves what the clause asks for; `title` is one of `papers` or anything short."""
    application = editable(application)
    title = clean(title)
    if not title or len(title) > 60:
        raise Refused("请选择这份材料证明什么，名称不超过 60 个字", field="title")
    if application.evidence.count() >= MOST_EVIDENCE:
        raise Refused(f"最多上传 {MOST_EVIDENCE} 份材料，请合并成一个 PDF 或删除不需要的再上传", field="upload")
    stored = files.store(upload, kind=FileKind.DOCUMENT, by=by, owner_label=f"application {application.number}")
    evidence = Evidence.objects.create(application=application, title=title, file=stored)
    audit.record("application.evidence_added", by=by, obj=application, evidence=evidence.pk)
    return evidence


@transaction.atomic
def detach(evidence: Evidence, *, by: Actor | None, at: datetime) -> None:
    """Take a file away again while the application can still be changed."""
    application = editable(evidence.application)
    audit.record("application.evidence_removed", by=by, obj=application, evidence=evidence.pk)
    stored = evidence.file
    evidence.delete()
    files.remove(stored)


@transaction.atomic
def accept_rules(application: Application, *, rules: CandidateRules, by: Actor | None, at: datetime) -> None:
    """Record that the candidate accepts a version of the candidate rules; raises Refused for one that isn't current."""
    application = editable(application)
    current = queries.current_rules(application.offering, day_of(at))
    if current is None or current.pk != rules.pk:
        raise Refused("参评人员须知已更新，请阅读新版本后再确认", field="accepted")
    application.rules, application.rules_accepted_at = rules, at
    application.save(update_fields=["rules", "rules_accepted_at"])
    audit.record("application.rules_accepted", by=by, obj=application, edition=rules.edition)


@transaction.atomic
def discard(application: Application, *, by: Actor | None, at: datetime) -> None:
    """Give up a draft and its files; what was handed in once is withdrawn instead (Conflict)."""
    application = editable(application)
    if application.state != ApplicationState.DRAFT:
        raise Conflict("该申报已经提交过，不能作为草稿放弃；不再参加的，请申请退考")
    move(application, ApplicationState.CANCELLED, by=by, at=at, reason=DISCARDED)
    for evidence in application.evidence.select_related("file"):
        stored = evidence.file
        evidence.delete()
        files.remove(stored)


def submit(
    application: Application,
    *,
    fee_published: bool,
    by: Actor | None,
    at: datetime,
    seen: Sequence[str] | None = None,
) -> Application:
    """Hand the application in: draft or returned → review, everything looked at afresh (SPEC 5).

    `seen` are the subjects the page showed, where there was one: Conflict if another one chose differently meanwhile.
    Raises Refused with the first thing in the way and from when it would work, Conflict when it was submitted
    meanwhile. Of two for the same thing the database lets one through; the other is told.
    """
    try:
        return _submit(application, fee_published, seen, by, at)
    except IntegrityError as error:
        if "application_open_once" not in str(error):
            raise
        on = day_of(at)
        standing = queries.person_bars(application.candidate, application.offering, on, but=application)
        _refuse([bar for bar in standing if bar.code == "open_application"])
        raise Conflict from error


@transaction.atomic
def _submit(
    application: Application, fee_published: bool, seen: Sequence[str] | None, by: Actor | None, at: datetime
) -> Application:
    on = day_of(at)
    application = _locked(application, by)
    if seen is not None and list(seen) != application.subjects:
        raise Conflict("评价科目刚在另一页面改动，请核对科目和费用后再提交")
    judged_on = application.submitted_on or on
    known, live = read_all(application, on, tells=wording.SUBMITTED), []
    if known.earned:  # then these are locked too, and all of it is read when they are
        live = applying_again.hold(application, judged_on)
        known = read_all(application, on, tells=wording.SUBMITTED)
    _check_bars(application, known, fee_published, on)
    _refuse(_missing(application, on, live, known.rules))
    moved: dict[str, Any] = {
        **_judged_by(application, on),
        "subjects": applying_again.freeze(application, live, judged_on),
        "review_by": known.calendar.add(on, application.offering.provider.review_days).date,
        "returned_until": None,
    }
    if application.state == ApplicationState.DRAFT:
        moved["submitted_on"] = on
    move(application, ApplicationState.REVIEW, by=by, at=at, **moved)
    _tell_submitted(application, known.words, at)
    return application


def _locked(application: Application, by: Actor | None) -> Application:
    """The person, then the application, locked until the caller's transaction ends."""
    candidate = Candidate.objects.select_for_update().get(pk=application.candidate_id)
    if by and by.id == candidate.user_id and isinstance(by, User):
        candidate.user = by
    application = editable_row(application)
    application.candidate = candidate
    return application


def _check_bars(application: Application, known: Known, fee_published: bool, on: date) -> None:
    """What stands against handing in on a day; of a correction the window, the offering and the age aren't asked."""
    person = bar_rules.of_person(known.standing, on)
    if application.state != ApplicationState.DRAFT:
        _check_returned(application, person, on)
        return
    found = queries.offering_bars(application.offering, application.window, on)
    found += person + asked.bars(application.candidate, application.offering, on)
    bars = _with_fee(found, application.offering, fee_published)
    _refuse(_there(bars, application.entered_by_id is not None))


def _tell_submitted(application: Application, own: Own, at: datetime) -> None:
    until = cn_deadline(application.review_by) if application.review_by else ""
    notify.tell(
        application.candidate,
        about=application,
        cause=f"submitted:{application.pk}:{at.isoformat()}",
        template=wording.SUBMITTED,
        values=wording.named(application, 评价机构=str(application.offering.provider), 审核时限=until),
        link=notify.page_of(application),
        own=own,
        at=at,
    )


def _judged_by(application: Application, on: date) -> dict[str, Any]:
    """The background and the rules it is judged by: today's, or those the earlier application was approved by."""
    kept = {"conditions": conditions.frozen(application, on)}
    if application.earlier_id:
        return {**kept, "rule_set": application.rule_set, "background": application.background}
    return {
        **kept,
        "rule_set": backgrounds.rule_set_row(application.offering),
        "background": backgrounds.snapshot(application.candidate, on=on, declared=application.declared),
    }


def missing(application: Application, on: date) -> list[Bar]:
    """What the candidate still has to do before submitting, in the order of the task list.

    A resit that goes on with an earlier application needs neither clause nor evidence anew.
    """
    judged_on = application.submitted_on or on
    live = live_credits(application.candidate, application.offering, judged_on, but=application)
    return _missing(application, on, live, queries.current_rules(application.offering, on))


def _missing(application: Application, on: date, live: Sequence[Credit], current: CandidateRules | None) -> list[Bar]:
    """The same with the credits of the day and the candidate rules in force at hand."""
    found = []
    judged_on = application.submitted_on or on
    if application.candidate.photo_id is None:
        found.append(Bar("photo", "请先上传证件照"))
    if bar := applying_again.unsettled(application, live, judged_on):
        found.append(bar)
    if application.earlier_id is None:
        found += _unproved(application, on) + conditions.missing(application, on)
    if current is None:
        found.append(Bar("rules", "参评人员须知尚未公布，请联系评价机构"))
    elif application.rules_id != current.pk or application.rules_accepted_at is None:
        found.append(Bar("rules", "请阅读并确认现行的参评人员须知"))
    return found


def _unproved(application: Application, on: date) -> list[Bar]:
    """The clause that isn't met, or its papers that aren't there."""
    try:
        _check_clause(application, on)
    except Refused as refused:
        return [Bar("clause", refused.message, refused.source or "", refused.from_on)]
    lacking = papers_lacking(application)
    return [Bar("evidence", f"还缺证明材料：{'、'.join(lacking)}")] if lacking else []


def papers(application: Application) -> tuple[str, ...]:
    """The papers that prove the clause chosen; empty before one is chosen, or where an earlier application has them."""
    row = backgrounds.rule_set_row(application.offering)
    if row is None or not application.clause or application.earlier_id:
        return ()
    try:
        return backgrounds.rules_of(row).clause(application.clause).evidence
    except LookupError:
        return ()


def papers_lacking(application: Application) -> list[str]:
    """Papers the clause asks for, of which no file is attached."""
    there = {evidence.title for evidence in application.evidence.all()}
    return [paper for paper in papers(application) if paper[:60] not in there]


def _check_clause(application: Application, on: date) -> None:
    """The clause chosen is one of the level and is met on the day, with what is declared; else Refused."""
    if not application.clause:
        raise Refused("请先选择申报条件", field="clause")
    try:
        outcome = backgrounds.check(application.candidate, application.offering, on=on, declared=application.declared)
    except LookupError as error:
        raise Refused("本项目的申报条件尚未载入，请联系评价机构", field="clause") from error
    found = [finding for finding in outcome.findings if finding.clause.code == application.clause]
    if not found:
        raise Refused("所选条件不适用于本等级，请重新选择申报条件", field="clause")
    if application.clause not in outcome.clauses:
        reasons = found[0].missing or outcome.missing
        when = f"；可于 {cn_date(found[0].from_on)} 起申报" if found[0].from_on and not outcome.missing else ""
        raise Refused(
            f"目前不符合申报条件 {application.clause}：{'；'.join(reasons)}{when}",
            field="clause",
            source=f"申报条件 {application.clause}",
            from_on=found[0].from_on,
        )


def _check_returned(application: Application, person: Sequence[Bar], on: date) -> None:
    """A correction is handed in by its deadline; the window was met by the first submission, and so was the age."""
    until = application.returned_until
    if until and on > until:
        raise Refused(f"补正期限（{cn_deadline(until)}）已过，不能再提交；可重新申报")
    _refuse([bar for bar in person if bar.code != "age"])


def _with_fee(found: list[Bar], offering: Offering, fee_published: bool) -> list[Bar]:
    """Bars, and the lack of a published fee where the offering has been announced at all."""
    if fee_published or any(bar.code == "listed_only" for bar in found):
        return found
    return [*found, bar_rules.no_fee(offering.provider.name)]


def _there(bars: Sequence[Bar], at_desk: bool) -> list[Bar]:
    """The bars that hold where one is: a provider that takes people at its desk alone takes them there."""
    return [bar for bar in bars if not (at_desk and bar.code == "desk_only")]


def _refuse(found: Sequence[Bar]) -> None:
    if found:
        raise Refused(found[0].message, field=found[0].code, source=found[0].source or None, from_on=found[0].from_on)


def _choosing(application: Application) -> Application:
    """The row, whose clause can be chosen; Refused where a resit goes on with that of an earlier application."""
    row = editable(application)
    if row.earlier_id:
        raise Refused(f"补考沿用申报 {row.earlier} 的申报条件和材料，不需另选；要改用其他条件的，请改为重新申报")
    return row


def _declaration(candidate: Candidate, declared: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What was declared of the candidate's own rows, and nothing else."""
    studies = {str(pk) for pk in candidate.education_rows.values_list("pk", flat=True)}
    titles = {str(pk) for pk in candidate.professionaltitle_rows.values_list("pk", flat=True)}
    majors = dict(declared.get("majors", {}))
    if not set(majors.values()) <= set(MajorMatch.values):
        raise Refused("请选择专业与申报职业的对应关系：本专业、相关专业或无关", field="majors")
    return {
        "majors": {pk: match for pk, match in majors.items() if pk in studies},
        "titles": {pk: bool(yes) for pk, yes in dict(declared.get("titles", {})).items() if pk in titles},
    }
