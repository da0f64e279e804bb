"""Telling of a window that moved: staff at once, candidates and officers by a job, once for each change (SPEC 3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from registration.enums import OPEN_STATES, ApplicationState
from registration.models import Application, Group, Window, WindowChange
from registration.services import group_wording, notify, wording
from registration.services.group_notices import words_of
from registration.window_changes import changes, puts_off, sentence
from scheduling.models import ExamSession
from scheduling.services.windows import Followed
from skilleval.accounts.enums import Role
from skilleval.accounts.members import holders
from skilleval.accounts.telling import tell_officers
from skilleval.core import outbox
from skilleval.core.enums import Channel
from skilleval.core.jobs import enqueue, job
from skilleval.core.leases import Lease
from skilleval.core.models import Job
from skilleval.core.policy import Actor
from skilleval.core.wording import cn_date

TELL = "journeys.tell_window_change"
CHUNK = 200
#: Whose plans depend on the window: a draft is handed in while it is open.
TOLD = (*OPEN_STATES, ApplicationState.DRAFT)
#: Who may not leave because of it: they aren't in yet, or sit on a published day, which didn't move.
STAY = (ApplicationState.DRAFT, ApplicationState.SCHEDULED)


def tell(change: WindowChange, window: Window, followed: Followed, *, by: Actor) -> None:
    """Tell schedulers and finance (but for who did it), and have the others told, in the caller's transaction."""
    text = f"{window.label}有调整：{said(change)}。原因：{change.reason}。{_sessions(followed)}"
    readers = holders({window.provider}, Role.SCHEDULING, Role.FINANCE)[window.provider_id]
    outbox.send_all(
        outbox.Message(
            key=f"window-change:{change.pk}:{Channel.PORTAL}:user:{user}",
            channel=Channel.PORTAL,
            recipient_id=user,
            subject=f"{window.label}的时间有调整",
            body=text,
            link=reverse("admin:registration_window_change", args=[window.pk]),
        )
        for user in readers
        if user != by.id
    )
    enqueue(TELL, key=f"{TELL}:{change.pk}", payload={"id": change.pk})


@job(TELL, chunked=True)
def tell_window_change(job: Job, lease: Lease) -> None:
    """Tell everybody who is in a changed window, and groups' officers, chunk by chunk; nobody is told twice."""
    change = WindowChange.objects.select_related("window", "provider").get(pk=job.payload["id"])
    if change.window is None:
        return
    people = Application.objects.filter(window=change.window, state__in=TOLD)
    groups = groups_of(change.window)
    work = [("person", pk) for pk in people.order_by("pk").values_list("pk", flat=True)]
    work += [("group", pk) for pk in groups.order_by("pk").values_list("pk", flat=True)]
    for start in range(0, len(work), CHUNK):
        chunk = work[start : start + CHUNK]
        with transaction.atomic():
            _tell_people(change, [pk for kind, pk in chunk if kind == "person"])
            _tell_groups(change, [pk for kind, pk in chunk if kind == "group"])
            lease.renew(done=start + len(chunk), total=len(work))


def groups_of(window: Window) -> QuerySet[Group]:
    """The groups entered for a window, and those with people in it who rolled over."""
    people = Application.objects.filter(window=window, state__in=TOLD, group__isnull=False)
    return Group.objects.filter(Q(window=window) | Q(pk__in=people.values("group")))


def said(change: WindowChange) -> str:
    """A kept change in words."""
    return sentence(changes(change.before, change.after)) or change.reason


def _tell_people(change: WindowChange, keys: Sequence[int]) -> None:
    rows = Application.objects.filter(pk__in=keys).select_related(
        "candidate__user", "offering__work_type__occupation", "offering__provider"
    )
    free = "。评价时间推迟，可以免费退考" if puts_off(change.before, change.after) else ""
    notify.tell_all(
        notify.Notice(
            candidate=application.candidate,
            about=application,
            cause=f"window-change:{change.pk}:{application.pk}",
            template=wording.WINDOW_CHANGED,
            values=wording.named(
                application,
                **(_values(change) | {"调整": said(change) + (free if application.state not in STAY else "")}),
            ),
            link=notify.page_of(application),
        )
        for application in rows.order_by("pk")
    )


def _tell_groups(change: WindowChange, keys: Iterable[int]) -> None:
    rows = Group.objects.filter(pk__in=keys).select_related(
        "institution", "window", "offering__work_type__occupation", "offering__provider"
    )
    for group in rows.order_by("pk"):
        tell_officers(
            group.institution,
            cause=f"window-change:{change.pk}:{group.pk}",
            template=group_wording.WINDOW_CHANGED,
            values={"团体": words_of(group), **_values(change)},
            provider=group.offering.provider,
            link=notify.page_of(group),
        )


def _values(change: WindowChange) -> dict[str, str]:
    return {"批次": change.label, "调整": said(change), "原因": change.reason}


def _sessions(followed: Followed) -> str:
    """What staff have to look at."""
    told = ""
    if followed.outside:
        named = "、".join(map(_named, followed.outside))
        told += f"已发布的场次在新的评价期之外，仍按原安排进行，要改期的请在场次页办理：{named}。"
    if followed.to_move:
        told += f"有 {followed.to_move} 个待发布的场次在新的评价期之外，请改期。"
    return told


def _named(session: ExamSession) -> str:
    return f"{session.batch.offering} 第 {session.number} 场（{cn_date(session.held_on)}）"
