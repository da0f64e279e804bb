"""What a breach of the candidate rules leads to (SPEC 10; SICT 2026 Annex 2 = KUPAS 2026 Annex 1).

Clauses are N.k: the N-th section of the candidate rules, its k-th item. Their full code in data is M-N.k.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from skilleval.core.dates import anniversary

MINOR, SERIOUS = "minor", "serious"
BAN_YEARS = {MINOR: 2, SERIOUS: 5}
ALL_SUBJECTS, ONE_SUBJECT = "all", "subject"
VOID = "void"
GRAVE = "4"  # the section in which the severity decides

#: How many clauses each section has. Their titles are data: fixtures/rules/misconduct-2026.json.
SECTIONS = {"1": 2, "2": 4, "3": 5, "4": 7}
CLAUSES = tuple(f"{section}.{item}" for section, count in SECTIONS.items() for item in range(1, count + 1))


class SanctionError(ValueError):
    """A decision that the rules don't allow; the message is for the person who proposes it."""


@dataclass(frozen=True)
class Sanction:
    """The consequences of one clause. Both ban days are inclusive, both None without a ban.

    `cancels`: scores of the sitting, "all" or only the "subject" concerned. `older_credits_survive`: whether credits of
    earlier sittings stay (all but clause 1). `certificate`: what becomes of one already issued for the sitting.
    """

    clause: str
    cancels: str
    qualification_cancelled: bool
    ban_from: date | None
    ban_until: date | None
    refundable: bool
    certificate: str
    refer_to_authority: bool

    @property
    def older_credits_survive(self) -> bool:
        return not self.qualification_cancelled


def sanction(clause: str, severity: str | None, *, decided_on: date, assessed_on: date) -> Sanction:
    """What a clause leads to. Raises SanctionError for an unknown clause, or clause 4 without a severity.

    Severity ("minor" or "serious") decides in clause 4 alone. A clause-3 ban ends with the calendar year of the
    assessment; decided later than that, there is none left.
    """
    if clause not in CLAUSES:
        raise SanctionError(f"没有第 {clause} 条，请从参评人员须知的条款中选择")
    section = clause[0]
    if section == GRAVE and severity not in BAN_YEARS:
        raise SanctionError(f"第 {clause} 条须注明情节轻微或情节严重")
    ban = _ban(section, severity, decided_on, assessed_on)
    return Sanction(
        clause=clause,
        cancels=ONE_SUBJECT if section == "2" else ALL_SUBJECTS,
        qualification_cancelled=section == "1",
        ban_from=ban[0] if ban else None,
        ban_until=ban[1] if ban else None,
        refundable=False,
        certificate=VOID,
        refer_to_authority=section == GRAVE and severity == SERIOUS,
    )


def heaviest(sanctions: Iterable[Sanction]) -> Sanction:
    """Of a decision's clauses the one that counts: the longest ban, then the widest cancellation (SPEC 10)."""
    return max(sanctions, key=weight)


def _ban(section: str, severity: str | None, decided_on: date, assessed_on: date) -> tuple[date, date] | None:
    """First and last day of the ban: section 3 to the end of the assessment's year, section 4 by anniversaries."""
    if section == "3":
        until = date(assessed_on.year, 12, 31)
        return (decided_on, until) if decided_on <= until else None
    if section == GRAVE and severity:
        return decided_on, anniversary(decided_on, BAN_YEARS[severity]) - timedelta(days=1)
    return None


def weight(sanction: Sanction) -> tuple[bool, date, bool, bool]:
    """How heavy a sanction is, to compare with others: referral, then the ban's end, then what is cancelled."""
    return (
        sanction.refer_to_authority,
        sanction.ban_until or date.min,
        sanction.qualification_cancelled,
        sanction.cancels == ALL_SUBJECTS,
    )
