"""资格初审: an officer passes rows that the check calls clear, and an application is made of each (SPEC 5.2, 5.3).

Nothing the report says is believed: every row is looked at afresh, under the locks of the persons, so that of a roster
and an individual application for one person one wins and the other is told. Set-based, for 2,000 rows at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from registration import policy
from registration.enums import ApplicationState, RowState
from registration.models import Application, Candidate, Group, PreliminaryReview, RosterRow
from registration.models.groups import RosterRowQuerySet
from registration.queries import groups as queries
from registration.queries.applications import current_rules
from registration.rosters.checks import OPEN
from registration.rosters.faults import Fault
from registration.services import conditions, group_members, judging, member_applications, member_records, progress
from registration.services.applying_again import SOURCE
from registration.services.editing import day_of
from registration.services.judging import Judged
from registration.services.member_applications import RENUMBERED, Member
from registration.services.member_records import Stated
from registration.services.row_editing import locked
from skilleval.accounts.models import User
from skilleval.catalogue.models import CandidateRules
from skilleval.core import audit
from skilleval.core.bulk import save_many
from skilleval.core.db import retrying
from skilleval.core.errors import Refused
from skilleval.core.policy import require

#: What the officer states with the review; kept with it as it was read.
STATEMENT = (
    "（2026 年 11 月版）我代表本单位声明：已逐人核对身份证件和申报条件证明材料的原件，名册所填内容与原件一致；"
    "每位参评人员已阅读并接受现行的参评人员须知，并将在报名表上亲笔签名，签名原件由本单位收齐后交评价机构；"
    "如有不实，本单位承担相应责任。"
)
OPEN_ELSEWHERE = Fault("id_number", "open", OPEN, "请移除该行；办结或退考后可再次申报")
#: The number is free once that row has been passed: until then this one stays what it is.
OF_ANOTHER_ROW = Fault(
    "id_number", "open", "该证件号码原由本团体另一行申报，该行更正后还没有初审", "请与该行一起初审", stops=False
)
SOMEBODY_ELSE = Fault(
    "id_number", "identity", "申报时间已过，补正时不能改报其他人员", "请恢复原来的证件号码；其他人员请在下一批次申报"
)
ROWS_NAMED = 10


def pass_rows(
    group: Group,
    *,
    rows: Sequence[int] | None,
    statement: str,
    by: User,
    at: datetime,
    forfeits: bool = False,
) -> PreliminaryReview:
    """Pass rows of a group, all that can be or those chosen: they become 已初审, each with an application 待初审.

    Who is found faulty now becomes 待修改 and stops nobody else; `left_out` on the review counts them. `forfeits` is
    the officer's explicit word that people give up the credits a new application forfeits (SPEC 9.3). Raises NotAllowed
    for a stranger to the institution; Refused for another statement than `statement_for`, where nothing can be
    passed, and where credits would be given up without a word.
    """
    require(by, policy.ENTER, group.institution)
    if statement.strip() != statement_for(group, day_of(at)):
        raise Refused("初审声明已更新，请阅读新的声明后再确认", field="statement")
    review = _passing(group, rows, forfeits, by, at)
    if review is None:
        raise Refused("所选人员重新核对后都有问题，没有通过初审；请按核对报告修改后再初审")
    return review


def statement_for(group: Group, on: date) -> str:
    """What an officer states for a group's people on a day, with what the provider asks beyond the level's rules."""
    return STATEMENT + conditions.statement_of(group.offering, on)


@retrying
@transaction.atomic
def _passing(
    group: Group, chosen: Sequence[int] | None, forfeits: bool, by: User, at: datetime
) -> PreliminaryReview | None:
    """The review, None where nobody passed: then only what was found is kept."""
    on = day_of(at)
    asked = _asked(group, chosen, on)
    people = _lock_people(asked)
    group = locked(group)
    rows = _lock_rows(asked)
    if not rows:
        raise _nothing(group, on)
    rules = current_rules(group.offering, on)
    if rules is None:
        raise Refused("参评人员须知尚未公布，请联系评价机构")
    judged = _mended_only(judging.judge(rows, on=on), group, on)
    failed = [one for one in judged if not one.clear]
    members, made = _members([one for one in judged if one.clear], people, failed, on)
    _leave(member_applications.plan(members, group, on), members, failed)
    _check_given_up(members, forfeits)
    lost = _enter(list(members), group, rules, by, at)
    _leave(_forestalled(lost, group), members, failed)
    judging.write(failed, on=on)
    return _record(members, made, group, len(rows) if chosen is None else len(set(chosen)), by, at)


def _record(
    members: Mapping[Member, Judged], made: set[int], group: Group, asked: int, by: User, at: datetime
) -> PreliminaryReview | None:
    """Write the review down, with all that follows for those who passed; None where nobody did."""
    people = len(members)
    if not people:
        return None
    refreshed = _refresh(members, group, made)
    review = PreliminaryReview.objects.create(
        group=group, statement=statement_for(group, day_of(at)), people=people, by_id=by.pk, by_label=by.label, at=at
    )
    _pass(members, review, day_of(at))
    review.left_out = asked - people
    counts = {"people": people, "left_out": review.left_out, "made": len(made)}
    audit.record("group.rows_passed", by=by, obj=review, group=group.pk, refreshed=refreshed, **counts)
    return review


def _asked(group: Group, chosen: Sequence[int] | None, on: date) -> RosterRowQuerySet:
    """The rows meant: all that can be passed, or of those chosen also such whose application is over."""
    if chosen is None:
        return queries.passable(group, on)
    return queries.passable(group, on, again=True).filter(pk__in=chosen)


def _lock_people(asked: RosterRowQuerySet) -> dict[bytes, Candidate]:
    found = list(asked.values_list("id_key", "application__candidate"))
    keys = {bytes(key) for key, _ in found if key}
    return member_records.lock(keys, {candidate for _, candidate in found if candidate})


def _lock_rows(asked: RosterRowQuerySet) -> list[RosterRow]:
    """Their applications and then the rows, those that still are what was asked for."""
    applications = Application.objects.filter(roster_row__in=asked.values("pk")).order_by("pk")
    list(applications.select_for_update(of=("self",)).values_list("pk", flat=True))
    rows = asked.select_related("application__candidate", "roster", "photo").order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def _nothing(group: Group, on: date) -> Refused:
    bars = queries.bars(group.offering, group.window, on, fee_published=True)
    if bars:
        return Refused(bars[0].message, source=bars[0].source or None, from_on=bars[0].from_on)
    return Refused("没有可以初审的人员：请先上传名册，或把待修改的行改好")


def _mended_only(judged: Sequence[Judged], group: Group, on: date) -> list[Judged]:
    """After the window's close a wrong digit is mended, but nobody takes somebody else's place.

    Whose record the wrong digit led to doesn't matter: the name is the one that the row was handed in under.
    """
    if not queries.bars(group.offering, group.window, on, fee_published=True):
        return list(judged)
    return [one.faulted(SOMEBODY_ELSE) if _is_swapped(one) else one for one in judged]


def _is_swapped(judged: Judged) -> bool:
    application, facts = _correctable(judged.row), judged.checked.facts
    if application is None or facts is None or bytes(application.candidate.id_index or b"") == judged.verdict.id_key:
        return False
    return judged.row.handed_in_as != facts.name


def _members(
    clear: Sequence[Judged], known: Mapping[bytes, Candidate], failed: list[Judged], on: date
) -> tuple[dict[Member, Judged], set[int]]:
    """The people of sound rows, those the portal doesn't know made now; and the ids of the records made.

    Whose record came to be this moment, by somebody else's hand, is looked at once more.
    """
    stated = [Stated.of(one) for one in clear]
    made, met = member_records.make(one for one in stated if one.key not in known)
    afresh = judging.judge([one.row for one in stated if one.key in met], on=on)
    judged = {one.row.pk: one for one in (*clear, *afresh)}
    failed += [one for one in afresh if not one.clear]
    records = {**known, **made, **met}
    members = {
        Member(one, records[one.key], _correctable(one.row)): judged[one.row.pk]
        for one in stated
        if judged[one.row.pk].clear
    }
    return members, {candidate.pk for candidate in made.values()}


def _correctable(row: RosterRow) -> Application | None:
    """The row's application, if it isn't over."""
    application = row.application
    return None if application is None or application.state in queries.OVER else application


def _leave(refused: Mapping[Member, Fault], members: dict[Member, Judged], failed: list[Judged]) -> None:
    """Take members out who can't be passed, each with the reason."""
    failed += [members.pop(member).faulted(fault) for member, fault in refused.items()]


