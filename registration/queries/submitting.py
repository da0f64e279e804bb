"""Everything a submission is judged by, read at one moment once the person and the application are locked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registration.bars import Standing
from registration.models import (
    Application,
    Ban,
    Candidate,
    Education,
    Evidence,
    HeldCertificate,
    ProfessionalTitle,
    Window,
    WorkPeriod,
)
from registration.queries.applications import open_for_same, rules_in_force, standing_of
from registration.queries.conditions import none_asked, rows_asked
from registration.queries.credits import of_person
from skilleval.accounts.models import MessageTemplate
from skilleval.accounts.wording import Own, own_of
from skilleval.catalogue.models import (
    CandidateRules,
    EligibilityRuleSet,
    Notice,
    Occupation,
    Offering,
    Provider,
    Subject,
    WorkType,
)
from skilleval.catalogue.queries import holidays_from
from skilleval.core.gathering import Gathering, Lists, keep
from skilleval.core.templates import Template
from skilleval.core.workdays import WorkCalendar, calendar_from

BACKGROUND = ("workperiod_rows", "heldcertificate_rows", "education_rows", "professionaltitle_rows")


@dataclass(frozen=True)
class Known:
    """What stands against the person, whether they ever earned a credit for the same at the provider, the candidate
    rules to accept, the working days from this year on, and the provider's words for telling of it."""

    standing: Standing
    earned: bool
    rules: CandidateRules | None
    calendar: WorkCalendar
    words: Own


def read_all(application: Application, on: date, *, tells: Template) -> Known:
    """What decides about a submission on a day, in one statement, with the provider's words for what it `tells`.

    The names of the offering, the window, the background, the evidence, the subjects and the related occupations are
    kept with their owners: whoever asks for them next needs no query.
    """
    candidate, offering = application.candidate, application.offering
    asked_on = application.submitted_on or on  # a correction is held against what was asked first
    found = _EVERYTHING.read(
        candidate=candidate.pk,
        application=application.pk,
        window=application.window_id,
        offering=offering.pk,
        provider=offering.provider_id,
        work_type=offering.work_type_id,
        level=offering.level,
        rule_set=offering.rule_set_id,
        announcement=offering.announcement_id or 0,
        notice=offering.announcement_id or offering.notice_id,
        on=on,
        asked_on=asked_on,
        told=tells.kind,
        new_year=on.replace(month=1, day=1),
    )
    if not found["asked"]:
        none_asked(offering, asked_on)
    keep(candidate, **{name: found[name] for name in BACKGROUND})
    keep(application, evidence=found["evidence"])
    application.window = next(iter(found["window"]), None)
    _name(offering, found)
    return Known(
        standing=standing_of(candidate, found["bans"], found["same"]),
        earned=bool(found["credits"]),
        rules=next(iter(found["rules"]), None),
        calendar=calendar_from((holiday.day, holiday.is_workday) for holiday in found["holidays"]),
        words=own_of(found["words"]),
    )


def _name(offering: Offering, found: Mapping[str, list[Any]]) -> None:
    """Give an offering its provider, occupation and so on."""
    (offering.provider,), (offering.work_type,) = found["provider"], found["work_type"]
    (offering.work_type.occupation,) = found["occupation"]
    keep(offering, subjects=found["subjects"])
    keep(offering.work_type.occupation, related=found["related"])
    setattr(offering, "announcement" if offering.announcement_id else "notice", found["notice"][0])
    if offering.rule_set_id:
        (offering.rule_set,) = found["rule_set"]


def _lists(
    *,
    candidate: int,
    application: int,
    window: int,
    offering: int,
    provider: int,
    work_type: int,
    level: str,
    rule_set: int,
    announcement: int,
    notice: int,
    on: date,
    asked_on: date,
    told: str,
    new_year: date,
) -> Lists:
    person, target = Candidate(pk=candidate), Offering(provider_id=provider, work_type_id=work_type, level=level)
    return {
        "workperiod_rows": WorkPeriod.objects.filter(candidate=candidate),
        "heldcertificate_rows": HeldCertificate.objects.filter(candidate=candidate),
        "education_rows": Education.objects.filter(candidate=candidate),
        "professionaltitle_rows": ProfessionalTitle.objects.filter(candidate=candidate),
        "bans": Ban.objects.filter(candidate=candidate).active_on(on),
        "same": open_for_same(person, target, but=Application(pk=application)),
        "credits": of_person(person, target).only("subject"),
        "asked": rows_asked(provider, offering, asked_on).only("kind"),
        "evidence": Evidence.objects.filter(application=application),
        "window": Window.objects.filter(pk=window),
        "provider": Provider.objects.filter(pk=provider),
        "work_type": WorkType.objects.filter(pk=work_type).order_by(),
        "occupation": Occupation.objects.filter(work_types=work_type),
        "related": Occupation.objects.filter(related__work_types=work_type).only("code"),
        "subjects": Subject.objects.filter(offering=offering).order_by("position"),
        "notice": Notice.objects.filter(pk=notice).only("title"),
        "rule_set": EligibilityRuleSet.objects.filter(pk=rule_set).only("edition"),
        "rules": rules_in_force(announcement, on).only("edition")[:1],
        "words": MessageTemplate.objects.filter(provider=provider, kind=told).order_by(),
        "holidays": holidays_from(new_year),
    }


_EVERYTHING = Gathering(
    _lists,
    candidate=-1,
    application=-2,
    window=-3,
    offering=-4,
    provider=-5,
    work_type=-6,
    level="-7",
    told="told",
    rule_set=-8,
    announcement=-9,
    notice=-10,
    on=date(1, 1, 1),
    asked_on=date(1, 1, 2),
    new_year=date(1, 1, 3),
)
