"""Reading group applications: whose they are, how far their people are, what stands in the way (SPEC 5.2, 5a, 12).

An officer reads what the rosters state, never what a person's own record says: a name that differs would tell that
there is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Count, F, Q, Value, When
from django.db.models.functions import Coalesce

from registration import bars as rules
from registration.bars import Bar
from registration.enums import STANDING_ROWS, ApplicationState, HandingIn, RowState
from registration.models import Application, Group, RosterRow, Submission, Window
from registration.models.applications import HANDED_IN
from registration.models.groups import GroupQuerySet, RosterRowQuerySet
from registration.queries import applications as queries
from registration.queries.applications import current_rules
from registration.queries.conditions import asked_of
from skilleval.catalogue.models import Offering

_S = ApplicationState
#: Members whose application ended without an assessment that counts; passed again, such a row makes a new one.
OVER = (_S.REJECTED, _S.LAPSED, _S.WITHDRAWN, _S.CANCELLED, _S.VOID)
#: Ended without the person having said that they don't want to take part: not handed in, they go on in the next window.
STILL_MEANT = (_S.LAPSED, _S.CANCELLED)
#: Of which the officer has the row in hand: not handed in yet, or to be corrected.
WITH_OFFICER = (_S.PRELIM, _S.RETURNED)
#: Bars that stop individuals alone.
OF_INDIVIDUALS = ("group_only", "desk_only")


@dataclass(frozen=True)
class Counts:
    """How far a group's people are: rows by their state, members by the state of their application (SPEC 5a)."""

    rows: Mapping[str, int] = field(default_factory=dict)
    members: Mapping[str, int] = field(default_factory=dict)
    to_pass: int = 0  # clear, and not those whose application is over: they are entered again one by one
    to_hand_in: int = 0  # passed, and waiting for the officer to hand them in
    handed_in: int = 0  # reached the provider, whatever became of them

    @property
    def people(self) -> int:
        """Rows that weren't removed."""
        return sum(count for state, count in self.rows.items() if state != RowState.REMOVED)

    @property
    def to_mend(self) -> int:
        return self.rows.get(RowState.FAULTY, 0)


def find(user: Any, uuid: UUID | str) -> Group | None:
    """A group that the user may see: an officer of the institution, or staff of the provider it was handed in to."""
    return Group.objects.visible_to(user).with_names().filter(uuid=uuid).first()


def own(user: Any, uuid: UUID | str) -> Group | None:
    """A group of the officer's own institution; None for everybody else, the provider's staff included."""
    return groups_of(user).filter(uuid=uuid).first()


def groups_of(user: Any) -> GroupQuerySet:
    """The groups of the institutions whose officer the user is, the latest first, with what a list prints."""
    return Group.objects.filter(institution_id__in=user.institution_ids).with_names()


def counts_of(group: Group) -> Counts:
    """How far a group's people are; one query."""
    return counts_of_many([group])[group.pk]


def counts_of_many(groups: Iterable[Group]) -> dict[int, Counts]:
    """The same of several groups by their ids; one query."""
    ids = [group.pk for group in groups]
    rows = _counted(RosterRow.objects.filter(group__in=ids), "row", Coalesce("application__state", Value("")))
    sent = Case(When(HANDED_IN, then=Value("sent")), default=Value(""), output_field=CharField())
    members = _counted(Application.objects.filter(group__in=ids), "member", sent)
    found = {pk: Counts(rows={}, members={}) for pk in ids}
    sums: Counter[tuple[int, str]] = Counter()
    for group, what, state, more, number in rows.union(members, all=True):
        counted: Any = found[group].rows if what == "row" else found[group].members
        counted[state] = counted.get(state, 0) + number
        if what == "row" and more in ("", *WITH_OFFICER):
            sums[group, state] += number
        elif more == "sent":
            sums[group, more] += number
    kinds = (RowState.CLEAR, RowState.PASSED, "sent")
    return {pk: Counts(one.rows, one.members, *(sums[pk, kind] for kind in kinds)) for pk, one in found.items()}


