"""Reading the ledger of credits: what can be used on a day, what a new application forfeits (SPEC 9.3).

Forfeiture is derived: the new applications a person handed in at the provider for the same occupation, work type and
level decide. One rejected, cancelled, or over before it was paid was none, and what it forfeited lives again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from registration import resits
from registration.enums import ApplicationKind, ApplicationState, CreditOrigin
from registration.models import Application, Candidate, Credit, HeldCertificate
from registration.models.credits import CreditQuerySet
from registration.queries.schemes import apply_scheme, recognise, scheme_of
from registration.resits import ResitPlan
from skilleval.catalogue.enums import SubjectKind
from skilleval.catalogue.models import Offering
from skilleval.core.clock import SHANGHAI

_S = ApplicationState
_Owned = TypeVar("_Owned", Application, Credit)
#: Of applications that were none: turned down, ended by others, or over before the money came.
CAME_TO_NOTHING = Q(state__in=(_S.REJECTED, _S.CANCELLED)) | Q(state__in=(_S.LAPSED, _S.WITHDRAWN), confirmed_on=None)


def live_credits(candidate: Candidate, offering: Offering, on: date, *, but: Application | None = None) -> list[Credit]:
    """The credits a resit can use that is handed in on a day, in the order of their subjects, the longest valid first.

    What each counts for is set on it. `but` is the application that asks: it doesn't forfeit anything from itself.
    """
    return [credit for credit in all_live(candidate, offering, on, but=but) if credit.counts_for]


def all_live(candidate: Candidate, offering: Offering, on: date, *, but: Application | None = None) -> list[Credit]:
    """The same, and after them those that count for nothing: a plan or the offering's subjects leave them out."""
    return _live_by_person([candidate.pk], offering, on, [but.pk] if but else []).get(candidate.pk, [])


def live_of_many(
    candidates: Iterable[int], offering: Offering, on: date, *, but: Iterable[int] = ()
) -> dict[int, list[Credit]]:
    """`live_credits` of many people by their ids, in a handful of queries; who has none isn't in it.

    `but` are the ids of the applications that ask.
    """
    found = _live_by_person(list(candidates), offering, on, list(but))
    counting = {person: [credit for credit in live if credit.counts_for] for person, live in found.items()}
    return {person: live for person, live in counting.items() if live}


def hold_of_many(
    candidates: Iterable[int], offering: Offering, on: date, *, but: Iterable[int] = ()
) -> dict[int, list[Credit]]:
    """`live_of_many`, with all their credits locked until the caller's transaction ends."""
    people = list(candidates)
    locked = _earned(people, offering).order_by("pk").select_for_update(of=("self",))
    return live_of_many(people, offering, on, but=but) if list(locked.values_list("pk", flat=True)) else {}


def _live_by_person(candidates: list[int], offering: Offering, on: date, but: list[int]) -> dict[int, list[Credit]]:
    standing = _earned(candidates, offering).standing().filter(published_on__lte=on, valid_until__gte=on)
    found = _by_person(standing.exclude(spent()).select_related("application__offering"))
    if not found:
        return {}
    made = _by_person(_new_applications(list(found), offering).exclude(pk__in=but))
    order, scheme = subjects_of(offering), scheme_of(offering, on)
    live = {}
    for person, standing_ones in found.items():
        live[person] = [credit for credit in standing_ones if _is_live(credit, made.get(person, []), on)]
        apply_scheme(live[person], scheme, order)
        live[person].sort(key=lambda credit: (_place(credit, order), -credit.valid_until.toordinal(), credit.pk))
    return live


def counted(application: Application, on: date) -> list[Credit]:
    """The credits an application relies on, withdrawn ones too, with what each counts for on the day it was handed in.

    `on` is the day for one that isn't handed in yet.
    """
    kept = list(application.credits.select_related("application__offering"))
    if kept:
        covered = [kind for kind in SubjectKind.values if kind not in application.subjects]
        recognise(kept, application.offering, covered, application.submitted_on or on)
    return kept


def of_person(candidate: Candidate, offering: Offering) -> CreditQuerySet:
    """All that a person ever earned at an offering's provider for its occupation, work type and level."""
    return _earned([candidate.pk], offering)


def plan_for(
    candidate: Candidate, offering: Offering, on: date, *, as_new: bool = False, but: Application | None = None
) -> ResitPlan:
    """Resit or new, and the subjects to sit, for an application handed in on a day (SPEC 9.3).

    `as_new` is the candidate's choice to give the credits up; `but` the application itself, once there is one.
    """
    return plan_with(live_credits(candidate, offering, on, but=but), offering, on, as_new=as_new, but=but)


