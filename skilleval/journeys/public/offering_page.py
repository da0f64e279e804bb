"""Everything the offering page shows, put together from the apps that know it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from fees.queries import schedule_of
from registration import bars as bar_rules
from registration.bars import Bar
from registration.models import Candidate, Window
from registration.queries import applications as registration_queries
from registration.queries.backgrounds import rule_set_row, rules_of
from registration.queries.conditions import asked_of
from registration.queries.windows import windows_of
from registration.rule_sets import Clause, RuleSet
from registration.windows import open_on
from skilleval.catalogue.enums import ContactKind, DayUnit, Level
from skilleval.catalogue.models import Contact, Notice, Offering, Provider
from skilleval.journeys.applying.again import offered
from skilleval.journeys.public.cards import OfferingCard, cards_for

TELEPHONES = (ContactKind.ENQUIRY, ContactKind.SUPERVISION, ContactKind.CITY_SUPERVISION)


def offering_context(offering: Offering, on: date, user: Any) -> dict[str, Any]:
    """The page's context. A person who is signed in also sees what stops themselves."""
    card = cards_for([offering], on)[0]
    provider = offering.provider
    contacts = list(provider.contacts.all())
    candidate = Candidate.objects.filter(user_id=user.pk).first() if user.is_authenticated else None
    rule_set = _rule_set(offering)
    return {
        "offering": offering,
        "provider": provider,
        "occupation": offering.occupation,
        "card": card,
        "newer": _newer(offering),
        "bars": _bars(card, candidate),
        "choice": offered(candidate, offering, on) if candidate else None,
        "subjects": [str(subject) for subject in offering.subjects.all()],
        "schedule": schedule_of(offering, on),
        **calendar_context(windows_of(provider, on.year) if offering.announcement_id else [], on),
        "rule_set": rule_set,
        "clauses": clauses_of(rule_set, offering.level),
        "special": offering.level == Level.SPECIAL,
        "conditions": asked_of(offering, on),
        "desks": [contact for contact in contacts if contact.kind == ContactKind.DESK],
        "telephones": [contact for contact in contacts if contact.kind in TELEPHONES],
        "other_contacts": _others(contacts),
        "papers": [line for line in provider.individual_papers.splitlines() if line],
        "tickets": ticket_words(provider),
        "sources": _sources(offering),
    }


def calendar_context(windows: Sequence[Window], on: date) -> dict[str, Any]:
    """A year's windows: those still to come in full, those gone by folded away."""
    return {
        "on": on,
        "windows": windows,
        "past": [window for window in windows if window.closes_on < on],
        "present": [window for window in windows if on <= window.closes_on],
        "current": open_on(windows, on),
    }


def clauses_of(rule_set: RuleSet | None, level: str) -> Sequence[Clause]:
    """The clauses under which one may apply for a level; none before an edition is loaded."""
    return rule_set.of_level(level) if rule_set else ()


def ticket_words(provider: Provider) -> list[tuple[str, str]]:
    """When tickets come out, for each channel the provider takes, in words (SPEC 3.4)."""
    words = []
    for accepted, channel, label in (
        (provider.accepts_individual, "individual", "个人申报"),
        (provider.accepts_group, "group", "团体申报"),
    ):
        lead, unit = provider.ticket_lead(channel)
        if accepted:
            words.append((label, f"评价日期前 {lead} {DayUnit(unit).label}起"))
    return words


def _bars(card: OfferingCard, candidate: Candidate | None) -> list[Bar]:
    """Why nobody, or this person, can apply now."""
    offering = card.offering
    found = registration_queries.bars(candidate, offering, card.window, card.on)
    if card.current and not card.fee.published:
        found.insert(0, bar_rules.no_fee(offering.provider.name))
    return found


def _newer(offering: Offering) -> Offering | None:
    """The same offering in a later year's notice."""
    same = {"provider": offering.provider_id, "work_type": offering.work_type_id, "level": offering.level}
    return Offering.objects.filter(**same, year__gt=offering.year).order_by("-year").first()


def _rule_set(offering: Offering) -> RuleSet | None:
    row = rule_set_row(offering)
    return rules_of(row) if row else None


def _others(contacts: list[Contact]) -> list[Contact]:
    return [contact for contact in contacts if contact.kind not in (*TELEPHONES, ContactKind.DESK)]


def _sources(offering: Offering) -> list[Notice]:
    """The notices the page rests on, the provider's own first."""
    return list(dict.fromkeys(notice for notice in (offering.announcement, offering.notice) if notice))
