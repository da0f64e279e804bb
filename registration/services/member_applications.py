"""The applications that an institution's rows become: what each says, and which credits it stands on (SPEC 5.2, 9.3).

Set-based throughout: a roster of 2,000 is a handful of statements. Passing and handing in take the same steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import prefetch_related_objects

from registration.conditions import Condition
from registration.enums import ApplicationKind, ApplicationState
from registration.models import Application, Candidate, Credit, Group
from registration.queries import backgrounds, credits as queries
from registration.queries.conditions import asked_of
from registration.resits import ResitPlan
from registration.rosters.faults import Fault
from registration.rosters.kinds import credit_faults
from registration.services import conditions
from registration.services.applying_again import earlier_of
from registration.services.editing import day_of
from registration.services.member_records import Stated
from skilleval.catalogue.enums import Channel
from skilleval.catalogue.models import CandidateRules, EligibilityRuleSet
from skilleval.core import counters
from skilleval.core.bulk import save_many
from skilleval.core.copying import copy_new
from skilleval.core.db import assert_in_transaction
from skilleval.core.policy import Actor
from skilleval.core.transitions import begin_many

STATED = ("kind", "subjects", "earlier", "clause", "declared", "background", "rule_set")
ACCEPTED = ("rules", "rules_accepted_at", "forfeits_accepted_at", "conditions")
RENUMBERED = "院校更正了证件号码，承接原申报"
NOTHING_YET = ResitPlan(ApplicationKind.NEW, ())


@dataclass(eq=False)
class Member:
    """A sound row, the person it is about, and what they apply for with it.

    `application` is the row's, while it can be corrected. It may be somebody else's: the officer may have corrected
    the document number. Then a new one takes its place, and `replaced` is that other one.
    """

    stated: Stated
    candidate: Candidate
    application: Application | None = None
    replaced: Application | None = None
    live: Sequence[Credit] = ()
    plan: ResitPlan = NOTHING_YET

    def __post_init__(self) -> None:
        if self.application and self.application.candidate_id != self.candidate.pk:
            self.application, self.replaced = None, self.application

    @property
    def gives_up(self) -> Sequence[Credit]:
        """The credits that it forfeits as a new application; one that comes back as what it was forfeits no more."""
        was = self.application
        same = was and was.state == ApplicationState.RETURNED and was.kind == ApplicationKind.NEW
        return () if same or self.plan.kind != ApplicationKind.NEW else self.live

    @property
    def agreed(self) -> bool:
        """Whether all of that was given up in so many words: what came to be known later wasn't meant."""
        asked = self.application and self.application.forfeits_accepted_at
        return all(asked and credit.known_since <= asked for credit in self.gives_up)


def plan(members: Iterable[Member], group: Group, on: date) -> dict[Member, Fault]:
    """Set what each one sits, a resit of what the credits leave or everything; those whose resit they don't allow.

    The credits are locked until the caller ends: a decision on them comes before it or after it. A correction is
    judged by the day it was first handed in (SPEC 9.3).
    """
    assert_in_transaction()
    prefetch_related_objects([group.offering], "subjects")
    refused = {}
    for day, asked in _by_day(members, on).items():
        people = [member.candidate.pk for member in asked]
        own = [member.application.pk for member in asked if member.application]
        live = queries.hold_of_many(people, group.offering, day, but=own)
        for member in asked:
            member.live = live.get(member.candidate.pk, ())
            if fault := _plan(member, group, day):
                refused[member] = fault
    return refused


def enter(members: Sequence[Member], group: Group, *, rules: CandidateRules, by: Actor, at: datetime) -> list[Member]:
    """Make the applications of those who have none, and write what the rows say now into those that there are.

    Returns who got none: somebody with an open application for the same. Of several at once the database lets one
    through (SPEC 5.4).
    """
    assert_in_transaction()
    edition = backgrounds.rule_set_row(group.offering)
    asked = asked_of(group.offering, day_of(at))
    kept = [member for member in members if member.application]
    fresh = [member for member in members if member.application is None]
    numbers = iter(_numbers(len(fresh), day_of(at)))
    for member in fresh:
        member.application = _new(member, group, day_of(at), next(numbers))
    for member in members:
        _accept(member, rules, at)
        _state(member, edition)
        _confirm(member, asked, at)
    save_many(of(kept), [*STATED, *ACCEPTED])
    begun = _begin(fresh, by=by, at=at)
    _rely([*kept, *begun], anew=kept)
    return [member for member in fresh if member.application is None]


