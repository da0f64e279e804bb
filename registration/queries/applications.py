"""Reading applications: what bars one, what only warns, whose it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, QuerySet, When

from registration import bars as rules
from registration.bars import Bar, OfferingFacts, Period, Standing
from registration.enums import OPEN_STATES, ApplicationState
from registration.models import Application, Ban, Candidate, Evidence, HeldCertificate, Window
from registration.queries import conditions
from registration.queries.slots import desk_words
from skilleval.catalogue.models import CandidateRules, Offering, Provider
from skilleval.core.wording import cn_date, cn_period


@dataclass(frozen=True)
class Warned:
    """Something a person should know before applying; it stops nobody (SPEC 5.4)."""

    code: str
    message: str


def find(user: Any, uuid: UUID | str) -> Application | None:
    """An application that the user may see, with everything its page prints; None for strangers."""
    return Application.objects.visible_to(user).with_names().filter(uuid=uuid).first()


def own(user: Any, uuid: UUID | str) -> Application | None:
    """An application of the user's own; None for everybody else, staff included."""
    own_ones = Application.objects.with_names().select_related(
        "offering__rule_set", "rule_set", "candidate__photo", "institution"
    )
    own_ones = own_ones.defer("offering__rule_set__rules", "rule_set__rules")  # whoever parses them keeps them
    return own_ones.filter(candidate__user_id=user.pk, uuid=uuid).first()


def own_row(user: Any, uuid: UUID | str) -> Application | None:
    """The same without anything that only a page prints, for a button that is pressed."""
    row = Application.objects.only("candidate", "offering", "kind", "subjects")
    return row.filter(candidate__user_id=user.pk, uuid=uuid).order_by().first()


def draft_of(candidate: Candidate, offering: Offering) -> Application | None:
    """The draft a candidate has begun for an offering, whatever its window."""
    return candidate.applications.filter(offering=offering, state=ApplicationState.DRAFT).first()


def visible_evidence(user: Any, pk: int) -> Evidence | None:
    """A piece of evidence of an application that the user may see."""
    found = Evidence.objects.select_related("file", "application").filter(pk=pk).first()
    if found is None or not Application.objects.visible_to(user).filter(pk=found.application_id).exists():
        return None
    return found


def photo_visible_to(user: Any, candidate_uuid: UUID | str) -> Candidate | None:
    """A candidate whose portrait the user may see: their own, or one who applied at a provider they work for."""
    found = Candidate.objects.select_related("photo").filter(uuid=candidate_uuid, photo__isnull=False).first()
    if found is None:
        return None
    if found.user_id == user.pk:
        return found
    return found if Application.objects.visible_to(user).filter(candidate=found).exists() else None


def bars(
    candidate: Candidate | None,
    offering: Offering,
    window: Window | None,
    on: date,
    *,
    but: Application | None = None,
) -> list[Bar]:
    """Everything that stops a candidate from submitting for an offering in a window on a day, the fee aside.

    Without a candidate only what stops everybody. `but` is the application itself, which isn't in its own way.
    """
    found = offering_bars(offering, window, on)
    if candidate:
        found += person_bars(candidate, offering, on, but=but) + conditions.bars(candidate, offering, on)
    return found


def offering_bars(offering: Offering, window: Window | None, on: date) -> list[Bar]:
    """The bars that stop everybody: the offering isn't announced or in force, the window isn't open."""
    found = rules.of_offering(_offering_facts(offering), on)
    if any(bar.code == "listed_only" for bar in found):
        return found
    provider, meant = offering.provider, _period(window)
    following = None if window and window.is_open(on) else _period(_following(provider, on))
    return found + rules.of_window(provider.name, meant, following, on)


def person_bars(candidate: Candidate, offering: Offering, on: date, *, but: Application | None = None) -> list[Bar]:
    """The bars that lie in the person: age, ban, an open application for the same."""
    bans = Ban.objects.filter(candidate=candidate).active_on(on)
    return rules.of_person(standing_of(candidate, bans, open_for_same(candidate, offering, but=but)), on)


