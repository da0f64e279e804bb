"""Where a group's people are: each in one place, the row's state until it is handed in, then the application's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Min, Q

from registration.enums import TONES, ApplicationState, RowState
from registration.models import Group, RosterRow
from registration.queries.groups import STILL_MEANT

_A, _R = ApplicationState, RowState
#: Not handed in, or never.
UNSENT = Q(application=None) | Q(application__state=_A.PRELIM)
#: What the next window's group can take over.
NEVER_SENT = ~Q(state=_R.REMOVED) & (UNSENT | Q(application__state__in=STILL_MEANT, application__submission=None))
RETURNED = Q(application__state=_A.RETURNED)


@dataclass(frozen=True)
class Place:
    """One of the places people can be in: its word, its tone, and the rows it finds."""

    key: str
    word: str
    tone: str
    rows: Q
    always: bool = False  # shown also when nobody is there


def _of_rows(state: RowState, tone: str, rows: Q) -> Place:
    return Place(state.value, str(state.label), tone, Q(state=state) & rows, always=True)


def _of_applications(state: ApplicationState, rows: Q | None = None) -> Place:
    place = Q(application__state=state) & ~Q(state=_R.REMOVED)
    return Place(state.value, str(state.label), TONES[state], place if rows is None else rows, state == _A.REVIEW)


#: In the order of the journey.
PLACES: tuple[Place, ...] = (
    _of_rows(_R.FAULTY, "warning", UNSENT),
    _of_rows(_R.CLEAR, "info", UNSENT),
    _of_rows(_R.PASSED, "info", UNSENT | RETURNED),
    _of_applications(_A.REVIEW),
    _of_applications(_A.RETURNED, RETURNED & Q(state__in=(_R.FAULTY, _R.CLEAR))),
    *(_of_applications(state) for state in (_A.APPROVED, _A.CONFIRMED, _A.SCHEDULED, _A.COMPLETED)),
    *(_of_applications(state) for state in (_A.REJECTED, _A.LAPSED, _A.WITHDRAWN, _A.CANCELLED, _A.VOID)),
    Place(_R.REMOVED.value, str(_R.REMOVED.label), "neutral", Q(state=_R.REMOVED)),
)
PLACE: Mapping[str, Place] = {place.key: place for place in PLACES}


def place_of(state: str, application: str | None) -> Place:
    """The place of a row in a state, whose application is in a state (None: it has none yet)."""
    if state == _R.REMOVED or application in (None, _A.PRELIM):
        return PLACE[state]
    if application == _A.RETURNED:
        return PLACE[_R.PASSED if state == _R.PASSED else _A.RETURNED]
    return PLACE[str(application)]


@dataclass
class Counts:
    """How many of a group's people are where, and the first dates by which somebody has to act."""

    by_place: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    returned_clear: int = 0  # returned, mended, and not yet passed again
    unsent: int = 0  # never handed in; past the window's close they can go on in the next one
    returned_until: date | None = None
    review_by: date | None = None

    def __getitem__(self, key: str) -> int:
        """How many are in a place. A template asks for every attribute like this first."""
        if key not in PLACE:
            raise KeyError(key)
        return self.by_place.get(key, 0)

    @property
    def people(self) -> int:
        """Everybody but those taken out."""
        return sum(number for key, number in self.by_place.items() if key != _R.REMOVED)

    @property
    def to_pass(self) -> int:
        """Those that a preliminary review can pass now."""
        return self[_R.CLEAR] + self.returned_clear

    @property
    def handed_in(self) -> int:
        """Those whose application reached the provider and is neither back nor on its way back."""
        return self.people - sum(self[key] for key in (_R.FAULTY, _R.CLEAR, _R.PASSED, _A.RETURNED))

    @property
    def bar(self) -> list[tuple[Place, int]]:
        """What the bar of counts shows."""
        return [(place, self[place.key]) for place in PLACES if place.always or self[place.key]]


def counts_of(group: Group) -> Counts:
    """One group's counts; one query."""
    return counts_for([group])[group.pk]


def counts_for(groups: Iterable[Group]) -> dict[int, Counts]:
    """The counts of some groups by primary key; one query."""
    found = {group.pk: Counts() for group in groups}
    rows = RosterRow.objects.filter(group__in=found).values_list("group_id", "state", "application__state")
    figures = {
        "number": Count("pk"),
        "unsent": Count("pk", filter=NEVER_SENT),
        "until": Min("application__returned_until"),
        "review_by": Min("application__review_by"),
    }
    for group, state, application, number, unsent, until, review_by in rows.annotate(**figures).order_by():
        counts, place = found[group], place_of(state, application)
        counts.by_place[place.key] += number
        counts.unsent += unsent
        if application == _A.RETURNED:
            counts.returned_clear += number if state == _R.CLEAR else 0
            counts.returned_until = min(filter(None, (counts.returned_until, until)), default=None)
        elif application == _A.REVIEW:
            counts.review_by = min(filter(None, (counts.review_by, review_by)), default=None)
    return found