def _check_given_up(members: Iterable[Member], forfeits: bool) -> None:
    """Refused while credits would be forfeited without the officer's word for these people (SPEC 9.3)."""
    rows = sorted(one.stated.row.number for one in members if one.gives_up and not one.agreed)
    if rows and not forfeits:
        named = "、".join(map(str, rows[:ROWS_NAMED])) + (" 等" if len(rows) > ROWS_NAMED else "")
        raise Refused(
            f"有 {len(rows)} 人在本机构有尚在有效期内的合格科目成绩（第 {named} 行），按正考申报将放弃这些成绩。"
            "请改为补考，或确认本人同意放弃后勾选再初审",
            field="forfeits",
            source=SOURCE,
        )


def _enter(members: list[Member], group: Group, rules: CandidateRules, by: User, at: datetime) -> list[Member]:
    """Make their applications, in place of those that were entered under wrong numbers; returns who got none.

    The wrong ones end first: of two whose numbers were exchanged each stands in the other's way. Whoever then gets
    none keeps what they had, so that the others begin anew without them.
    """
    lost: list[Member] = []
    while True:
        fresh = [member for member in members if member.application is None]
        with transaction.atomic():
            _end_replaced(members, by, at)
            late = member_applications.enter(members, group, rules=rules, by=by, at=at)
            if not any(member.replaced for member in late):
                return lost + late
            transaction.set_rollback(True)
        lost, members = lost + late, [member for member in members if member not in late]
        for member in fresh:
            member.application = None