def standing_of(candidate: Candidate, bans: Iterable[Ban], same: Iterable[Application]) -> Standing:
    """What a person brings against themselves, of their bans in force and their open applications for the same."""
    other = next(iter(same), None)
    return Standing(
        born=candidate.born,
        banned=tuple(Period(ban.source, ban.starts_on, ban.ends_on) for ban in bans),
        open_application=(str(other.uuid), other.number, str(ApplicationState(other.state).label)) if other else None,
    )


def open_for_same(candidate: Candidate, offering: Offering, *, but: Application | None = None) -> QuerySet[Application]:
    """A person's open applications for an offering's occupation, work type and level, wherever (SPEC 5.4)."""
    same = Application.objects.filter(
        candidate=candidate, work_type_id=offering.work_type_id, level=offering.level, state__in=OPEN_STATES
    )
    return (same.exclude(pk=but.pk) if but else same).only("uuid", "number", "state")


def warnings(
    candidate: Candidate, offering: Offering, window: Window, *, but: Application | None = None
) -> list[Warned]:
    """What a candidate should know before submitting, without being stopped by it."""
    found = []
    code = offering.work_type.occupation.code
    certificates = HeldCertificate.objects.filter(candidate=candidate, code=code, level=offering.level, ended_on=None)
    held = certificates.order_by("issued_on").last()
    if held:
        known = "平台的发证记录" if held.recorded else "您填写的资料"
        found.append(
            Warned(
                "certificate",
                f"{known}显示，您已于{cn_date(held.issued_on)}取得同一职业、同一等级的证书；如无需重复取证，请勿申报",
            )
        )
    first = window.exam_from or window.opens_on
    others = Application.objects.filter(candidate=candidate, state__in=OPEN_STATES).select_related(
        "window", "offering__provider", "offering__work_type__occupation"
    )
    for other in others.exclude(pk__in=[but.pk] if but else []):
        if (
            other.window
            and (other.window.exam_from or other.window.opens_on) <= window.exam_by
            and (other.window.exam_by >= first)
        ):
            found.append(
                Warned(
                    "same_days",
                    f"您的另一项申报（{other.number}，{other.offering}）的评价时间为"
                    f"{cn_period(other.window.exam_from or other.window.opens_on, other.window.exam_by)}，"
                    "两项评价可能安排在同一天；排考时会避开确定的冲突",
                )
            )
    return found


def current_rules(offering: Offering, on: date) -> CandidateRules | None:
    """The candidate rules to accept for an offering: those of the provider's notice, else the newest in force."""
    return rules_in_force(offering.announcement_id, on).first()


def rules_in_force(announcement: int | None, on: date) -> QuerySet[CandidateRules]:
    """The candidate rules in force for offerings of a provider's notice: the one to accept comes first."""
    of_notice = Case(When(notice=announcement, then=0), default=1)
    return CandidateRules.objects.filter(in_force_from__lte=on).order_by(of_notice, "-in_force_from", "-id")


def _offering_facts(offering: Offering) -> OfferingFacts:
    notice = offering.announcement or offering.notice
    return OfferingFacts(
        provider=offering.provider.name,
        announced=offering.announcement_id is not None,
        notice=f"《{notice.title}》",
        individuals=offering.provider.accepts_individual,
        valid_from=offering.valid_from,
        valid_until=_last_day(offering),
        suspended_on=offering.suspended_on,
        filing_until=offering.provider.filing_until,
        desk=desk_words(offering.provider) if offering.provider.desk_only else "",
    )


def _last_day(offering: Offering) -> date | None:
    """The known end, the demonstration's extension included."""
    return max(offering.valid_until, offering.extended_until or offering.valid_until) if offering.valid_until else None


def _following(provider: Provider, on: date) -> Window | None:
    return Window.objects.filter(provider=provider, opens_on__gt=on).order_by("opens_on").first()


def _period(window: Window | None) -> Period | None:
    return Period(window.label, window.opens_on, window.closes_on) if window else None
