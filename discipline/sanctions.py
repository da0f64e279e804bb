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

#: Each clause's short title, in our own words.
TITLES = {
    "1.1": "不符合申报条件",
    "1.2": "申报材料虚假或伪造",
    "2.1": "带入禁携物品，劝阻无效",
    "2.2": "不在指定座位或擅自离座，劝阻无效",
    "2.3": "在考场禁区内喧哗、吸烟等扰乱秩序",
    "2.4": "其他违反考场规则但不构成作弊的行为",
    "3.1": "使用违规电子设备",
    "3.2": "抄袭或协助他人抄袭",
    "3.3": "故意损毁试卷、工件或考试材料",
    "3.4": "擅自把试题、答卷或有关内容带出考场",
    "3.5": "其他作弊，但未严重干扰他人",
    "4.1": "以不正当手段取得参评资格",
    "4.2": "事先不正当获取或传播试题、答案",
    "4.3": "抢夺、窃取、胁迫配合作弊或偷换工件",
    "4.4": "冒名顶替参加评价或替他人参加",
    "4.5": "串通作弊或有组织作弊",
    "4.6": "故意损坏设备、材料，造成事故、伤害或主要部件损坏",
    "4.7": "其他影响恶劣或严重扰乱秩序的行为",
}


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
    if clause not in TITLES:
        raise SanctionError(f"没有第 {clause} 条，请从参评人员须知的条款中选择")
    section = clause[0]
    if section == "4" and severity not in BAN_YEARS:
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
        refer_to_authority=section == "4" and severity == SERIOUS,
    )


def heaviest(sanctions: Iterable[Sanction]) -> Sanction:
    """Of a decision's clauses the one that counts: the longest ban, then the widest cancellation (SPEC 10)."""
    return max(sanctions, key=_weight)


def _ban(section: str, severity: str | None, decided_on: date, assessed_on: date) -> tuple[date, date] | None:
    """First and last day of the ban: section 3 to the end of the assessment's year, section 4 by anniversaries."""
    if section == "3":
        until = date(assessed_on.year, 12, 31)
        return (decided_on, until) if decided_on <= until else None
    if section == "4" and severity:
        return decided_on, anniversary(decided_on, BAN_YEARS[severity]) - timedelta(days=1)
    return None


def _weight(sanction: Sanction) -> tuple[bool, date, bool, bool]:
    return (
        sanction.refer_to_authority,
        sanction.ban_until or date.min,
        sanction.qualification_cancelled,
        sanction.cancels == ALL_SUBJECTS,
    )
