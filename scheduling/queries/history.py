"""What changed of what was published, for staff, candidates and institutions (SPEC 7.8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from django.db.models import Exists, OuterRef, Q, QuerySet

from registration.enums import ApplicationState
from registration.models import Application, RollOver
from scheduling.models import ExamSession, SessionVersion
from scheduling.versions import Change, Place, Plan, changes_between, diff, places_of

MOST_LINES = 12


@dataclass(frozen=True)
class Event:
    """A version, or several written together: who it concerned, and what changed for how many."""

    at: datetime
    by: str
    number: int
    reason: str
    changes: dict[int, tuple[Change, ...]]
    lines: tuple[str, ...] = ()
    first: bool = False

    @property
    def people(self) -> int:
        return len(self.changes)


def events_of(session: ExamSession) -> list[Event]:
    """A session's versions, newest first; changes of a seat alone name the person."""
    events = list(_events(session.versions.order_by("at", "pk")))
    names = _names({key for event in events for key in event.changes})
    return [_with_lines(event, names) for event in reversed(events)]


def events_for(applications: QuerySet[Application]) -> list[Event]:
    """What changed for some people of one offering and window after it was published, newest first."""
    keys = set(applications.values_list("pk", flat=True))
    pairs = applications.order_by().values("offering", "window")
    batches = SessionVersion.objects.filter(
        session__batch__offering__in=pairs.values("offering"), session__batch__window__in=pairs.values("window")
    )
    again = SessionVersion.objects.filter(session=OuterRef("session"), number__gt=1)
    rows = batches.filter(Exists(again)).order_by("at", "pk")
    found = [_only(event, keys) for event in _events(rows)]
    return [_with_lines(event, {}) for event in reversed(found) if event.changes]


def changes_of(application: Application) -> list[tuple[SessionVersion, tuple[Change, ...]]]:
    """What changed for one person from version to version, oldest first, over all sessions they were put in."""
    found, before = [], dict[str, Place]()
    for version in versions_with(application):
        now = places_of(version.plan, application.pk)
        changes = changes_between(before, now) if before else ()
        if changes:
            found.append((version, changes))
        before = now
    return found


def day_moved(application: Application) -> bool:
    """Whether somebody's published day was changed, or taken back, by the provider: they may leave free (SPEC 6).

    Of whoever has a seat published now it is looked at whether any day they were told before differs.
    """
    told = [_days(version, application) for version in versions_with(application)]
    if not told:
        return False
    if application.state == ApplicationState.CONFIRMED:
        return True
    return any(days != told[-1] for days in told)


def versions_with(application: Application) -> QuerySet[SessionVersion]:
    """The versions that name somebody, in the order in which they were written."""
    left = RollOver.objects.filter(application=application.pk).values("from_window")
    own = Q(session__batch__window=application.window_id) | Q(session__batch__window__in=left)
    of_offering = {
        "session__batch__offering__work_type": application.work_type_id,
        "session__batch__offering__level": application.level,
    }
    rows = SessionVersion.objects.filter(own, **of_offering, plan__seats__has_key=str(application.pk))
    return rows.order_by("at", "pk")


def _days(version: SessionVersion, application: Application) -> frozenset[date]:
    return frozenset(place.starts.date() for place in places_of(version.plan, application.pk).values())


def _events(versions: Iterable[SessionVersion]) -> Iterator[Event]:
    """Versions in the order of their writing; those of one moment belong together."""
    last: dict[int, Plan] = {}
    for together in _written_together(versions):
        before = [last[version.session_id] for version in together if version.session_id in last]
        last.update({version.session_id: version.plan for version in together})
        head = together[0]
        changes = diff(before, [version.plan for version in together]) if before else {}
        yield Event(head.at, head.by_label, head.number, head.reason, changes, first=not before)


def _written_together(versions: Iterable[SessionVersion]) -> Iterator[list[SessionVersion]]:
    """One change is one moment, and at most one version of each session."""
    for _, rows in groupby(versions, key=lambda version: version.at):
        together: list[SessionVersion] = []
        for version in rows:
            if version.session_id in {other.session_id for other in together}:
                yield together
                together = []
            together.append(version)
        yield together


def _only(event: Event, keys: Collection[int]) -> Event:
    return replace(event, changes={key: changes for key, changes in event.changes.items() if key in keys})


def _with_lines(event: Event, names: dict[int, str]) -> Event:
    """What changed for many alike is said once, with how many; a seat alone for each person, by their name."""
    alike: Counter[str] = Counter()
    own = []
    for application, changes in event.changes.items():
        for change in changes:
            if change.outline:
                alike[change.outline] += 1
            else:
                own.append(f"{names.get(application, '')}{'：' if application in names else ''}{change.words}")
    lines = [f"{outline}（{count} 人）" for outline, count in alike.items()] + own
    more = (f"另有 {len(lines) - MOST_LINES} 项",) if len(lines) > MOST_LINES else ()
    return replace(event, lines=(*lines[:MOST_LINES], *more))


def _names(keys: Collection[int]) -> dict[int, str]:
    return dict(Application.objects.filter(pk__in=keys).values_list("pk", "candidate__name"))
