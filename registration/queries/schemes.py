"""补考方案: the plan in force on a day, and what it makes of credits of the mode before (SPEC 9.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from registration import resits
from registration.models import Credit, ResitScheme
from skilleval.catalogue.enums import SubjectKind
from skilleval.catalogue.models import Offering
from skilleval.core.clock import SHANGHAI


def scheme_of(offering: Offering, on: date) -> ResitScheme | None:
    """The plan that an application for an offering goes by on a day: its own, or else that of an earlier year."""
    same = ResitScheme.objects.filter(
        offering__provider=offering.provider_id,
        offering__work_type=offering.work_type_id,
        offering__level=offering.level,
        offering__year__lte=offering.year,
        in_force_from__lte=on,
    )
    return same.select_related("offering", "notice").prefetch_related("mappings").first()


def recognise(credits: Sequence[Credit], offering: Offering, subjects: Sequence[str], on: date) -> None:
    """Set on each credit which of the subjects it counts for under the plan of a day, and the plan if it says so.

    The credits are a person's for the same provider, work type and level, with their applications at hand.
    """
    apply_scheme(credits, scheme_of(offering, on), subjects)


def apply_scheme(credits: Sequence[Credit], scheme: ResitScheme | None, subjects: Sequence[str]) -> None:
    """The same under a plan at hand; the credits are one person's."""
    rows = [(row.old_subject, row.new_subject) for row in scheme.mappings.all()] if scheme else []
    rules = [resits.Credit(one.subject, one.published_on, _is_earlier(one, scheme)) for one in credits]
    counts = resits.recognised(rules, subjects, rows)
    for credit, rule in zip(credits, rules, strict=True):
        credit.counts_for = counts.get(rule, ())
        changed = rule.earlier_mode and credit.counts_for != (credit.subject,)
        credit.recognised_by = scheme if changed else None


def words_of(credit: Credit) -> str:
    """What a plan makes of a recognised credit, in words; empty where it counts as what it is."""
    subject = _name(credit.subject)
    if scheme := credit.recognised_by:
        said = f"原{subject}成绩按{scheme}"
        if credit.counts_for:
            return f"{said}认定为{'、'.join(map(_name, credit.counts_for))}"
        partners = _partners(credit.subject, scheme)
        return f"{said}须与{partners}的合格成绩一并认定，目前不能单独使用" if partners else f"{said}不予认定，须重新考"
    return "" if credit.counts_for else f"现行科目中没有{subject}，这项成绩不能用于补考"


def _is_earlier(credit: Credit, scheme: ResitScheme | None) -> bool:
    """Whether it is of the mode before: sat for another year's offering, or applied for before the plan's first day.

    A recognised score is of the mode in which it was accepted.
    """
    if scheme is None:
        return False
    if credit.application is None:
        return credit.recorded_at.astimezone(SHANGHAI).date() < scheme.in_force_from
    applied_on = credit.application.submitted_on or credit.published_on
    return credit.application.offering.year < scheme.offering.year or applied_on < scheme.in_force_from


def _partners(subject: str, scheme: ResitScheme) -> str:
    """The other subjects without which an old one counts for nothing."""
    rows = scheme.mappings.all()
    targets = {row.new_subject for row in rows if row.old_subject == subject and row.new_subject}
    others = {row.old_subject for row in rows if row.new_subject in targets} - {subject}
    return "、".join(kind.label for kind in SubjectKind if kind in others)


def _name(subject: str) -> str:
    return str(SubjectKind(subject).label)
