"""People confirmed after their batch was judged (SPEC 7.1).

Money booked late joins the batch while it goes ahead and isn't published. Who was still unreviewed at the cut-off, or
finds no place left, heads the next window and is told why.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from registration.enums import ApplicationState
from registration.models import Application
from scheduling.enums import BatchState, SessionState
from scheduling.models import Batch, ExamSession, Seat, Sitting
from scheduling.services import drawing, forming, seating, waiting
from scheduling.services.guard import one_by_one
from skilleval.core.db import retrying
from skilleval.core.models import AuditEvent

PROVIDER_LATE = "所在{window}缴费截止前资格审核尚未完成（机构原因），费用确认时该批次已判定"
BOOKED_LATE = "费用确认时，所在{window}已判定，且没有可加入的未发布场次"

#: What staff's work leaves on a session: rooms, or the draws for rooms given up since, people on duty, papers,
#: versions, and a state that somebody gave it.
TRACES = tuple(
    f"{path}__isnull"
    for path in ("sittings__room", "draws", "sittings__duties", "sheet_bundles", "versions", "log__by_id")
)
#: What they did where nothing else tells of it.
VERBS = ("session.timed", "session.split", "session.merged", "session.people_moved")


def place_latecomers(*, at: datetime) -> int:
    """Place everybody confirmed into a judged batch without a seat; returns how many."""
    late = list(_late().values_list("pk", flat=True).order_by("confirmed_on", "pk"))
    return one_by_one(late, lambda application_id: place(application_id, at=at))


@retrying
@transaction.atomic
def place(application_id: int, *, at: datetime) -> bool:
    """Seat one latecomer or roll them over; False if they are none (any more)."""
    found = _late().filter(pk=application_id).select_related("offering__provider", "window").first()
    if found is None or found.window is None:
        return False
    batch = Batch.objects.select_for_update(no_key=True).get(offering=found.offering, window=found.window)
    application = _late().select_for_update(of=("self",), no_key=True).filter(pk=application_id).first()
    if application is None:
        return False
    in_time = application.approved_on is None or application.approved_on <= batch.cut_off_on
    if not (in_time and batch.state == BatchState.PLANNED and (_join(batch, application) or _redraw(batch, at=at))):
        reason = (BOOKED_LATE if in_time else PROVIDER_LATE).format(window=found.window.label)
        alone = Application.objects.filter(pk=application.pk)
        waiting.pass_on(alone, found.offering, found.window, reason=reason, at=at)
    return True


def _late() -> QuerySet[Application]:
    judged = Batch.objects.filter(offering=OuterRef("offering"), window=OuterRef("window"), judged_at__isnull=False)
    seated = Seat.objects.filter(application=OuterRef("pk"))
    return Application.objects.filter(Exists(judged), ~Exists(seated), state=ApplicationState.CONFIRMED)


def _join(batch: Batch, application: Application) -> bool:
    """A free place in the emptiest session not yet published, in a room that has one for every subject."""
    capacity = application.offering.provider.session_capacity
    open_still = batch.sessions.filter(state=SessionState.PROPOSED, size__lt=capacity)
    sessions = open_still.select_related("batch__offering__work_type__occupation").order_by("size", "number")
    locked = sessions.select_for_update(of=("self",), no_key=True)
    return any(seating.add(session, application) for session in locked)


def _redraw(batch: Batch, *, at: datetime) -> bool:
    """Form the sessions anew where all are full and staff have done nothing with them yet."""
    sessions = batch.sessions.all()
    if sessions.exclude(state=SessionState.PROPOSED).exists() or _planned_by_staff(sessions):
        return False
    Seat.objects.filter(sitting__session__in=sessions).delete()
    Sitting.objects.filter(session__in=sessions).delete()
    ExamSession.LOG.objects.filter(subject__in=sessions).delete()  # type: ignore[attr-defined]
    sessions.delete()
    forming.form_sessions([batch], drawing.draw([batch.pk]), at=at)
    return True


def _planned_by_staff(sessions: QuerySet[ExamSession]) -> bool:
    """Whether staff have begun to plan these: their work isn't thrown away, and most of it can't be deleted."""
    if any(sessions.filter(**{trace: False}).exists() for trace in TRACES):
        return True
    keys = [str(pk) for pk in sessions.values_list("pk", flat=True)]
    done = AuditEvent.objects.filter(object_type=ExamSession._meta.label_lower, object_id__in=keys)
    return done.filter(action__in=VERBS).exists()
