"""What a candidate has to sit: a resit of what is missing, or everything anew (SPEC 9.3; SICT and AIA 四, KUPAS 四).

Scores stay valid for 2 years at levels 5, 4 and 3 and for 3 years at levels 2 and 1. Special capabilities and
competition entrants have no resit. Which provider's credits count is the caller's to decide.
"""

from collections.abc import Iterable, Sequence
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
