"""条件自测: enter a background, see each clause met or what is missing and from which day. Nothing is stored."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from registration.background import Target
from registration.eligibility import Outcome, check
from registration.queries.backgrounds import rules_of
from registration.rule_sets import Clause
from skilleval.catalogue.models import EligibilityRuleSet, Occupation, Offering
from skilleval.catalogue.queries import latest_offerings
from skilleval.core import clock
from skilleval.core.wording import cn_date
from skilleval.journeys.public.cards import OfferingCard, cards_for
from skilleval.journeys.public.forms import PARTS, SelfCheck

OFFERED_AT_MOST = 5


@require_http_methods(["GET", "HEAD", "POST"])
def self_check(request: HttpRequest) -> HttpResponse:
    """The form, the form with one more row, or the form with the answer above it."""
    on = clock.today()
    if request.method != "POST":
        return _page(request, SelfCheck(None, on=on, initial=_initial(request.GET.get("offering", ""))))
    sent = SelfCheck(request.POST, on=on)
    part = request.POST.get("add", "")
    if part in PARTS:
        return _page(request, sent.with_row(part, request.POST, on))
    if not sent.is_valid():
        return _page(request, sent)
    return _page(request, sent, **_answer(sent, on))


def _page(request: HttpRequest, forms: SelfCheck, **answer: Any) -> HttpResponse:
    parts = [
        {"prefix": prefix, "title": title, "hint": hint, "set": forms.parts[prefix]}
        for prefix, (title, _, hint) in PARTS.items()
    ]
    context = {"form": forms.target, "parts": parts, "sets": list(forms.parts.values()), **answer}
    response = render(request, "public/self_check.html", context)
    response["Cache-Control"] = "private, no-store"  # a background is personal, whoever typed it
    return response


def _initial(offering: str) -> dict[str, Any]:
    """Occupation and level of the offering one comes from."""
    found = Offering.objects.with_names().filter(pk=offering).first() if offering.isdecimal() else None
    return {"occupation": found.occupation.code, "level": found.level} if found else {}


def _answer(sent: SelfCheck, on: date) -> dict[str, Any]:
    """The outcome in words, and where one could apply."""
    stated = sent.target.cleaned_data
    occupation = Occupation.objects.get(code=stated["occupation"])
    row = EligibilityRuleSet.objects.order_by("-edition").first()
    if row is None:
        return {"no_rules": True}
    related = frozenset(occupation.related.values_list("code", flat=True))
    target = Target(occupation.code, stated["level"], related, occupation.minimum_schooling)
    rules = rules_of(row)
    outcome = check(rules, target, sent.background(), on)
    return {
        "outcome": outcome,
        "rules": rules,
        "occupation": occupation,
        "level": dict(sent.target.fields["level"].choices)[stated["level"]],  # type: ignore[attr-defined]
        "met": [finding.clause for finding in outcome.findings if finding.clause.code in outcome.clauses],
        "checks": _checks(outcome),
        "cards": _offered(occupation, stated["level"], on),
    }


def _checks(outcome: Outcome) -> list[dict[str, Any]]:
    """Every clause of the level for the list of checks."""
    return [
        {
            "met": finding.met,
            "title": clause_title(finding.clause),
            "text": _evidence(finding.clause) if finding.met else _missing(finding.missing, finding.from_on),
        }
        for finding in outcome.findings
    ]


def clause_title(clause: Clause) -> str:
    """A clause by its number and its condition."""
    return f"{clause.code}　{clause.condition}"


def _evidence(clause: Clause) -> str:
    return f"申报时须提供：{'、'.join(clause.evidence)}" if clause.evidence else "申报时不需要另外的证明材料"


def _missing(missing: tuple[str, ...], from_on: date | None) -> str:
    words = "；".join(dict.fromkeys(missing))
    return f"{words}。情况不变的话，可于 {cn_date(from_on)} 起申报。" if from_on else f"{words}。"


def _offered(occupation: Occupation, level: str, on: date) -> list[OfferingCard]:
    """Offerings of the occupation and level, those that can be applied for first."""
    offerings = latest_offerings(on).filter(work_type__occupation=occupation, level=level)
    cards = sorted(cards_for(offerings, on), key=lambda card: (not card.can_apply, not card.current))
    return cards[:OFFERED_AT_MOST]
