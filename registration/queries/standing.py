"""What the database knows of the people of a roster, for many of them in a handful of queries (SPEC 5.4, 9.3, 10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import F, Max, Q
from django.db.models.expressions import RawSQL

from registration.enums import OPEN_STATES, ApplicationState, RowState
from registration.models import Application, Ban, Candidate, Credit, Group, HeldCertificate, RosterRow
from registration.queries.credits import live_of_many
from registration.queries.groups import WITH_OFFICER
from registration.rosters.checks import Person
from registration.rosters.duplicates import Member


def persons(
    group: Group, keys: Collection[bytes], numbers: Collection[str], on: date, *, but: Collection[int] = ()
) -> dict[bytes, Person]:
    """How each person stands to the group's offering on a day, by the index of the document number.

    `numbers` are the certificates that the rows name; `but` are the applications of the rows themselves, which aren't
    in their own way.
    """
    void = void_certificates(numbers)
    found = Candidate.objects.filter(id_index__in=among(keys)).values_list("pk", "id_index")
    known = {pk: bytes(index) for pk, index in found}
    banned = _banned_until(known, on)
    open_in = _open_groups(group, known, but)
    passed = _live(group, known, on, but) if known else {}
    persons = {
        key: Person(
            banned_until=banned.get(pk),
            open_application=bool(open_in[pk] - {group.pk}),
            own_open=group.pk in open_in[pk],
            credits=tuple(subject for credit in passed.get(pk, ()) for subject in credit.counts_for),
            proven=any(credit.application_id for credit in passed.get(pk, ())),
            void_certificates=void,
        )
        for pk, key in known.items()
    }
    stranger = Person(void_certificates=void)
    return {key: persons.get(key, stranger) for key in keys}


def void_certificates(numbers: Collection[str]) -> frozenset[str]:
    """Of certificate numbers those that the portal recorded as void."""
    if not numbers:
        return frozenset()
    void = HeldCertificate.objects.filter(recorded=True, ended_on__isnull=False)
    named = RawSQL("SELECT unnest(%s::text[])", [list(numbers)])
    return frozenset(void.filter(number__in=named).values_list("number", flat=True))


def members(group: Group, keys: Collection[bytes]) -> dict[bytes, list[Member]]:
    """The group's rows of some document numbers, as they are kept, the earliest first."""
    found: dict[bytes, list[Member]] = defaultdict(list)
    rows = RosterRow.objects.filter(group=group, id_key__in=among(keys)).exclude(state=RowState.REMOVED).order_by("pk")
    for pk, key, state, number, roster, name in rows.values_list(
        "pk", "id_key", "state", "number", "roster_id", "roster__name"
    ):
        found[bytes(key or b"")].append(Member(pk, roster, name, number, state))
    return found


def among(keys: Collection[bytes]) -> RawSQL:
    """Many indexes for one look-up, given as one parameter instead of a thousand."""
    return RawSQL("SELECT unnest(%s::bytea[])", [list(keys)])


def _live(group: Group, candidates: Collection[int], on: date, but: Collection[int]) -> dict[int, list[Credit]]:
    """Their live credits; of a returned application by the day it was first handed in (SPEC 9.3)."""
    returned = Application.objects.filter(pk__in=but, state=ApplicationState.RETURNED, submitted_on__isnull=False)
    days: dict[date, list[int]] = defaultdict(list)
    for candidate, day in returned.values_list("candidate_id", "submitted_on"):
        days[day or on].append(candidate)
    found = live_of_many(candidates, group.offering, on, but=but)
    for day, people in days.items():
        kept = live_of_many(people, group.offering, day, but=but)
        found |= {candidate: kept.get(candidate, []) for candidate in people}
    return found


def _banned_until(candidates: Collection[int], on: date) -> Mapping[int, date]:
    bans = Ban.objects.filter(candidate__in=candidates).active_on(on)
    return dict(bans.values("candidate_id").annotate(last=Max("ends_on")).values_list("candidate_id", "last"))


def _open_groups(group: Group, candidates: Mapping[int, bytes], but: Collection[int]) -> Mapping[int, set[int | None]]:
    """The groups of each person's open applications for the same, None for an application of their own.

    But not an application of this group whose row bears another number by now: it ends when that row is passed.
    """
    same = Application.objects.filter(
        candidate__in=candidates,
        work_type=group.offering.work_type_id,
        level=group.offering.level,
        state__in=OPEN_STATES,
    )
    found: dict[int, set[int | None]] = defaultdict(set)
    with_officer = Q(group=group, state__in=WITH_OFFICER, roster_row__id_key__isnull=False)
    renumbered = with_officer & ~Q(roster_row__id_key=F("candidate__id_index"))
    for candidate, in_group in same.exclude(pk__in=but).exclude(renumbered).values_list("candidate_id", "group_id"):
        found[candidate].add(in_group)
    return found
