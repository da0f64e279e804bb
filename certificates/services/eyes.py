"""Four eyes where one person could do harm (SPEC 12): who may not do a step, and why."""

from __future__ import annotations

from collections.abc import Collection

from scheduling.models import ExamSession, Seat
from skilleval.accounts.enums import Role
from skilleval.accounts.members import holders
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.core.errors import NotAllowed


def check_second_person(first: Collection[int | None], provider: Provider, by: User, verb: str) -> None:
    """Raise NotAllowed where `by` is one of those who did the first step; say so where nobody else holds the role."""
    if by.pk not in first:
        return
    if only_one(provider):
        raise NotAllowed(
            f"您录入了成绩，须由另一位成绩人员{verb}；本机构目前只有您一人有“成绩”角色，请机构负责人再授予一人"
        )
    raise NotAllowed(f"您录入了成绩，须由另一位成绩人员{verb}")


def only_one(provider: Provider) -> bool:
    """Whether a provider has fewer than two people for what needs two."""
    return len(holders([provider], Role.RESULTS)[provider.pk]) < 2


def sits_in(session: ExamSession, user: User) -> bool:
    """Whether somebody is a candidate of the session."""
    return Seat.objects.filter(sitting__session=session, candidate__user=user).exists()


def check_not_own(session: ExamSession, by: User, verb: str) -> None:
    """Raise NotAllowed for somebody who sits in the session themself."""
    if sits_in(session, by):
        raise NotAllowed(f"您本人参加了本场次考试，须由其他成绩人员{verb}")
