"""Who may take which step of a case (SPEC 10, 12; RELIABILITY 7).

Nobody handles a case about themself. Nobody decides what they reported, proposed or witnessed, and nobody hears an
appeal against, or lifts, their own decision.
"""

from __future__ import annotations

from discipline import policy
from discipline.models import Case, Decision
from skilleval.accounts.models import User
from skilleval.core.db import assert_in_transaction
from skilleval.core.errors import NotAllowed
from skilleval.core.policy import require


def locked(case: Case) -> Case:
    """The case, fresh and locked until the caller's transaction ends, with what its messages name."""
    assert_in_transaction()
    rows = Case.objects.select_for_update(of=("self",)).select_related(
        "candidate__user", "provider", "session", "application__offering__work_type__occupation"
    )
    return rows.get(pk=case.pk)


def check_handles(case: Case, action: str, *, by: User) -> None:
    """Raise NotAllowed unless the role gives the action at the case's provider and the case isn't about oneself."""
    if case.candidate.user_id == by.pk:
        raise NotAllowed("这是您本人的案件，须由其他人员处理")
    require(by, action, case.provider)


def check_decides(case: Case, *, by: User) -> None:
    """Raise NotAllowed unless a supervisor without a part in the case: reporter, proposer and witness are barred."""
    check_handles(case, policy.DECIDE, by=by)
    if case.reported_by_id == by.pk:
        raise NotAllowed("这起案件由您报告，须由其他监管人员决定")
    if case.proposals.filter(by_id=by.pk).exists():
        raise NotAllowed("处理建议由您提出，须由其他监管人员决定")
    if is_witness(case, by):
        raise NotAllowed("您是这起案件的见证人，须由其他监管人员决定")


def check_reviews(decision: Decision, *, by: User) -> None:
    """Raise NotAllowed unless `by` may decide the case and didn't make this decision: appeals, and lifting."""
    check_decides(decision.case, by=by)
    if decision.decided_by_id == by.pk:
        raise NotAllowed("原决定由您作出，申诉复核和撤销须由其他监管人员办理")


def check_own(case: Case, *, by: User) -> None:
    """Raise NotAllowed unless the case is about `by`."""
    if case.candidate.user_id != by.pk:
        raise NotAllowed("只能由当事人本人办理")


def is_witness(case: Case, user: User) -> bool:
    """Whether somebody witnessed: by the account, or under the same name."""
    name = user.name.strip()
    return any(w.user_id == user.pk or (name and w.name.strip() == name) for w in case.witnesses.all())