def _forestalled(lost: Iterable[Member], group: Group) -> dict[Member, Fault]:
    """Why each got none: somebody else's application, or one of this group whose number was corrected, too."""
    people = [member.candidate.pk for member in lost]
    own = Application.objects.filter(group=group, candidate__in=people, state__in=queries.WITH_OFFICER)
    known = set(own.values_list("candidate", flat=True)) if people else set()
    return {member: OF_ANOTHER_ROW if member.candidate.pk in known else OPEN_ELSEWHERE for member in lost}


def _end_replaced(members: Iterable[Member], by: User, at: datetime) -> None:
    """What was entered under a wrong number ends; who was told of it is told."""
    replaced = [member.replaced for member in members if member.replaced]
    group_members.cancel_prelim(replaced, by=by, at=at, reason=RENUMBERED)
    for application in replaced:
        if application.state == ApplicationState.RETURNED:
            progress.cancel(application, by=by, at=at, reason=RENUMBERED)


def _refresh(entered: Iterable[Member], group: Group, made: set[int]) -> list[int]:
    """Records that rosters made follow this one; returns the ids of those changed."""
    known = [one for one in entered if one.candidate.pk not in made]
    own = [application.pk for application in member_applications.of(known)]
    pairs = [(one.candidate, one.stated) for one in known]
    return member_records.refresh(pairs, institution=group.institution, but=own)


def _pass(members: Mapping[Member, Judged], review: PreliminaryReview, on: date) -> None:
    rows, hinted = [], []
    for member, judged in members.items():
        row, faults = judged.row, [fault.kept() for fault in judged.faults]
        row.state, row.passed, row.application, row.checked_on = RowState.PASSED, review, member.application, on
        rows.append(row)
        if row.faults != faults:
            row.faults, row.kinds = faults, judged.kinds
            hinted.append(row)
    save_many(rows, ["state", "passed", "application", "checked_on"])
    save_many(hinted, ["faults", "kinds"])
