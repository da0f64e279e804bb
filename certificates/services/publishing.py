"""Publishing: a session's results all at once, by a second person, in one transaction (SPEC 9.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from certificates import policy
from certificates.entering import Raw
from certificates.models import MarkSheet, Publication, Result, ResultHold
from certificates.queries.cancellations import cancelled
from certificates.queries.readings import SheetRow, faults_of, lines_of, raws, waiting_in
from certificates.queries.results import due_of
from certificates.services import announcing, consequences, versions
from certificates.services.eyes import check_not_own, check_second_person
from certificates.services.locking import lock_session, session_id_of
from certificates.services.versions import Draft
from registration.models import Application
from scheduling.enums import SessionState
from scheduling.models import ExamSession
from skilleval.accounts.models import User
from skilleval.catalogue.models import Subject
from skilleval.core import audit
from skilleval.core.db import retrying
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import require
from skilleval.core.wording import cn_datetime


@retrying
@transaction.atomic
def publish(session: ExamSession, *, by: User, at: datetime) -> Publication:
    """Publish a session's results: everybody's who isn't held by an open case, once and together (SPEC 9.2).

    Applications are completed, credits and certificates follow, candidates are told. Raises NotAllowed for strangers
    to the role and for whoever entered a first reading, Refused while marks or weights are missing, Conflict when
    somebody else published them.
    """
    session = lock_session(session.pk)
    require(by, policy.MARK, session.batch.offering.provider)
    _check_unpublished(session)
    sheets = list(MarkSheet.objects.select_for_update(no_key=True).filter(session=session).order_by("pk"))
    check_not_own(session, by, "公布")
    check_second_person({sheet.first_by_id for sheet in sheets}, session.batch.offering.provider, by, "公布")
    people = free(_locked_waiting(session))  # before the lines are read: attendance changes no more from here on
    lines = lines_of(session)
    if faults := faults_of(session, lines):
        raise Refused("；".join(faults))
    publication = Publication.objects.create(
        session=session,
        due_on=due_of(session).date,
        published_at=at,
        published_by_id=by.pk,
        published_by_label=by.label,
    )
    results = _publish_these(session, people, lines, by=by, at=at)
    audit.record("results.published", by=by, obj=publication, session=session.pk, results=len(results))
    return publication


def publish_released(application: Application, *, by: User | None, at: datetime) -> Result | None:
    """Publish one person's result alone, where their session's are out and no case holds theirs any more.

    The caller holds the locks of `lock_sitting`. A mark that two people haven't read yet leaves it unpublished: the
    results staff are told, open the sheet again for this person, and its confirmation comes back here.
    """
    session_id = session_id_of(application)
    publication = Publication.objects.filter(session=session_id).select_related("session").first()
    if publication is None:
        return None
    session = lock_session(publication.session_id)
    people = free([one for one in _locked_waiting(session) if one.pk == application.pk])
    lines = {
        subject: [row for row in rows if row.application_id == application.pk]
        for subject, rows in lines_of(session).items()
    }
    if not people:
        return None
    if not all(row.settled for rows in lines.values() for row in rows):
        announcing.left_behind(application, session)
        return None
    (result,) = _publish_these(session, people, lines, by=by, at=at)
    audit.record("result.published", by=by, obj=result, application=application.pk)
    return result


def free(people: Sequence[Application]) -> list[Application]:
    """Those of the people whom no open case holds back."""
    held = set(ResultHold.objects.live().filter(application__in=people).values_list("application", flat=True))
    return [one for one in people if one.pk not in held]


def drafts_of(session: ExamSession, people: Sequence[Application], lines: dict[str, list[SheetRow]]) -> list[Draft]:
    """What each person's result would be. Raises Refused where it can't be graded: weights are missing."""
    marks = raws(lines, _weights(session))
    gone = cancelled(one.pk for one in people)
    return [versions.draft(one, marks[one.pk], gone) for one in people if one.pk in marks]


def _publish_these(
    session: ExamSession,
    people: Sequence[Application],
    lines: dict[str, list[SheetRow]],
    *,
    by: User | None,
    at: datetime,
) -> list[Result]:
    drafts = drafts_of(session, people, lines)
    results = versions.write(drafts, session=session, by=by, at=at)
    consequences.of_first(drafts, results, by=by, at=at)
    announcing.published(draft.application for draft in drafts)
    return results


def _locked_waiting(session: ExamSession) -> list[Application]:
    return list(waiting_in(session).select_for_update(of=("self",), no_key=True))


def _weights(session: ExamSession) -> dict[str, Raw]:
    """Weights count for special capabilities alone; elsewhere they are left out."""
    offering = session.batch.offering
    rows = Subject.objects.filter(offering=offering).values_list("kind", "weight") if _weighed(session) else ()
    return {kind: Raw(weight=weight) for kind, weight in rows}


def _weighed(session: ExamSession) -> bool:
    return bool(session.batch.offering.level == "special")


def _check_unpublished(session: ExamSession) -> None:
    done = Publication.objects.filter(session=session).first()
    if done:
        raise Conflict(f"本场次成绩已由{done.published_by_label}于 {cn_datetime(done.published_at)}公布，请刷新后查看")
    if session.state != SessionState.PUBLISHED:
        raise Refused(f"本场次{session.get_state_display()}，没有成绩可以公布")
