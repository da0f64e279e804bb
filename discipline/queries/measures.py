"""What a decision does in plain words: before it is made, on its page and on its letter alike (SPEC 10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from certificates.models import Certificate
from discipline.models import Case, Decision
from discipline.queries.consequences import KEPT, REFUND, UNPAID, Consequences
from registration.models import Application, Ban, Credit
from registration.services.progress import SAT_STATES
from skilleval.catalogue.enums import SubjectKind
from skilleval.core.wording import cn_date, cn_period, yuan


@dataclass(frozen=True)
class Line:
    """One measure: what it concerns, and what happens to it."""

    title: str
    text: str


@dataclass(frozen=True)
class _End:
    application: Application
    fee: str
    amount: Decimal | None
    seated: bool
    reason: str
    void: bool


@dataclass(frozen=True)
class _Facts:
    """What both a preview and a decision know."""

    case: Case
    tier: int
    marks: bool
    subject: str
    certificates: Iterable[Certificate]
    credits: Iterable[Credit]
    ended: Iterable[_End]
    fee_kept: Decimal | None
    ban: tuple[date, date] | None
    longer: date | None  # another ban that ends later
    refers: bool


def preview_lines(found: Consequences) -> list[Line]:
    """The measures of a decision not made yet, as `consequences_of` found them."""
    longest = found.barred_until
    return list(
        _lines(
            _Facts(
                case=found.case,
                tier=int(found.sanction.clause[0]),
                marks=found.cancels_marks,
                subject=found.subject,
                certificates=found.certificates,
                credits=found.credits,
                ended=[_End(e.application, e.fee, e.amount, e.seated, e.reason, e.to == "void") for e in found.ended],
                fee_kept=found.fee_kept,
                ban=(found.ban_from, found.ban_until) if found.ban_from and found.ban_until else None,
                longer=longest if longest and found.ban_until and longest > found.ban_until else None,
                refers=found.refers,
            )
        )
    )


def decision_lines(decision: Decision) -> list[Line]:
    """The measures of a decision, from the rows it wrote down when it took effect."""
    effects, case = decision.effects, decision.case
    applications = _named(entry["id"] for entry in effects["ended"])
    standing = Ban.objects.filter(candidate=case.candidate_id, lifted_on=None).exclude(source=decision.number)
    longer = standing.filter(ends_on__gt=decision.ban_until).order_by("ends_on").last() if decision.ban_until else None
    return list(
        _lines(
            _Facts(
                case=case,
                tier=int(decision.heaviest[2]),
                marks=effects["marks"],
                subject=decision.subject,
                certificates=Certificate.objects.filter(pk__in=effects["certificates"]).order_by("pk"),
                credits=Credit.objects.filter(pk__in=effects["credits"]).order_by("pk"),
                ended=[
                    _End(
                        applications[entry["id"]],
                        entry["fee"],
                        Decimal(entry["amount"]) if entry["amount"] else None,
                        entry["seated"],
                        entry["reason"],
                        entry["to"] == "void",
                    )
                    for entry in effects["ended"]
                ],
                fee_kept=Decimal(effects["fee_kept"]) if effects["fee_kept"] else None,
                ban=(decision.ban_from, decision.ban_until) if decision.ban_from and decision.ban_until else None,
                longer=longer.ends_on if longer else None,
                refers=decision.refer_to_authority,
            )
        )
    )


def returned_lines(decision: Decision) -> list[Line]:
    """What the lifting of a decision gave back."""
    returned, effects = decision.returned, decision.effects
    lines = []
    if returned.get("ban"):
        lines.append(Line("禁考", "撤销，视为从未禁考；其他决定的禁考不受影响"))
    if returned.get("marks"):
        lines.append(Line("成绩", "取消的成绩恢复计算"))
    for certificate in Certificate.objects.filter(pk__in=effects["certificates"]).order_by("pk"):
        if certificate.number and certificate.state == "issued":
            lines.append(Line("证书", f"证书 {certificate.number} 恢复有效，编号不变"))
    back = Credit.objects.standing().filter(pk__in=effects["credits"]).order_by("pk")
    lines += [Line("保留成绩", f"{_credit(credit)}恢复，有效期至{cn_date(credit.valid_until)}") for credit in back]
    if effects["fee_kept"]:
        lines.append(Line("费用", "不退费的决定同时撤销，按一般规定办理"))
    void = [entry["id"] for entry in effects["ended"] if entry["to"] == "void"]
    for application in Application.objects.filter(pk__in=void, state__in=SAT_STATES):
        lines.append(Line("参评资格", f"申报 {application.number} 恢复为“{application.get_state_display()}”"))
    return lines


def offered_lines(decision: Decision) -> list[Line]:
    """What can't come back and is offered anew: applications the person can take up again."""
    found = _named(decision.returned.get("offered", ())).values()
    return [Line(f"申报 {one.number}", f"{_item(one)}：可进入下一批次，原审核结果保留") for one in found]


def _lines(facts: _Facts) -> Iterator[Line]:
    if facts.tier == 1:
        yield Line("参评资格", "取消本次参评资格，所交虚假材料不退")
    if facts.marks:
        yield Line("成绩", _marks(facts))
    for certificate in facts.certificates:
        numbered = certificate.number
        yield Line("证书", f"证书 {numbered} 作废" if numbered else "拟制中的证书不予发放")
    if lost := [_credit(credit) for credit in facts.credits]:
        yield Line("保留成绩", f"{'、'.join(lost)}不再保留，不能用于补考")
    if facts.ban:
        longer = f"；另有禁考至{cn_date(facts.longer)}，以较长的为准" if facts.longer else ""
        yield Line("禁考", f"{cn_period(*facts.ban)}（含首尾两日）不得参加本市任何评价机构的评价{longer}")
    elif facts.tier == 3:
        yield Line("禁考", "评价当年已过，不再禁考")
    yield Line("费用", f"当次已缴费用 {yuan(facts.fee_kept)} 不退" if facts.fee_kept else "当次没有应退的费用")
    for ended in facts.ended:
        yield Line(
            f"申报 {ended.application.number}", _end(ended, own=ended.application.pk == facts.case.application_id)
        )
    if facts.refers:
        yield Line("移送", "依照有关法律法规移送有关部门处理")


def _marks(facts: _Facts) -> str:
    day = f"{cn_date(facts.case.session.held_on)}" if facts.case.session else ""
    what = f"{SubjectKind(facts.subject).label}科目" if facts.subject else "全部科目"
    return f"取消{day}当次{what}的成绩"


def _end(ended: _End, *, own: bool) -> str:
    parts = [f"{_item(ended.application)}{'作废' if ended.void else '取消'}（{'本案申报' if own else ended.reason}）"]
    if ended.seated:
        parts.append("座位和准考证收回")
    parts += {
        REFUND: [f"已缴费用 {yuan(ended.amount)} 退还"],
        KEPT: [f"已缴费用 {yuan(ended.amount)} 不退"],
        UNPAID: ["未缴费用不再收取，请不要再转账"],
    }.get(ended.fee, [])
    return "，".join(parts)


def _item(application: Application) -> str:
    return f"{application.offering.provider}的{application.offering}"


def _credit(credit: Credit) -> str:
    published = credit.published_on
    return f"{credit.get_subject_display()}（{published.year}年{published.month}月{published.day}日公布）"


def _named(keys: Iterable[int]) -> dict[int, Application]:
    rows = Application.objects.filter(pk__in=list(keys)).order_by("pk")
    return {one.pk: one for one in rows.select_related("offering__provider", "offering__work_type__occupation")}