def freeze(members: Sequence[Member], group: Group) -> None:
    """At the handing in: the subjects to sit, the background of the day, and the credits that resits rely on."""
    assert_in_transaction()
    edition = backgrounds.rule_set_row(group.offering)
    for member in members:
        _state(member, edition)
    save_many(of(members), STATED)
    _rely(members, anew=members)


def _by_day(members: Iterable[Member], on: date) -> dict[date, list[Member]]:
    """By the day that the credits are judged by."""
    days: dict[date, list[Member]] = {}
    for member in members:
        application = member.application or member.replaced
        returned = application and application.state == ApplicationState.RETURNED
        days.setdefault((application.submitted_on if application and returned else None) or on, []).append(member)
    return days


def _plan(member: Member, group: Group, day: date) -> Fault | None:
    facts = member.stated.facts
    as_new = facts.kind != ApplicationKind.RESIT
    member.plan = queries.plan_with(member.live, group.offering, day, as_new=as_new, but=member.application)
    passed = {subject for credit in member.live for subject in credit.counts_for}
    faults = credit_faults(facts.kind, facts.subjects, queries.subjects_of(group.offering), passed)
    return next((fault for fault in faults if fault.stops), None)


def _numbers(count: int, on: date) -> list[str]:
    """The next application numbers, taken in one go."""
    serials = counters.take(f"application:{on.year}", count) if count else ()
    return [f"SQ{on.year}{serial:07d}" for serial in serials]


def _new(member: Member, group: Group, on: date, number: str) -> Application:
    """A new application 待初审; in place of a returned one it is returned like it, with its days."""
    application = Application(
        number=number,
        candidate=member.candidate,
        offering=group.offering,
        work_type_id=group.offering.work_type_id,
        level=group.offering.level,
        window=group.window,
        first_window=group.window,
        channel=Channel.GROUP,
        institution=group.institution,
        group=group,
        state=ApplicationState.PRELIM,
        submitted_on=on,
    )
    if member.replaced:
        for name in ("state", "submitted_on", "returned_until", "submission_id", "accessible_seat"):
            setattr(application, name, getattr(member.replaced, name))
    return application


def _accept(member: Member, rules: CandidateRules, at: datetime) -> None:
    """The officer states that the person accepts the rules and, where credits are at stake, gives them up."""
    application = _application(member)
    application.rules, application.rules_accepted_at = rules, at
    if member.gives_up:
        application.forfeits_accepted_at = application.forfeits_accepted_at if member.agreed else at
    elif application.state != ApplicationState.RETURNED or member.plan.kind == ApplicationKind.RESIT:
        application.forfeits_accepted_at = None


def _state(member: Member, edition: EligibilityRuleSet | None) -> None:
    """What the row says; a resit goes on with what an earlier application was approved by."""
    application, facts = _application(member), member.stated.facts
    earlier = earlier_of(queries.used_by(member.plan, member.live))
    application.kind, application.subjects, application.earlier = member.plan.kind, list(member.plan.sits), earlier
    if earlier:
        for name in ("clause", "declared", "background", "rule_set_id"):
            setattr(application, name, getattr(earlier, name))
    else:
        application.clause, application.declared = facts.clause, {}
        application.background, application.rule_set = facts.background, edition


def _confirm(member: Member, asked: Sequence[Condition], at: datetime) -> None:
    """The institution's statement holds for the provider's extra conditions, too (SPEC 13)."""
    application = _application(member)
    if application.earlier:
        application.conditions = dict(application.earlier.conditions)
    else:
        application.conditions = conditions.of_institution(asked, member.stated.facts.born, at)


def _begin(members: Sequence[Member], *, by: Actor, at: datetime) -> list[Member]:
    """Insert the new applications; who was forestalled is left without."""
    copy_new(of(members))
    begun = [member for member in members if _application(member).pk]
    for member in set(members) - set(begun):
        member.application = None
    begin_many(of(member for member in begun if member.replaced is None), by=by, at=at)
    begin_many(of(member for member in begun if member.replaced), by=by, at=at, reason=RENUMBERED)
    return begun


def _rely(members: Sequence[Member], *, anew: Sequence[Member]) -> None:
    """Note the credits that resits stand on; of those in `anew` what was noted before goes."""
    link = Application.credits.through
    if anew:
        link.objects.filter(application__in=of(anew)).delete()
    link.objects.bulk_create(
        [
            link(application_id=_application(member).pk, credit_id=credit.pk)
            for member in members
            for credit in queries.used_by(member.plan, member.live)
        ],
        batch_size=1000,
    )


def _application(member: Member) -> Application:
    if member.application is None:
        raise ValueError(f"row {member.stated.row.pk} has no application")
    return member.application


def of(members: Iterable[Member]) -> list[Application]:
    """The members' applications, which are there."""
    return [_application(member) for member in members]
