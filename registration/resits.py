"""What a candidate has to sit: a resit of what is missing, or everything anew (SPEC 9.3; SICT and AIA 四, KUPAS 四).

Scores stay valid for 2 years at levels 5, 4 and 3 and for 3 years at levels 2 and 1. Special capabilities and
competition entrants have no resit. Which provider's credits count is the caller's to decide.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from skilleval.catalogue.enums import Level
from skilleval.core.dates import anniversary

VALID_YEARS: dict[str, int] = {Level.FIVE: 2, Level.FOUR: 2, Level.THREE: 2, Level.TWO: 3, Level.ONE: 3}

RESIT = "resit"
NEW = "new"


@dataclass(frozen=True)
class Credit:
    """A subject passed at an assessment that as a whole wasn't, and the day that result was published."""

    subject: str
    published_on: date
    earlier_mode: bool = False  # of the mode of assessment before the one that a published plan leads to


@dataclass(frozen=True)
class ResitPlan:
    """`kind` is "resit" or "new"; `sits` are the subjects to sit and pay, in the offering's order."""

    kind: str
    sits: tuple[str, ...]


def credit_valid_until(level: str, published_on: date) -> date | None:
    """The last day a credit can be used, the anniversary itself; None if the level has no resit (SPEC 9.3)."""
    years = VALID_YEARS.get(level)
    return anniversary(published_on, years) if years else None


def live_credits(
    level: str, credits: Iterable[Credit], *, applies_on: date, reapplied_on: Iterable[date] = ()
) -> tuple[Credit, ...]:
    """The credits that an application of a day can use.

    A new application for the same occupation, work type and level forfeits what was published before or on its day.
    """
    forfeits = [day for day in reapplied_on if day <= applies_on]
    return tuple(
        credit
        for credit in credits
        if (until := credit_valid_until(level, credit.published_on))
        and credit.published_on <= applies_on <= until
        and all(day < credit.published_on for day in forfeits)
    )


def recognised(
    credits: Iterable[Credit], subjects: Iterable[str], mapping: Sequence[tuple[str, str]] = ()
) -> dict[Credit, tuple[str, ...]]:
    """Which of an offering's subjects each live credit counts for, without those that count for none (SPEC 9.3).

    A credit counts for its own subject. One of an earlier mode goes by the provider's plan: `mapping` are pairs of an
    old subject and a new one, "" where it has to be sat anew. Several old subjects cover a new one only together, each
    while it is live itself (ours). A subject that the plan names on neither side stays what it was, and one passed in
    the mode in force needs no recognition.
    """
    held = list(credits)
    before = {credit.subject for credit in held if credit.earlier_mode}
    now = {credit.subject for credit in held if not credit.earlier_mode}
    counts: dict[Credit, tuple[str, ...]] = {}
    for subject in subjects:
        passed_now = subject in now
        needs = {subject} if passed_now else _needs(subject, mapping)
        if passed_now or needs <= before:
            for credit in dict.fromkeys(held):
                if credit.subject in needs and credit.earlier_mode != passed_now:
                    counts[credit] = (*counts.get(credit, ()), subject)
    return counts


def plan(
    level: str,
    subjects: Sequence[str],
    credits: Iterable[Credit],
    *,
    applies_on: date,
    reapplied_on: Iterable[date] = (),
    competition: bool = False,
    as_new: bool = False,
) -> ResitPlan:
    """Resit or new, and what to sit (SPEC 9.3).

    `reapplied_on` are the days of new applications for the same occupation and level, `as_new` the candidate's choice
    to give the credits up. Somebody with a credit for every subject has nothing left to resit and starts anew.
    """
    everything = ResitPlan(NEW, tuple(subjects))
    if as_new or competition:
        return everything
    live = live_credits(level, credits, applies_on=applies_on, reapplied_on=reapplied_on)
    done = {credit.subject for credit in live}
    sits = tuple(subject for subject in subjects if subject not in done)
    return ResitPlan(RESIT, sits) if sits and len(sits) < len(subjects) else everything


def _needs(subject: str, mapping: Sequence[tuple[str, str]]) -> set[str]:
    """The old subjects that cover a new one together; none where nothing does."""
    mapped = {old for old, new in mapping if new == subject}
    return mapped or {subject} - {old for old, new in mapping}


def mapping_fault(mapping: Sequence[tuple[str, str]], subjects: Collection[str]) -> str:
    """Why pairs of old and new subjects are no plan for an offering's subjects, with the cure; empty if they are."""
    if not mapping:
        return "请至少填写一行科目对应"
    refused, counted = ({old for old, new in mapping if bool(new) == kept} for kept in (False, True))
    if refused & counted:
        return "同一原科目既认定为新科目又不予认定，请只保留其中一种"
    if not {new for old, new in mapping if new} <= set(subjects):
        return "“认定为”只能选择该评价项目的现行科目，请修改"
    return ""