def plan_with(
    credits: Iterable[Credit], offering: Offering, on: date, *, as_new: bool = False, but: Application | None = None
) -> ResitPlan:
    """The same for live credits at hand."""
    return resits.plan(
        offering.level,
        subjects_of(offering),
        [resits.Credit(subject, credit.published_on) for credit in credits for subject in credit.counts_for],
        applies_on=on,
        competition=but is not None and but.competition,
        as_new=as_new,
    )


def used_by(plan: ResitPlan, credits: Iterable[Credit]) -> list[Credit]:
    """Of live credits those that a resit relies on: for each subject passed the one that lasts longest."""
    if plan.kind != resits.RESIT:
        return []
    chosen: dict[tuple[str, tuple[str, ...]], Credit] = {}
    for credit in credits:
        chosen.setdefault((credit.subject, credit.counts_for), credit)
    return list(chosen.values())


def forfeited_by(application: Application, on: date) -> list[Credit]:
    """What a new application forfeits, or would if it were handed in on a day; nothing for a resit."""
    if application.kind == ApplicationKind.RESIT:
        return []
    return live_credits(application.candidate, application.offering, application.submitted_on or on, but=application)


def relying_on(credits: Iterable[Credit]) -> QuerySet[Application]:
    """The resits that were handed in with some of the credits, for whoever is about to withdraw these."""
    handed_in = Application.objects.filter(credits__in=list(credits), submitted_on__isnull=False)
    return handed_in.exclude(CAME_TO_NOTHING).distinct()


def new_applications(candidate: Candidate, offering: Offering) -> QuerySet[Application]:
    """The new applications a person handed in for the same at a provider, without those that came to nothing."""
    return _new_applications([candidate.pk], offering)


def _new_applications(candidates: list[int], offering: Offering) -> QuerySet[Application]:
    same = Application.objects.filter(
        candidate__in=candidates,
        offering__provider=offering.provider_id,
        work_type=offering.work_type_id,
        level=offering.level,
        kind=ApplicationKind.NEW,
        submitted_on__isnull=False,
    )
    return same.exclude(state=_S.DRAFT).exclude(CAME_TO_NOTHING)


def _earned(candidates: list[int], offering: Offering) -> CreditQuerySet:
    return Credit.objects.filter(
        candidate__in=candidates, provider=offering.provider_id, work_type=offering.work_type_id, level=offering.level
    )


def _by_person(rows: Iterable[_Owned]) -> dict[int, list[_Owned]]:
    found: dict[int, list[_Owned]] = {}
    for row in rows:
        found.setdefault(row.candidate_id, []).append(row)
    return found


def ending(on: date, within: timedelta) -> QuerySet[Credit]:
    """Standing credits nobody was reminded of, whose last day is near; a new application may have forfeited some."""
    near = Credit.objects.standing().filter(reminded_on=None, valid_until__range=(on, on + within))
    return near.exclude(spent())


def spent() -> Exists:
    """For a queryset of credits: whether a resit that stood on it led to a certificate in force."""
    resit = Application.objects.filter(credits=OuterRef("pk"), state=_S.COMPLETED)
    held = HeldCertificate.objects.filter(
        candidate=OuterRef("candidate"),
        code=OuterRef("work_type__occupation__code"),
        level=OuterRef("level"),
        issued_on__gte=OuterRef("submitted_on"),
        recorded=True,
        ended_on=None,
    )
    return Exists(resit.filter(Exists(held)))


def offering_of(credit: Credit) -> Offering | None:
    """The newest offering a credit can be used for."""
    same = Offering.objects.filter(provider=credit.provider_id, work_type=credit.work_type_id, level=credit.level)
    return same.order_by("-year").first()


def subjects_of(offering: Offering) -> list[str]:
    """The offering's subjects in their order."""
    return [subject.kind for subject in offering.subjects.all()]


def _is_live(credit: Credit, made: Iterable[Application], on: date) -> bool:
    rule = resits.Credit(credit.subject, credit.published_on)
    days = [one.submitted_on for one in made if one.submitted_on and _could_know(one, credit)]
    return bool(resits.live_credits(credit.level, [rule], applies_on=on, reapplied_on=days))


def _could_know(application: Application, credit: Credit) -> bool:
    """Whether an application could forfeit a credit: it isn't its own, and the credit was there to be asked about.

    A recognised score is there from its acceptance on, and one of before the portal from its loading on, but for an
    application of before, too; one that a decision had taken and that came back wasn't there in between (ours).
    """
    day = application.submitted_on
    if day is None or application.pk == credit.application_id:
        return False
    both_earlier = credit.origin == CreditOrigin.EARLIER and application.taken_over_id is not None
    if credit.application_id is None and day < _day(credit.recorded_at) and not both_earlier:
        return False
    if credit.away_from is None or credit.restored_at is None or application.forfeits_accepted_at:
        return True
    return not credit.away_from <= day <= _day(credit.restored_at)


def _place(credit: Credit, order: Sequence[str]) -> int:
    return order.index(credit.counts_for[0]) if credit.counts_for else len(order)


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()