def _counted(rows: Any, what: str, more: Any) -> Any:
    kinds = {"what": Value(what, CharField()), "of_state": F("state"), "more": more}
    plain = rows.order_by().annotate(**kinds)
    return plain.values_list("group", "what", "of_state", "more").annotate(number=Count("pk"))


def rows_of(group: Group) -> RosterRowQuerySet:
    """The group's rows in their order, with roster and application: what a list of members prints."""
    rows = RosterRow.objects.filter(group=group).select_related("roster", "application")
    return rows.order_by("roster_id", "number")


def passable(group: Group, on: date, *, again: bool = False) -> RosterRowQuerySet:
    """The rows an officer can pass on a day: clear ones while one may apply, and what was returned in time.

    So are passed ones whose candidate rules have a new version since, or of whom more is asked. Whose application is
    over, because they withdrew or a correction came too late, is entered anew only with `again`: the officer asks for
    them one by one.
    """
    outdated = Q(state=RowState.PASSED) & ~Q(application__rules=current_rules(group.offering, on))
    fresh = Q(state=RowState.CLEAR, application=None)
    if again:
        fresh |= Q(state__in=STANDING_ROWS, application__state__in=OVER)
    correctable = Q(state=RowState.CLEAR) | outdated | unstated(group, on)
    rows = RosterRow.objects.filter(group=group)
    if bars(group.offering, group.window, on, fee_published=True):
        return rows.filter(_returned(on) & correctable)
    return rows.filter(fresh | (Q(application__state=_S.PRELIM) | _returned(on)) & correctable)


def unstated(group: Group, on: date) -> Q:
    """Passed rows of whom the officer hasn't stated everything that the provider asks on a day (SPEC 13)."""
    asked = [one.key for one in asked_of(group.offering, on)]
    if not asked:
        return Q(pk__in=())
    passed = Q(state=RowState.PASSED, application__earlier=None)
    return passed & ~Q(application__conditions__has_keys=asked)


def ready(group: Group, on: date, *, new: bool) -> RosterRowQuerySet:
    """The passed rows that can be handed in on a day: what was returned by its deadline, and new ones where they may.

    `new` says whether nothing stops the group from applying (`bars`).
    """
    rows = RosterRow.objects.filter(group=group, state=RowState.PASSED)
    return rows.filter(Q(application__state=_S.PRELIM) | _returned(on) if new else _returned(on))


def unsent(group: Group) -> RosterRowQuerySet:
    """The rows that never left the institution: nothing was made of them, or what was made wasn't handed in.

    But not of who withdrew: they said that they don't want to take part.
    """
    states = (*STILL_MEANT, _S.PRELIM)
    never = Q(application=None) | Q(application__submission=None, application__state__in=states)
    return RosterRow.objects.filter(never, group=group).exclude(state=RowState.REMOVED)


def over(group: Group) -> RosterRowQuerySet:
    """The rows whose application ended without an assessment that counts."""
    return RosterRow.objects.filter(group=group, application__state__in=OVER).exclude(state=RowState.REMOVED)


def bars(offering: Offering, window: Window | None, on: date, *, fee_published: bool) -> list[Bar]:
    """What stops every group from applying for an offering in a window on a day (SPEC 5.4)."""
    found = [bar for bar in queries.bars(None, offering, window, on) if bar.code not in OF_INDIVIDUALS]
    if not offering.provider.accepts_group:
        found.insert(0, rules.no_groups(offering.provider.name))
    if not fee_published and not any(bar.code == "listed_only" for bar in found):
        found.append(rules.no_fee(offering.provider.name))
    return found


def running(group: Group) -> Submission | None:
    """The submission that is being handed in at this moment."""
    return Submission.objects.filter(group=group, state=HandingIn.RUNNING).first()


def return_deadline(group: Group) -> date | None:
    """The first day to its end of which something returned has to be handed in again; None where nothing is."""
    waiting = Application.objects.filter(group=group, state=_S.RETURNED).order_by("returned_until")
    return waiting.values_list("returned_until", flat=True).first()


def _returned(on: date) -> Q:
    return Q(application__state=_S.RETURNED, application__returned_until__gte=on)
