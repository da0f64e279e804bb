"""What a reviewer has to look at before an application can pass (SPEC 5.2, 5.3); who has nothing may pass in bulk.

The questions asked of the database don't grow with the number of members.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import chain

from django.db.models import QuerySet

from registration.background import Target
from registration.eligibility import Outcome
from registration.enums import OPEN_STATES, ApplicationKind
from registration.models import Application, Credit, Evidence, HeldCertificate, Window
from registration.queries.backgrounds import rules_of, target_of
from registration.queries.frozen import judged_as_submitted
from registration.rosters.agreement import Record, differences
from registration.rule_sets import RuleSet
from skilleval.catalogue.enums import PaperGate
from skilleval.catalogue.models import EligibilityRuleSet, Offering
from skilleval.core.wording import cn_date

NO_PHOTO = "缺证件照"
NO_ORIGINAL = "未收签字原件，本机构要求审核通过前收到"
NO_ROW = "没有对应的名册行，请按材料人工核对"
NO_BACKGROUND = "提交时未留下背景或条款版本，请按材料人工核对"
CREDITS_GONE = "补考所依据的合格成绩已取消"
SAME_DAYS = "另有一项申报的评价时间可能在同一天"
PAPERS_LACKING = "缺证明材料"

#: What the doubts are read from: whoever needs no more of 2,000 members passes a queryset of these alone.
FACTS = (
    *(
        "candidate",
        "group",
        "offering",
        "window",
        "rule_set",
        "clause",
        "background",
        "kind",
        "submitted_on",
        "earlier",
    ),
    "original_received_on",
    *(f"candidate__{name}" for name in ("user", "name", "id_type", "sex", "born", "photo")),
    *(f"roster_row__{name}" for name in ("application", "cells", "faults")),
)

Doubts = dict[int, tuple[str, ...]]


def members_of(applications: QuerySet[Application]) -> list[Application]:
    """The members of a queryset with everything the doubts are read from, in the same few queries for 1 and 2,000."""
    members = list(applications.select_related("candidate__user", "roster_row"))
    offerings = Offering.objects.select_related("provider", "work_type__occupation", "rule_set")
    offerings = offerings.prefetch_related("work_type__occupation__related").defer("rule_set__rules")
    known = offerings.in_bulk({member.offering_id for member in members})
    windows = Window.objects.in_bulk({member.window_id for member in members if member.window_id})
    for member in members:
        member.offering = known[member.offering_id]
        member.window = windows[member.window_id] if member.window_id else None
    return members


def doubts_of(members: Sequence[Application]) -> Doubts:
    """By the application's primary key what isn't clear about it, in words; those without doubt have none.

    For applications that await review, read by `members_of`. Clear is who has: no hint of the check, a record that says
    the same as the roster (of a member) or every paper that the clause asks for (of an individual), the claimed clause
    met as submitted, a photo, no warning (SPEC 5.4), and the signed original where the provider wants it before
    approving.
    """
    found: defaultdict[int, list[str]] = defaultdict(list)
    for member in members:
        found[member.pk] += _own_facts(member)
    for pk, doubt in chain(_checks(members), _papers(members), _warnings(members), _credits_gone(members)):
        found[pk].append(doubt)
    return {pk: tuple(dict.fromkeys(doubts)) for pk, doubts in found.items() if doubts}


def _own_facts(member: Application) -> Iterator[str]:
    """What the application, the person's record and a member's row say by themselves."""
    candidate, row = member.candidate, getattr(member, "roster_row", None)
    if row is not None:
        record = Record(candidate.name, candidate.id_type, candidate.sex, candidate.born)
        yield from differences(row.cells, member.background.get("born") or "", record)
        yield from (fault["message"] for fault in row.faults)
    elif member.group_id:
        yield NO_ROW
    if candidate.photo_id is None:
        yield NO_PHOTO
    if member.offering.provider.paper_gate == PaperGate.APPROVAL and member.original_received_on is None:
        yield NO_ORIGINAL


def _papers(members: Sequence[Application]) -> Iterator[tuple[int, str]]:
    """What the claimed clause asks for and an individual didn't upload; a member's papers lie with the institution."""
    alone = {one.pk: one for one in members if not one.group_id and not one.earlier_id and one.rule_set_id}
    if not alone:
        return
    editions = EligibilityRuleSet.objects.only("edition").in_bulk({one.rule_set_id for one in alone.values()})
    titles: defaultdict[int, set[str]] = defaultdict(set)
    for pk, title in Evidence.objects.filter(application__in=alone).values_list("application", "title"):
        titles[pk].add(title)
    for pk, one in alone.items():
        rules = _claimed_alone(editions[one.rule_set_id], one.clause)
        asked = rules.clauses[0].evidence if rules else ()
        if lacking := [paper for paper in asked if paper[:60] not in titles[pk]]:
            yield pk, f"{PAPERS_LACKING}：{'、'.join(lacking)}"


def _checks(members: Sequence[Application]) -> Iterator[tuple[int, str]]:
    """The claimed clause by the rules it was submitted under, as single reviews see it."""
    editions = EligibilityRuleSet.objects.only("edition").in_bulk({m.rule_set_id for m in members if m.rule_set_id})
    targets = {pk: target_of(offering) for pk, offering in _offerings(members).items()}

    @cache
    def claimed(edition: int | None, clause: str) -> RuleSet | None:
        return _claimed_alone(editions[edition], clause) if edition else None

    for member in members:
        rules, target = claimed(member.rule_set_id, member.clause), targets[member.offering_id]
        outcome = judged_as_submitted(member, rules, target) if rules else None
        yield from ((member.pk, text) for text in _findings(member, target, outcome))


def _findings(member: Application, target: Target, outcome: Outcome | None) -> Iterator[str]:
    """What an outcome of the claimed clause alone leaves to be looked at."""
    if outcome is None:
        yield NO_BACKGROUND
        return
    if not outcome.eligible:
        stated, missing = "名册" if member.group_id else "填报内容", outcome.missing or outcome.findings[0].missing
        yield f"按{stated}计算不符合申报条件 {member.clause}：{'；'.join(missing)}"
    yield from (f"{cn_date(job.start)}起的工作早于 16 周岁，请核实" for job in outcome.doubtful)
    if target.minimum_schooling:  # where the standard's isn't registered, that is a doubt about the occupation
        yield from outcome.unconfirmed


def _claimed_alone(edition: EligibilityRuleSet, code: str) -> RuleSet | None:
    """The edition with the claimed clause alone: what the others would say is not asked here."""
    rules = rules_of(edition)
    try:
        return replace(rules, clauses=(rules.clause(code),))
    except LookupError:
        return None


def _offerings(members: Sequence[Application]) -> dict[int, Offering]:
    """The offerings of the members, each once: of a group it is one."""
    return {member.offering_id: member.offering for member in members}


def _warnings(members: Sequence[Application]) -> Iterator[tuple[int, str]]:
    """What warns a candidate before they submit: the certificate they hold, days that may clash (SPEC 5.4)."""
    of_person: defaultdict[int, list[Application]] = defaultdict(list)
    for member in members:
        of_person[member.candidate_id].append(member)
    codes = {offering.work_type.occupation.code for offering in _offerings(members).values()}
    held = HeldCertificate.objects.filter(candidate__in=of_person, code__in=codes, ended_on=None).order_by("issued_on")
    of_kind = {row[:3]: row[3] for row in held.values_list("candidate_id", "code", "level", "issued_on")}
    for member in members:
        kind = (member.candidate_id, member.offering.work_type.occupation.code, member.offering.level)
        if issued := of_kind.get(kind):
            yield member.pk, f"已于{cn_date(issued)}取得同一职业、同一等级的证书"
    others = Application.objects.filter(candidate__in=of_person, state__in=OPEN_STATES, window__isnull=False)
    others = others.exclude(pk__in=[ones[0].pk for ones in of_person.values() if len(ones) == 1])
    for other in others.select_related("window").only(
        "candidate", "window__opens_on", "window__exam_from", "window__exam_by"
    ):
        for member in of_person[other.candidate_id]:
            if member.pk != other.pk and _may_clash(member.window, other.window):
                yield member.pk, SAME_DAYS


def _may_clash(one: Window | None, other: Window | None) -> bool:
    """Whether the assessment periods of two windows have a day in common."""
    if one is None or other is None:
        return False
    return _first_day(one) <= other.exam_by and _first_day(other) <= one.exam_by


def _first_day(window: Window) -> date:
    return window.exam_from or window.opens_on


def _credits_gone(members: Sequence[Application]) -> Iterator[tuple[int, str]]:
    resits = [member.pk for member in members if member.kind == ApplicationKind.RESIT]
    if not resits:
        return
    gone = Credit.objects.exclude(withdrawn_on=None).filter(relied_on_by__in=resits)
    for pk in gone.values_list("relied_on_by", flat=True).distinct():
        yield pk, CREDITS_GONE
